"""How long things take: metrics, reports, targets, imported logs, mining, open data; opened at the first visit."""
