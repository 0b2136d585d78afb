"""Where a procedure is simplified: its study, costs, changes, what-ifs, report; opened at the first visit."""
