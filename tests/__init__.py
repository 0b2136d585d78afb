"""Checks of Expedito; a package so that `python -m tests.conformance.tck` can be run."""
