from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoloop.metrics import text
from autoloop.metrics.text import lines, segments, shown


def test_lines_come_out_the_same_however_the_chunks_are_cut():
    data = "p99: 4µs\r\n\nlast line, no end".encode()
    whole = ["p99: 4µs", "", "last line, no end"]
    assert list(lines([data])) == whole
    assert list(lines([bytes([byte]) for byte in data])) == whole
    assert list(lines(io.BytesIO(data))) == whole


@given(st.lists(st.binary(max_size=30), max_size=20))
def test_cutting_never_changes_the_lines(chunks):
    assert list(lines(chunks)) == list(lines([b"".join(chunks)]))


def test_terminal_codes_and_undecodable_bytes_do_not_get_in_the_way():
    coloured = b"\x1b]0;title\x07\x1b[1;32mval\xff\x1b[0m: \x1b[33m3\x1b[39m \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"
    assert list(lines([coloured])) == ["val\ufffd: 3 link"]


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert list(lines(["\ufeff{}".encode()])) == ["{}"]


def test_what_a_terminal_shows_of_a_progress_line_is_its_last_piece():
    (line,) = lines([b"loss: 3\rloss: 2\rloss: 1\r\n"])
    assert segments(line) == ["loss: 3", "loss: 2", "loss: 1"]
    assert shown(line) == "loss: 1"
    assert shown("a\r  ") == "a"
    assert shown("") == ""


def test_a_line_without_end_is_held_in_bounded_memory(monkeypatch):
    monkeypatch.setattr(text, "LONGEST_LINE", 1000)
    longest = max(len(line) for line in lines([b"x" * 100] * 1000 + [b"\rp99: 1\n"]))
    assert longest <= 1200


def test_the_end_of_an_endless_line_is_kept(monkeypatch):
    monkeypatch.setattr(text, "LONGEST_LINE", 1000)
    (line,) = lines([b"x" * 100] * 1000 + [b"\rp99: 1\n"])
    assert shown(line) == "p99: 1"


@pytest.mark.parametrize("size", [text.LONGEST_TEXT + 1, 10 * text.LONGEST_TEXT])
def test_a_line_too_long_to_search_is_passed_over(size):
    assert segments("x" * size) == []
    assert segments("x" * size + "\rloss: 1") == ["loss: 1"]
