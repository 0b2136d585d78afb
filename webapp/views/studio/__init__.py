"""Where procedures are drawn, ruled, tried and published; opened at the first visit."""
