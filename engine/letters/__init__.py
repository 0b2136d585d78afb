"""Letters made from cases: resolutions, receipts and certificates, with number, date and a code that proves them.

Import from the files: `plan` (what a version makes), `issuing` (words, in the transaction), `press` (PDF, by the
worker), `proof` (the public's question).
"""
