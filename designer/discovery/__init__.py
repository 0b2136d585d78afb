"""How a procedure really runs: a diagram found in a log, and where a log leaves a diagram."""
