"""What applicants see without an account: catalogue, filing, following, acting, checking a letter."""
