"""A catalogue of procedures from a table: read, understood line by line with remarks, kept as drafts when confirmed."""

from designer.catalogue.keeping import MOST, Kept, TooMany, drafted, keep, known
from designer.catalogue.reading import LARGEST, NoCatalogue, Table, read_table
from designer.catalogue.understanding import Catalogue, Found, Remark, understood

__all__ = [
    "LARGEST",
    "MOST",
    "Catalogue",
    "Found",
    "Kept",
    "NoCatalogue",
    "Remark",
    "Table",
    "TooMany",
    "drafted",
    "keep",
    "known",
    "read_table",
    "understood",
]
