"""The law's clock on a case: terms, notices, suspensions, silence, appeals; the README lists the public names."""
