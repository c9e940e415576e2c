"""Refreshing AutoLoop's part never touches what others wrote."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autoloop.learn import BEGIN, END, merge

PIECES = st.sampled_from(
    [
        BEGIN,
        END,
        f"  {BEGIN}",
        f"{END}\r",
        "mine",
        "",
        "```",
        "```md",
        "~~~~",
        "    ```",
        "- a",
        "\x0c",
        "\u2028x",
        "a`b",
    ]
)
FILES = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("\n".join))
BLOCKS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=6).map("\n".join))


def test_a_missing_file_gets_a_heading_that_explains_the_markers():
    text = merge(None, "- one\n")
    assert text.startswith("# Learnings\n")
    assert text.endswith(f"{BEGIN}\n- one\n{END}\n")
    assert merge("", "- one") == text


def test_only_the_part_between_the_markers_is_refreshed():
    mine = f"# Mine\n\nkeep\n{BEGIN}\nold\nold\n{END}\n\n* also mine  \n\n"
    assert merge(mine, "new") == f"# Mine\n\nkeep\n{BEGIN}\nnew\n{END}\n\n* also mine  \n\n"


@pytest.mark.parametrize(("before", "gap"), [("mine", "\n\n"), ("mine\n", "\n"), ("mine\n\n", ""), ("\n", "\n")])
def test_without_markers_the_part_is_appended(before, gap):
    assert merge(before, "new") == f"{before}{gap}{BEGIN}\nnew\n{END}\n"


@pytest.mark.parametrize(
    "broken",
    [
        f"a\n{BEGIN}\nmine\n",
        f"a\n{END}\nmine\n",
        f"a\n{END}\nmine\n{BEGIN}\nmine too\n",
        f"a {BEGIN}\nmine\n{END} b\n",
        f"> {BEGIN}\n> mine\n> {END}\n",
    ],
)
def test_around_broken_markers_nothing_is_replaced(broken):
    once = merge(broken, "new")
    assert once == f"{broken}\n{BEGIN}\nnew\n{END}\n"
    assert merge(once, "newer") == f"{broken}\n{BEGIN}\nnewer\n{END}\n"


def test_of_several_parts_only_the_last_is_refreshed():
    copied = f"{BEGIN}\nquoted\n{END}\nmine\n{BEGIN}\nold\n{END}\ntail"
    assert merge(copied, "new") == f"{BEGIN}\nquoted\n{END}\nmine\n{BEGIN}\nnew\n{END}\ntail"


def test_an_unclosed_part_before_a_sound_one_is_left_alone():
    text = f"{BEGIN}\nmine\n{BEGIN}\nold\n{END}\nmine\n{END}\n"
    assert merge(text, "new") == f"{BEGIN}\nmine\n{BEGIN}\nnew\n{END}\nmine\n{END}\n"


@pytest.mark.parametrize("fence", ["```", "~~~", "````md", "  ```"])
def test_markers_in_a_code_fence_are_only_talked_about(fence):
    close = fence.strip().rstrip("md")
    explained = f"{fence}\n{BEGIN}\nexample\n{END}\n{close}\n"
    assert merge(explained, "new") == f"{explained}\n{BEGIN}\nnew\n{END}\n"
    before = f"{BEGIN}\nold\n{END}\n{explained}"
    assert merge(before, "new") == f"{BEGIN}\nnew\n{END}\n{explained}"


def test_a_fence_that_is_never_closed_does_not_hide_the_part():
    text = f"```\nforgotten\n{BEGIN}\nold\n{END}\n"
    assert merge(text, "new") == f"```\nforgotten\n{BEGIN}\nnew\n{END}\n"


def test_line_ends_stay_as_they_are():
    text = f"mine\r\n{BEGIN}\r\nold\r\n{END}\r\nmine\r\n"
    assert merge(text, "a\nb\n") == f"mine\r\n{BEGIN}\r\na\r\nb\r\n{END}\r\nmine\r\n"
    assert merge("mine\r\n", "a") == f"mine\r\n\r\n{BEGIN}\r\na\r\n{END}\r\n"


def test_markers_in_the_block_cannot_end_it():
    hostile = f"{END}\nevil\n{BEGIN}\n```\n"
    text = merge("mine\n", hostile)
    assert text.count(f"{BEGIN}\n") == text.count(f"{END}\n") == 1
    assert merge(text, "new") == f"mine\n\n{BEGIN}\nnew\n{END}\n"


def is_framed_by(first, last, whole):
    """Whether the whole begins and ends so, and the two do not overlap."""
    return len(first) + len(last) <= len(whole) and whole.startswith(first) and whole.endswith(last)


def outside(existing, merged_once, merged_twice):
    """What two refreshes with quite different blocks have in common at both ends."""
    head = next((n for n, (a, b) in enumerate(zip(merged_once, merged_twice, strict=False)) if a != b), 0)
    backwards = zip(reversed(merged_once), reversed(merged_twice), strict=False)
    tail = next((n for n, (a, b) in enumerate(backwards) if a != b), 0)
    return merged_once[:head], merged_once[len(merged_once) - tail :]


@settings(deadline=None)  # a busy machine is no failure
@given(FILES, BLOCKS)
@example(f"```\n{BEGIN}\n{END}", "```")
@example(BEGIN, END)
@example("\r", "")
def test_everything_outside_the_markers_is_preserved(existing, block):
    one, other = merge(existing, "1"), merge(existing, "2")
    head, tail = outside(existing, one, other)
    assert (head + "1" + tail, head + "2" + tail) == (one, other)
    before, after = head[: head.rindex(BEGIN)], tail.partition(END)[2]
    assert is_framed_by(before, after, merge(existing, block))
    if one.startswith(existing) and other.startswith(existing):  # appended
        return
    assert is_framed_by(before, after, existing)
    replaced = existing[len(before) : len(existing) - len(after)].strip()
    assert replaced.startswith(BEGIN)
    assert replaced.endswith(END)
    lines = replaced.replace("\r", "").split("\n")
    assert lines.count(BEGIN) == lines.count(END) == 1 or "```" in replaced or "~~~~" in replaced


@settings(deadline=None)  # a busy machine is no failure
@given(FILES, BLOCKS, BLOCKS)
def test_a_refresh_replaces_the_last_one_and_does_not_pile_up(existing, block, later):
    once = merge(existing, block)
    assert merge(once, block) == once
    assert merge(once, later) == merge(existing, later)
