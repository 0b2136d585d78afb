"""From a log to a scenario: fitted on one half, tested on the other."""
