"""What was opened is seen, whoever opened it; what cannot be seen is not claimed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autoloop import witness
from autoloop.witness import Witness

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which files are opened")


def test_files_opened_by_another_process_are_seen_and_others_are_not(tmp_path):
    for name in ("a.txt", "b.txt", "inner/c.txt", "other/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    with Witness(tmp_path, ["", "inner", "missing"]) as seen:
        subprocess.run(["cat", "a.txt", "inner/c.txt", "other/d.txt"], cwd=tmp_path, check=True, capture_output=True)
    assert seen.opened == {"a.txt", "inner/c.txt"}
    assert seen.complete


def test_it_sees_through_absolute_paths_and_links_and_names_of_any_bytes(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "é\n.txt").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with Witness(tmp_path, ["real"]) as seen:
        (tmp_path / "link" / "é\n.txt").read_text()
    assert seen.opened == {"real/é\n.txt"}


def test_listing_a_directory_and_asking_for_dates_opens_nothing(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.txt").write_text("x")
    with Witness(tmp_path, ["", "inner"]) as seen:
        list(tmp_path.iterdir())
        (tmp_path / "a.txt").stat()
    assert seen.opened == set()
    assert seen.complete


def test_too_many_directories_are_not_watched_and_nothing_is_claimed(tmp_path, monkeypatch):
    monkeypatch.setattr(witness, "MOST", 2)
    with Witness(tmp_path, ["", "a", "b"]) as seen:
        pass
    assert not seen.complete


def test_more_opens_than_the_kernel_keeps_are_not_complete(tmp_path):
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 50_000:
        pytest.skip(f"the kernel keeps {most} events here")
    names = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for name in names:
        name.write_text("x")
    with Witness(tmp_path, [""]) as seen:
        for number in range(most + 10):
            names[number % 2].open().close()  # equal events in a row would be one
    assert not seen.complete
    assert seen.opened == {"a.txt", "b.txt"}
