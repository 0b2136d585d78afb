"""How big a file is, as people say it."""

from flask import Flask

from webapp.words.numbers import thousands

_UNITS = ("kB", "MB", "GB", "TB")  # of a thousand each, as telephones and file managers count


def size_words(size: int) -> str:
    """“14 bytes”, “22.4 kB”, “3 MB”."""
    if size < 1000:
        return "1 byte" if size == 1 else f"{size} bytes"
    told, unit = size / 1000, 0
    while told >= 999.95 and unit < len(_UNITS) - 1:
        told, unit = told / 1000, unit + 1
    return f"{thousands(round(told, 1))} {_UNITS[unit]}"


def register(app: Flask) -> None:
    """Give templates the filter `file_size`."""
    app.jinja_env.filters["file_size"] = size_words
