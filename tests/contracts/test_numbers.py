"""Numbers have one custom: engine/numerals.py writes and reads them, and webapp/words/numbers.py gives it to pages."""

import re

from tests.contracts.repository import files_under, text_of

OWN = "engine/numerals.py"
OTHERS = re.compile(
    r"format_(decimal|percent|currency|number|scientific)\b|babel\.numbers|get_decimal_symbol"
    r"|replace\(\",\", \"\.\"\)"
)
# what is no number that somebody reads or types here
ALLOWED = {
    OWN: "the custom itself",
    "designer/simulation/json_reading.py": "durations of a scenario's file, such as 1,5 h",
    "engine/feel/builtins/conversions.py": "FEEL's number(), whose marks its caller names",
    "engine/logs/csv_times.py": "fractions of a second in logs",
    "webapp/table_views.py": "cells that have no thousands apart",
}


def test_only_the_numerals_format_and_read_numbers() -> None:
    elsewhere = {
        str(path)
        for path in files_under("engine", "designer", "webapp")
        if path.suffix in (".py", ".html") and "vendor" not in path.parts
        if OTHERS.search(text_of(path)) and str(path) not in ALLOWED
    }
    assert elsewhere == set()
