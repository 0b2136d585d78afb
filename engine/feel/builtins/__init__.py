"""The built-in functions of FEEL, one family per file."""
