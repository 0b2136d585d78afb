"""What reaches other systems for a case, one file each."""
