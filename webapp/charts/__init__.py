"""Charts as numbers, one file each."""
