"""The ASME-VM table of a procedure: what is done, where, how long, and what of it adds value."""

from designer.asme.derivation import derive
from designer.asme.spreadsheet import from_xlsx, to_xlsx
from designer.asme.table import (
    ActivityType,
    Cell,
    NamelessActivity,
    Origin,
    Override,
    Row,
    Table,
    Value,
    overridden,
    said_of,
    unless_derived,
)
from designer.asme.totals import Difference, Totals, compare, totals

__all__ = [
    "ActivityType",
    "Cell",
    "Difference",
    "NamelessActivity",
    "Origin",
    "Override",
    "Row",
    "Table",
    "Totals",
    "Value",
    "compare",
    "derive",
    "from_xlsx",
    "overridden",
    "said_of",
    "to_xlsx",
    "totals",
    "unless_derived",
]
