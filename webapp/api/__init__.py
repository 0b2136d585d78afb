"""`/api/v1` for machines: the same commands and queries as the pages, with bearer tokens and OpenAPI 3.1."""
