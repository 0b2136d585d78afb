"""The element types: one file per family, subclasses of SpiffWorkflow's task specifications."""
