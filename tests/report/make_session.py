"""Makes the session that the reports are tested with: forty real experiments on the search example, with every ending.

python tests/report/make_session.py [FOLDER]

It takes a few minutes and leaves ``tests/data/report/session.tar.xz`` (``.autoloop/`` without raw output) and
``tests/data/report/repository.bundle`` (every ref, the candidates' too). The folder, when named, keeps the repository.

A verdict that stays undecided also after its second try is rare: few samples and many small gains make it likelier, but
a session may well be without one. Nothing is kept of a session that lacks an ending: run it again.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / "examples" / "search"
TARGET = HERE.parent / "data" / "report"
CONFIG = """\
schema_version = 1

[eval]
command = "python3 bench/bench_search.py"
metric_format = "metric_lines"
primary_metric = "latency_p95"
direction = "lower_is_better"
unit = "ms"
timeout = "15s"

[guardrails.tests]
command = "python3 -m unittest -q"
pass_threshold = "all"

[guardrails.peak_memory]
metric = "peak_memory"
direction = "lower_is_better"
threshold = "8%"

[guardrails.index_time]
metric = "index_time"
direction = "lower_is_better"
threshold = "150%"

[verdict]
max_samples = 3
min_effect = "0.5%"

[scope]
editable = ["tinysearch/**"]
protected = ["bench/**", "tests/**"]

[machine]
max_load = 8.0
load_wait = "1s"
"""
ENDINGS = {"kept", "discarded", "uncertain", "guardrail", "scope", "crashed"}
LIMITS = ("--experiments", "40", "--time", "2h", "--eval-time", "1h")


def main() -> None:
    """Run the loop, and pack what it left."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="autoloop-session-"))
    root = folder / "search"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    count_processor_time(root / "bench" / "bench_search.py")
    env = environment(folder)
    for command in ("git init -q -b main", "git add -A", "git commit -qm 'A small search library'"):
        subprocess.run(shlex.split(command), cwd=root, env=env, check=True)
    (root / ".autoloop").mkdir()
    (root / ".autoloop" / ".gitignore").write_text("*\n")
    (root / ".autoloop" / "config.toml").write_text(CONFIG)
    propose = f"{shlex.quote(sys.executable)} {shlex.quote(str(HERE / 'forty_proposals.py'))}"
    loop = ["run", "--propose", propose, "--goal", "faster queries", "--name", "faster queries", *LIMITS]
    for arguments in (["doctor", "--yes"], ["baseline"], loop, ["finalize"], ["learn"]):
        print("$ autoloop", *arguments, flush=True)  # noqa: T201 - a script that takes minutes
        subprocess.run([sys.executable, "-m", "autoloop", *arguments], cwd=root, env=env, check=True)
    missing = ENDINGS - endings(root, env)
    if missing:
        sys.exit(f"no experiment ended like this: {', '.join(sorted(missing))}")
    pack(root, env)


def endings(root: Path, env: dict[str, str]) -> set[str]:
    """How the experiments ended, in the report's words."""
    written = root.parent / "report.json"
    subprocess.run([sys.executable, "-m", "autoloop", "report", "-o", str(written)], cwd=root, env=env, check=True)
    return {one["outcome"] for one in json.loads(written.read_text(encoding="utf-8"))["experiments"]}


def count_processor_time(bench: Path) -> None:
    """The machine that makes the data may be busy; a busy one takes turns, but not processor time."""
    text = bench.read_text(encoding="utf-8").replace("time.perf_counter()", "time.thread_time()")
    bench.write_text(text.replace("ROUNDS = 3", "ROUNDS = 7"), encoding="utf-8")


def pack(root: Path, env: dict[str, str]) -> None:
    """The workspace without raw output, logs and locks; and every object that a ref holds."""
    TARGET.mkdir(parents=True, exist_ok=True)
    volatile = {"autoloop", "runs", "scratch", "log.jsonl", "lock.holder", "backups", "reports", ".new"}
    with tarfile.open(TARGET / "session.tar.xz", "w:xz", preset=9) as archive:
        for path in sorted((root / ".autoloop").iterdir()):
            if path.name not in volatile and ".lock" not in path.suffixes and path.stem != "lock":
                archive.add(path, f".autoloop/{path.name}", filter=anonymous)
    copied = "--exclude=refs/autoloop/*/journal"  # the session has the journal itself
    bundle = ["git", "bundle", "create", "-q", str(TARGET / "repository.bundle"), copied, "--all"]
    subprocess.run(bundle, cwd=root, env=env, check=True)


def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the user and the time of this machine."""
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the user's own but the way to the programs."""
    who = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in IDENTITY}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}
    places = {
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "AUTOLOOP_MACHINE_LOCK": str(folder / "lock"),
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {"PATH": path, "LANG": "C.UTF-8", **who, **alone, **places}


IDENTITY = (("NAME", "Example"), ("EMAIL", "example@localhost"))

if __name__ == "__main__":
    main()
