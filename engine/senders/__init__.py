"""What carries mails and calls out of the house."""
