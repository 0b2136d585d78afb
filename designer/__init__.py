"""Author and improve procedures: import, check, publish, simplify."""
