"""Pages are set by a process that ends when it has nothing to do, and whose end loses no page."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from threading import Thread

import psutil
import pytest

from engine.letters import typesetter
from engine.letters.print_shop import PrintShop
from engine.letters.refusals import TypesettingEnded, TypesettingTooSlow
from engine.letters.typesetting import typeset

LONG = f"<p>{'palabras sin fin ' * 10_000}</p>"  # seconds of work
PATIENCE = 60.0  # seconds, on a machine that others use as well


@pytest.fixture
def shop() -> Iterator[PrintShop]:
    made = PrintShop()
    yield made
    made.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)  # of the page that is set here: WeasyPrint leaves a colour profile to the collector
def test_a_page_is_the_same_as_one_set_here_and_one_process_sets_them_all(shop: PrintShop) -> None:
    assert shop.typeset("<p>Se resuelve</p>") == typeset("<p>Se resuelve</p>")
    first = shop.pid
    assert shop.typeset("<p>Ñahui</p>").startswith(b"%PDF")
    assert shop.pid == first is not None


def test_a_process_without_pages_ends_and_the_next_page_begins_another() -> None:
    shop = PrintShop(idle=0.05)
    try:
        shop.typeset("<p>Uno</p>")
        wait_until(lambda: shop.pid is None)
        assert shop.typeset("<p>Dos</p>").startswith(b"%PDF")
    finally:
        shop.close()


def test_a_process_that_is_killed_in_the_middle_is_told_and_the_page_can_be_asked_for_again(
    shop: PrintShop,
) -> None:
    shop.typeset("<p>Uno</p>")
    said: list[Exception] = []

    def ask() -> None:
        try:
            shop.typeset(LONG)
        except TypesettingEnded as ended:
            said.append(ended)

    process = psutil.Process(shop.pid)
    before = process.cpu_times().user
    asking = Thread(target=ask)
    asking.start()
    wait_until(lambda: process.cpu_times().user > before + 0.2)  # it is at the long page
    process.kill()
    asking.join(PATIENCE)
    assert "-9" in str(said[0])
    assert shop.typeset("<p>Uno</p>").startswith(b"%PDF")


def test_a_process_that_was_killed_between_two_pages_is_replaced(shop: PrintShop) -> None:
    shop.typeset("<p>Uno</p>")
    first = shop.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert shop.typeset("<p>Uno</p>").startswith(b"%PDF")
    assert shop.pid != first


def test_a_page_that_takes_too_long_is_given_up() -> None:
    shop = PrintShop(patience=0.1)
    try:
        with pytest.raises(TypesettingTooSlow):
            shop.typeset(LONG)
        assert shop.pid is None
    finally:
        shop.close()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
def test_where_no_process_can_be_had_the_server_sets_the_page_itself(
    shop: PrintShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> None:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", none)
    assert shop.typeset("<p>Uno</p>").startswith(b"%PDF")
    assert shop.pid is None


def test_a_page_without_end_is_ended_also_when_nobody_waits_for_it_any_more() -> None:
    endless = (
        "import engine.letters.typesetter as t\nt.CPU = 1\n"
        "def spin(body):\n    while True: pass\nt._answer = spin\nt.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", endless],
        input=typesetter.asked("<p>a</p>", {}),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == -signal.SIGXCPU
