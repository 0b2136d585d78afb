"""Event logs of other systems in, and logs of what happened here out, by the standards of process mining."""
