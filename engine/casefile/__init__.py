"""The case file: its index, signed copies, related cases, and who read it."""
