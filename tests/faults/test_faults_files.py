"""State files that are empty, cut, garbage, huge, newer, or no files at all: an answer, and no silent reset."""

from __future__ import annotations

import json

import pytest
from damage import DAMAGES, FILES, check_answer, huge
from stages import sampled

ALL = [(name, damage) for name in FILES for damage in DAMAGES if not (name == "lock" and damage is huge)]

SAMPLE = ALL[::9]  # `make crash` tries them all
NAMES = [f"{name} {damage.__name__}" for name, damage in SAMPLE]


def answered(stage, world, *arguments):
    done = stage.command(world, *arguments)
    return done.returncode, check_answer(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(("name", "damage"), sampled(SAMPLE, [SAMPLE[2], SAMPLE[5]]), ids=NAMES)
def test_damage(stage, copy, name, damage):
    set_ = stage("keep")
    world = copy(set_)
    damage(world.root / ".autoloop" / name)
    check_damage(set_, world)


def check_damage(set_, world):
    """Reading and acting both answer; and what was recorded is either still known or missed aloud."""
    head = world.git("rev-parse", "HEAD")
    for command in (("status",), ("keep", "--commit"), ("resume",), ("doctor", "--rebuild"), ("keep", "--commit")):
        code, document = answered(set_, world, *command)
        if code == 0:
            assert document["state"] != "uninitialized", (command, document)
    count = int(world.git("rev-list", "--count", f"{head.strip()}..HEAD"))
    assert count in {0, 1}
    code, document = answered(set_, world, "status")
    if code == 0 and count:
        assert document["result"]["counts"]["kept"] == 1, json.dumps(document)
