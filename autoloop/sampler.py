"""Runs the user's commands and reads what they say: one call is one sample, or one guardrail's answer."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import msgspec

from autoloop import metrics, runner
from autoloop.config import Config, Guardrail
from autoloop.errors import CommandError
from autoloop.guardrails import judge_exit
from autoloop.job import Job
from autoloop.model import Baseline, GuardrailResult, Run
from autoloop.outcomes import Arm

_MOST_RESULT_BYTES = 64 << 20
_TAIL_LINES = 12
_SEARCHED_LINES = 200
_ALL_LINES = 20_000
_MOST_OUTPUT = 1 << 20
_FAILURE_WORDS = ("FAIL", "ERROR", "AssertionError", "E  ", "error", "Error", "panicked", "--- FAIL")
_COMPARING = {"evaluating", "keeping", "confirming"}


class Sampler:
    """Takes samples in one folder of ``runs/``.

    Args:
        config: whose commands are run.
        where: the directory to measure in: the work tree, or a private one.
        folder: where raw output goes; files are numbered in the order of the runs.
        on_start: told the process group before a command begins, so that a crash can be cleaned up after.
        baseline: what samples must be comparable with.
        on_tick: told about twice a second which command is running, and for how many seconds.
    """

    def __init__(
        self,
        config: Config,
        where: Path,
        folder: Path,
        on_start: Callable[[runner.Group], None] | None = None,
        baseline: Baseline | None = None,
        on_tick: Callable[[str, float], None] | None = None,
    ) -> None:
        self.config = config
        self.where = where
        self.folder = folder
        self.on_start = on_start
        self.baseline = baseline
        self.on_tick = on_tick
        self.count = 0
        self._last: runner.Finished | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def of(cls, job: Job, folder: Path, where: Path | None = None) -> Sampler:
        """The sampler of a piece of work: every process group it starts is journalled."""
        baseline = job.record.baseline if job.record.state in _COMPARING else None
        place = where or job.workspace.root
        return cls(job.config, place, folder, lambda group: job.note("group", group), baseline, job.beat)

    def take(self, arm: Arm) -> Run:
        """Run the eval once. A failure of whatever kind is a `Run` without a value, never an exception."""
        section = self.config.eval
        spec = metrics.Spec(section.metric_format, section.primary_metric, section.unit, section.pattern)
        started = time.time()
        result_file = self.folder / f"{self.count + 1:03d}-{arm}.result"
        shell = section.command.replace(metrics.RESULT_FILE, shlex.quote(str(result_file)))
        finished = self._run(f"{arm}", shell, float(section.timeout))
        run = Run(arm, finished.outcome, finished.seconds, started, log=self._name(finished.stdout))
        if finished.outcome != "ok":
            return msgspec.structs.replace(run, why=_failure(finished))
        try:
            reading = read(spec, finished, self._result_files(section.metric_format, started, result_file))
            value, unit = self._comparable(reading)
        except CommandError as error:
            why = f"{error.what} {error.why}".strip() + said(finished)
            return msgspec.structs.replace(run, outcome=error.code, why=why)
        values = {name: quantity.value for name, quantity in reading.values.items()}
        members = reading.members if reading.name.startswith("geomean") else ()
        return msgspec.structs.replace(
            run, value=value, unit=unit, format=reading.matched, metrics=values, members=members
        )

    def _comparable(self, reading: metrics.Reading) -> tuple[float | None, str]:
        """The primary number in the baseline's unit.

        Raises:
            CommandError: ``unit_changed``, or ``benchmarks_changed`` when a mean is made of other benchmarks than the
                baseline's: one that no longer runs would pass for a gain.
        """
        found, known = reading.primary, self.baseline
        if found is None or known is None:
            return (found.value, found.unit) if found else (None, "")
        if known.members and reading.name.startswith("geomean") and reading.members != known.members:
            differ = sorted(set(known.members) ^ set(reading.members))
            raise CommandError(
                "benchmarks_changed",
                "The mean is made of other benchmarks than the baseline's.",
                why=f"not in both: {', '.join(differ[:5])}",
                fix="make every benchmark run, or: autoloop baseline",
            )
        found = metrics.comparable(reading.name, found, known.unit)
        return found.value, found.unit

    def build(self, arm: Arm) -> str:
        """Run the build untimed; empty when it went well, else what went wrong."""
        section = self.config.eval
        if not section.build:
            return ""
        finished = self._run(f"build-{arm}", section.build, float(section.timeout))
        return "" if finished.outcome == "ok" else f"the build failed: {_failure(finished)}"

    def setup(self) -> str:
        """Prepare a private worktree; empty when it went well, else what went wrong."""
        section = self.config.eval
        if not section.setup:
            return ""
        finished = self._run("setup", section.setup, float(section.timeout))
        return "" if finished.outcome == "ok" else f"the setup failed: {_failure(finished)}"

    def guard(self, name: str, rail: Guardrail) -> tuple[GuardrailResult, float | None]:
        """Run a guardrail's command: its pass or fail, and the number it printed when it is a numeric one."""
        finished = self._run(f"guardrail-{name}", rail.command, float(rail.timeout))
        result = judge_exit(name, finished.outcome, finished.exit_code, finished.seconds, _failure(finished))
        if not rail.numeric or not result.passed:
            return result, None
        spec = metrics.Spec(rail.metric_format, rail.metric, rail.unit, rail.pattern)
        try:
            reading = read(spec, finished, {})
        except CommandError as error:
            return msgspec.structs.replace(result, passed=False, why=f"{error.what} {error.why}"), None
        return result, reading.primary.value if reading.primary else None

    def _run(self, label: str, shell: str, timeout: float) -> runner.Finished:
        self.count += 1
        section = self.config.eval
        stem = self.folder / f"{self.count:03d}-{label}"
        command = runner.Command(
            shell=shell,
            cwd=self.where / section.cwd,
            timeout=timeout,
            limits=runner.Limits(section.cpu_time, section.memory, section.file_size),
            env=dict(section.env),
            keep_env=section.keep_env,
        )
        self._last = runner.run(
            command,
            stdout=stem.with_suffix(".out"),
            stderr=stem.with_suffix(".err"),
            on_start=self.on_start,
            on_tick=partial(self.on_tick, label) if self.on_tick else None,
        )
        return self._last

    def output(self) -> str:
        """What the last command printed, the last megabyte of each stream: where counts of tests are looked for."""
        if self._last is None:
            return ""
        paths = (self._last.stdout, self._last.stderr)
        return "\n".join(runner.tail(path, _ALL_LINES, max_bytes=_MOST_OUTPUT) for path in paths)

    def _name(self, path: Path) -> str:
        return f"{self.folder.name}/{path.name}"

    def _result_files(self, kind: str, since: float, own: Path) -> dict[str, bytes]:
        """Result files of the benchmark tool that this run wrote, ``own`` among them."""
        found = {own.name: own.read_bytes()} if own.is_file() and own.stat().st_size <= _MOST_RESULT_BYTES else {}
        for path in _matching(self.where, metrics.result_globs(kind)):
            status = path.stat()
            if status.st_mtime >= since - 1 and status.st_size <= _MOST_RESULT_BYTES:
                found[os.fspath(path.relative_to(self.where))] = path.read_bytes()
        return found


def _matching(root: Path, globs: Iterable[str]) -> Iterable[Path]:
    for pattern in globs:
        yield from (path for path in root.glob(pattern) if path.is_file())


def read(spec: metrics.Spec, finished: runner.Finished, files: dict[str, bytes]) -> metrics.Reading:
    """The numbers of one run.

    Raises:
        CommandError: there is no usable number.
    """
    used = finished.usage
    usage = metrics.ProcessUsage(used.wall, used.cpu, used.peak_rss)
    stdout, stderr = ((line + b"\n" for line in runner.lines(path)) for path in (finished.stdout, finished.stderr))
    return metrics.read(spec, stdout, stderr, files, usage)


def said(finished: runner.Finished) -> str:
    """The last lines of the output, for a message."""
    tails = [runner.tail(path, _TAIL_LINES) for path in (finished.stdout, finished.stderr)]
    text = "\n".join(tail for tail in tails if tail.strip())
    return f"\n{text}" if text else "\n(it printed nothing)"


def _failure(finished: runner.Finished) -> str:
    how = {
        "ok": "",
        "failed": f"exit code {finished.exit_code}",
        "timeout": f"no end within its time limit, stopped after {finished.seconds:.1f} s",
        "killed": f"killed by signal {finished.signal}",
        "oom": "out of memory",
        "not_found": "command not found",
        "interrupted": "interrupted",
    }[finished.outcome]
    telling = _telling(finished)
    return how + (f": {telling}" if telling else "") + said(finished)


def _telling(finished: runner.Finished) -> str:
    """The line of the output that most likely says what is wrong: the first that names a failure, else the last."""
    if finished.outcome != "failed":
        return ""
    text = "\n".join(runner.tail(path, _SEARCHED_LINES) for path in (finished.stdout, finished.stderr))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named = [line for line in lines if line.startswith(_FAILURE_WORDS)]
    return (named[0] if named else lines[-1] if lines else "")[:200]
