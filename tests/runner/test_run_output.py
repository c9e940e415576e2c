from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import pytest

from autoloop.runner import lines, tail

MIB = 1024 * 1024


def test_a_flood_costs_no_memory_and_keeps_both_ends(execute):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = execute("echo METRIC first=1; yes 'a line of nothing much' | head -c 80000000; echo; echo METRIC last=2")
    assert done.outcome == "ok"
    assert done.truncated
    assert 63 * MIB < done.stdout.stat().st_size <= 64 * MIB + 200
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024
    metrics = [line for line in lines(done.stdout) if line.startswith(b"METRIC")]
    assert metrics == [b"METRIC first=1", b"METRIC last=2"]


def test_a_flood_on_standard_error(execute):
    done = execute("yes | head -c 3000000 >&2; echo METRIC x=1")
    assert done.outcome == "ok"
    assert done.stderr.stat().st_size == 3_000_000
    assert done.stdout.read_text() == "METRIC x=1\n"


def test_an_endless_flood_meets_its_timeout(execute):
    done = execute("yes", timeout=0.4, keep_output=MIB)
    assert done.outcome == "timeout"
    assert done.truncated
    assert done.seconds < 2


@pytest.mark.parametrize("count", [10, 24, 25, 33, 99, 100, 101, 150, 1000, 5000])
def test_capped_output_is_whole_lines_from_both_ends(execute, count):
    done = execute(f"seq {count}", keep_output=400)
    text = done.stdout.read_text()
    whole = "".join(f"{number}\n" for number in range(1, count + 1))
    assert done.truncated == (len(whole) > 400)
    if not done.truncated:
        assert text == whole
        return
    head, left_out, last = text.partition("[autoloop: ")
    missing, _, last = last.partition(" bytes left out]\n")
    assert whole.startswith(head.removesuffix("\n"))
    assert whole.endswith("\n" + last)
    assert len(head) - 1 + int(missing) + len(last) == len(whole)
    assert last.endswith(f"\n{count}\n")
    assert not list(done.stdout.parent.glob("*.ring"))
    assert left_out


def test_binary_output_is_kept_byte_for_byte(execute, tmp_path):
    noise = os.urandom(300_000)
    (tmp_path / "noise").write_bytes(noise)
    done = execute("cat noise; cat noise >&2")
    assert done.stdout.read_bytes() == noise
    assert done.stderr.read_bytes() == noise


def test_output_is_on_disk_while_the_command_runs(execute, tmp_path):
    seen = []
    execute("echo early; sleep 0.8", on_tick=lambda _: seen.append((tmp_path / "out.log").read_text()))
    assert seen[0] == "early\n"


def test_secrets_do_not_reach_the_disk(execute, monkeypatch):
    monkeypatch.setenv("SERVICE_TOKEN", "correct-horse-battery")
    done = execute(
        "echo id=$SERVICE_TOKEN.; echo $DEPLOY_KEY >&2; cat",
        env={"DEPLOY_KEY": "staple-0815-xyz"},
        keep_env=("SERVICE_*",),
    )
    assert done.stdout.read_text() == "id=[redacted:SERVICE_TOKEN].\n"
    assert done.stderr.read_text() == "[redacted:DEPLOY_KEY]\n"


def test_secret_written_in_pieces(execute):
    token = "ghp_" + "a1B2" * 9
    pieces = "; ".join(f"printf %s {token[at : at + 7]}; sleep 0.03" for at in range(0, len(token), 7))
    assert execute(pieces).stdout.read_text() == "[redacted:github-token]"


def test_tail(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"one\r\ntwo\n\x1b[31mred\x1b[0m \x07\x1b]0;title\x07bell\n10%\r50%\r100%\n\xff\xfe\n\n")
    assert tail(path) == "one\ntwo\nred bell\n100%\n\ufffd\ufffd"
    assert tail(path, lines=2) == "100%\n\ufffd\ufffd"
    assert tail(tmp_path / "missing") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has read")
def test_tail_reads_only_the_end(tmp_path):
    path = tmp_path / "log"
    with path.open("wb") as file:
        file.seek(5 << 30)
        file.write(b"\nlast but one\nlast\n")
    before = _bytes_read()
    assert tail(path) == "last but one\nlast"
    assert _bytes_read() - before < 1 << 20


def _bytes_read() -> int:
    """What this process has read so far, from wherever."""
    return int(Path("/proc/self/io").read_text().split()[1])


def test_tail_of_one_endless_line(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"x" * 100_000)
    assert tail(path, max_bytes=100) == "x" * 100


def test_lines_are_bounded(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"short\n" + b"x" * 100 + b"METRIC phantom=1\n\nend")
    assert list(lines(path, longest=50)) == [b"short", b"x" * 50, b"", b"end"]
    assert list(lines(tmp_path / "missing")) == []
