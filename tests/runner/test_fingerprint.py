from __future__ import annotations

import os
import time

import pytest

from autoloop import fingerprint as module
from autoloop.fingerprint import difference, fingerprint
from autoloop.model import Fingerprint


def test_same_machine_same_digest():
    assert fingerprint() == fingerprint()
    assert difference(fingerprint(), fingerprint()) == ()


def test_facts_are_filled():
    facts = fingerprint().facts
    assert facts["cores"] == str(len(os.sched_getaffinity(0)))
    assert facts["architecture"] == os.uname().machine
    assert facts["system"].startswith("Linux ")
    assert facts["memory"].endswith(" GiB")
    assert facts["memory"] != "0 GiB"
    assert facts["processor"] != "unknown"


def test_fast():
    fingerprint()
    took = []
    for _ in range(10):
        began = time.perf_counter()
        fingerprint()
        took.append(time.perf_counter() - began)
    assert min(took) < 0.005


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_processor", "Another 9000"),
        ("_cores", 3),
        ("_memory", 2**40),
        ("_virtual", "unheard of"),
        ("_quota", "7.00 cores"),
    ],
)
def test_another_machine_is_another_digest(monkeypatch, name, value):
    here = fingerprint()
    monkeypatch.setattr(module, name, lambda: value)
    there = fingerprint()
    assert there.digest != here.digest
    assert len(difference(here, there)) == 1


def test_a_little_less_memory_is_the_same_machine(monkeypatch):
    digests = set()
    for kib in (8_100_000, 8_150_000):
        monkeypatch.setattr(module, "_memory", lambda kib=kib: kib * 1024)
        digests.add(fingerprint().digest)
    assert len(digests) == 1


def test_sentences():
    old = Fingerprint("a", {"cores": "2", "memory": "8 GiB"})
    new = Fingerprint("b", {"cores": "4", "memory": "8 GiB", "quota": "1.00 cores"})
    assert difference(old, new) == ("The cores was 2 and is 4.", "The quota was unlimited and is 1.00 cores.")


@pytest.mark.parametrize(
    ("text", "processor"),
    [
        ("processor\t: 0\nmodel name\t: Fast  CPU @ 3GHz\nflags\t: a b\n", "Fast CPU @ 3GHz"),
        ("processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", "0xd0c"),
    ],
)
def test_processors_of_several_architectures(monkeypatch, text, processor):
    monkeypatch.setattr(module, "_head", lambda _: text)
    assert fingerprint().facts["processor"] == processor
