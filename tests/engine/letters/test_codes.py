"""Codes that prove a letter."""

import pytest

from engine.letters.codes import new_code, read_code, shown_code


def test_codes_hold_a_hundred_bits_and_differ() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert {len(code) for code in codes} == {20}  # of 32 letters: 5 bits each


def test_a_code_is_read_as_it_is_printed_or_misread() -> None:
    code = "01ABCDEFGHJKMNPQRST1"
    assert shown_code(code) == "01AB-CDEF-GHJK-MNPQ-RST1"
    assert read_code(shown_code(code)) == code
    assert read_code(" o1ab cdef ghjk mnpq rstI ") == code


@pytest.mark.parametrize(
    "text", ["", "0" * 19, "0" * 21, "U" * 20, "ñ" * 20, "０" * 20, "0" * 9 + "\x00" * 11]
)
def test_what_can_be_no_code_is_none(text: str) -> None:
    assert read_code(text) is None
