"""Pages, one file per family; found by webapp/discovery.py."""
