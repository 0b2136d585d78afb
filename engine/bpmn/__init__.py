"""BPMN 2.0 files: a hardened reader, the frozen model, a writer. Executes nothing."""
