"""Public conformance suites, run against our engine."""
