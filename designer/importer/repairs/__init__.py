"""One repair per file; adding a file adds a repair."""
