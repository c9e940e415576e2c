from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoloop.runner.redact import Redactor

TOKENS = {
    "github-token": "gho_" + "Ab3" * 12,
    "gitlab-token": "glpat-" + "x1_-" * 6,
    "api-key": "sk-ant-api03-" + "Zz09_-" * 8,
    "stripe-key": "sk_live_" + "a1" * 12,
    "aws-key": "AKIA" + "Q7" * 8,
    "slack-token": "xoxb-123456789012-abcdef",
    "google-key": "AIza" + "0aB_-" * 7,
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123-_xyz",
    "npm-token": "npm_" + "aB1" * 12,
    "pypi-token": "pypi-" + "AgEIcHlwaS5vcmc" * 4,
    "huggingface-token": "hf_" + "aBcD" * 9,
}
KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7\n" * 20 + "-----END RSA PRIVATE KEY-----"


def through(text: str | bytes, secrets: dict[str, str] | None = None, sizes: tuple[int, ...] = ()) -> str:
    data = text.encode() if isinstance(text, str) else text
    redactor = Redactor(secrets or {})
    out, at = [], 0
    for size in sizes:
        out.append(redactor.feed(data[at : at + size]))
        at += size
    out += [redactor.feed(data[at:]), redactor.finish()]
    return b"".join(out).decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(("name", "token"), TOKENS.items(), ids=TOKENS)
def test_shapes(name, token):
    assert through(f"a '{token}' b\n") == f"a '[redacted:{name}]' b\n"


@pytest.mark.parametrize(
    "harmless",
    [
        "disk-usage-of-the-benchmark-directory-2024",
        "sk-learn-benchmark-of-many-words",
        "task-runner-0123456789-abcdefghijk",
        "METRIC latency_ms=12.5 eyJust a word xoxo AKIA",
        "https://example.org/path:80/x@y",
        "-----BEGIN CERTIFICATE-----",
        "Bearer of news",
    ],
)
def test_what_is_no_secret_stays(harmless):
    assert through(harmless + "\n") == harmless + "\n"


def test_headers_and_addresses_keep_what_is_not_secret():
    assert through("Authorization: Bearer abcdef0123456789xyz\n") == "Authorization: Bearer [redacted:bearer-token]\n"
    assert through("git://user:hunter2@host/x\n") == "git://user:[redacted:url-password]@host/x\n"


def test_private_key_over_many_lines():
    assert through(f"before\n{KEY}\nafter\n") == "before\n[redacted:private-key]\nafter\n"


def test_private_key_that_never_ends_does_not_swallow_everything():
    assert through(KEY[:60] + "\n" + "word\n" * 40_000).endswith("word\n" * 1000)


def test_private_key_that_is_cut_off():
    assert through("x\n" + KEY[:100]) == "x\n[redacted:private-key]"


def test_values_the_longest_first_and_by_line():
    secrets = {"A_KEY": "swordfish", "B_KEY": "swordfish-extended", "C_KEY": "first line\nsecond line\nx"}
    said = "swordfish swordfish-extended\nsecond line\nx\n"
    assert through(said, secrets) == "[redacted:A_KEY] [redacted:B_KEY]\n[redacted:C_KEY]\nx\n"


def test_a_line_without_end_is_let_through_in_time():
    redactor = Redactor({})
    assert sum(len(redactor.feed(b"x" * 100_000)) for _ in range(20)) > 1_500_000


@pytest.mark.parametrize("token", [TOKENS["api-key"], "not-a-shape-but-known"])
def test_token_across_a_forced_cut(token):
    secrets = {"K_KEY": "not-a-shape-but-known"}
    for before in range(262_144 - 8_192 - 40, 262_144 - 8_192 + 10, 3):
        text = "y " * (before // 2) + token + " z" * 10_000
        assert token not in through(text, secrets, (262_145,))
        assert token[5:] not in through(text, secrets, (262_145,))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), sizes=st.lists(st.integers(1, 60), max_size=40))
def test_chunks_make_no_difference(seed, sizes):
    rng = random.Random(seed)
    parts = [*TOKENS.values(), KEY, "swordfish", "\n", "\r", " ", "text", "x" * 30, "sk-", "eyJ"]
    text = "".join(rng.choice([part, part + "\n", part + " "]) for part in rng.choices(parts, k=25))
    secrets = {"A_KEY": "swordfish"}
    assert through(text, secrets, tuple(sizes)) == through(text, secrets)


@given(data=st.binary(max_size=300))
def test_nothing_else_is_changed(data):
    redactor = Redactor({"A_KEY": "never-in-there"})
    plain = data.replace(b"-----BEGIN", b"").replace(b"://", b"")
    assert redactor.feed(plain) + redactor.finish() == plain
