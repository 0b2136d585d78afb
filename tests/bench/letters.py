"""Prints what a letter costs, as JSON lines.

    python -m tests.bench.letters

CPU milliseconds, the best of several rounds: fixing the words (inside a person's request), setting the PDF (by the
worker), and the longest letter that is allowed; the memory of the process that sets them, and what each keeps of it.
"""

import gc
import json
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time

import psutil

from engine.letters.letterhead import Issued, Letterhead, letter_page
from engine.letters.print_shop import PrintShop
from engine.letters.template import LONGEST_LETTER, read_template
from engine.letters.typesetting import typeset
from engine.letters.writing import Hand
from tests.bench.http import cpu

FOLDER = Path(__file__).resolve().parents[2] / "processes" / "licencia-funcionamiento"
ROUNDS = 5
LETTERS = 60
HEAD = Letterhead("Municipalidad Distrital de Ejemplo", "Subgerencia de Licencias")
ISSUED = Issued(
    title="Licencia de funcionamiento",
    number="LF-LIC-2026-000001",
    case_number="LF-2026-000012",
    issued_on=date(2026, 3, 2),
    issued_at=datetime(2026, 3, 2, 14, tzinfo=UTC),
    code="0123456789ABCDEFGHJK",
    check_url="https://example.gob.pe/verify",
    language="es",
)


def main() -> None:
    """Measure the licence of the sample, and a letter of as many characters as are allowed."""
    template = read_template("licencia", (FOLDER / "letters" / "licencia.md").read_text("utf-8"))
    values = context()
    words = template.html(values, Hand())
    if "Bodega Rosita" not in words:
        raise SystemExit("letter_words_cpu_ms: the letter says nothing; nothing was measured.")
    measure("letter_words_cpu_ms", lambda: template.html(values, Hand()), 50)
    page = letter_page(words, HEAD, ISSUED)
    measure_shop(page)
    pdf = typeset(page)  # loads WeasyPrint and the fonts
    measure("letter_pdf_cpu_ms", lambda: typeset(page), 3)
    print(json.dumps({"name": "letter_pdf_kb", "value": round(len(pdf) / 1024, 1), "unit": "kB"}))
    before = resident_mb()
    for _ in range(LETTERS):
        typeset(page)
    grown = (resident_mb() - before) / LETTERS * 1000
    print(json.dumps({"name": "letter_memory_kept_kb", "value": round(grown), "unit": "kB"}))
    longest = letter_page(f"<p>{'palabras sin fin ' * (LONGEST_LETTER // 17)}</p>", HEAD, ISSUED)
    measure("letter_longest_pdf_cpu_ms", lambda: typeset(longest), 1, rounds=1)


def measure_shop(page: str) -> None:
    """What the process that sets letters for a server costs: a first letter, when it has to begin, and the next; and
    what it holds until it ends. Of this process, the server's, nothing may stay.
    """
    shop = PrintShop()
    before = resident_mb()
    for name in ("letter_first_cpu_ms", "letter_next_cpu_ms"):
        spent = -_cpu_of_both(shop)
        shop.typeset(page)
        say(name, (spent + _cpu_of_both(shop)) * 1e3, "ms")
    say("letter_process_memory_mb", psutil.Process(shop.pid).memory_info().rss / 1e6, "MB")
    shop.close()
    say("letter_press_memory_mb", resident_mb() - before, "MB")


def _cpu_of_both(shop: PrintShop) -> float:
    return process_time() + (0.0 if shop.pid is None else cpu(psutil.Process(shop.pid)))


def say(name: str, value: float, unit: str) -> None:
    print(json.dumps({"name": name, "value": round(value, 1), "unit": unit}))


def context() -> dict[str, object]:
    """A case of the sample, as the template sees it."""
    return {
        "case": {
            "number": "LF-2026-000012",
            "applicant": {"name": "Rosa Ñahui Pérez", "document": "41234567"},
        },
        "office": {"name": "Subgerencia de Licencias"},
        "person": {"name": "Luis Flores Chávez"},
        "sheet": tomllib.loads((FOLDER / "procedure.toml").read_text("utf-8")),
        "nombre_comercial": "Bodega Rosita",
        "direccion": "Jr. Ayacucho 120",
        "giro": "bodega",
        "area_m2": 45,
        "aforo": 12,
        "nivel_riesgo": "bajo",
        "numero_licencia": "125-2026",
        "fecha_emision": "2026-03-03",
    }


def resident_mb() -> float:
    """Memory of this process, without what waits for Python's collector."""
    gc.collect()
    return float(psutil.Process().memory_info().rss / 1e6)


def measure(name: str, action: Callable[[], object], repeats: int, rounds: int = ROUNDS) -> None:
    """Print the CPU milliseconds of one action, the best of the rounds."""
    found = []
    for _ in range(rounds):
        start = process_time()
        for _ in range(repeats):
            action()
        found.append((process_time() - start) / repeats)
    print(json.dumps({"name": name, "value": round(min(found) * 1e3, 2), "unit": "ms"}))


if __name__ == "__main__":
    main()
