"""How fast this machine is at this minute, told beside the figures so that those of different days compare.

Measured in between what is measured: a machine that others use as well is twice as slow from one second to the next.
"""

import sqlite3
import time

import orjson

PIECES = 20


def pace() -> float:
    """CPU milliseconds of a fixed piece of work: plain Python, JSON and a small database; the least of PIECES.

    A figure divided by it is about the same on a slow day and on a quiet one.
    """
    return min(piece() for _ in range(PIECES))


def piece() -> float:
    """CPU milliseconds of the piece of work, once."""
    began = time.thread_time()
    total = 0
    for number in range(10_000):
        total += number % 7
    rows = [
        {"id": number, "name": f"case {number}", "tokens": [number, total]} for number in range(200)
    ]
    for _ in range(5):
        assert len(orjson.loads(orjson.dumps(rows))) == len(rows)
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, name TEXT)")
        for row in rows:
            connection.execute("INSERT INTO row VALUES (?, ?)", (row["id"], row["name"]))
        for row in rows:
            connection.execute("SELECT name FROM row WHERE id = ?", (row["id"],)).fetchone()
    connection.close()
    return (time.thread_time() - began) * 1000
