"""The work of ``checking``: every configured command is run for real, twice where variation matters."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from autoloop import detect
from autoloop.checks import standing
from autoloop.config import Config
from autoloop.job import Job
from autoloop.model import Run
from autoloop.outcomes import Check, Checked
from autoloop.sampler import Sampler
from autoloop.units import format_duration, format_value
from autoloop.works import rules

PHASE = "checking"
_SLOW = 60.0
_EDIT = "edit .autoloop/config.toml, then: autoloop doctor"


def check(job: Job) -> Checked:
    """Doctor's table: what stands still, then what runs."""
    folder = job.workspace.layout.runs / "doctor"
    shutil.rmtree(folder, ignore_errors=True)
    checks = list(standing(job.workspace, job.record))
    if any(found.status == "fail" and found.id in {"config", "git"} for found in checks):
        return Checked(tuple(checks))
    doctor = _Doctor(job, Sampler.of(job, folder))
    checks += doctor.examine()
    return Checked(tuple(checks), doctor.durations, config_digest=doctor.config.digest)


class _Doctor:
    """Runs the commands of one configuration."""

    def __init__(self, job: Job, sampler: Sampler) -> None:
        self.job = job
        self.sampler = sampler
        self.config: Config = job.config
        self.durations: dict[str, float] = {}

    def examine(self) -> list[Check]:
        """Build, eval, guardrails, and what they left in the work tree."""
        before = self._tree()
        checks = [*self._eval(), *self._guardrails()]
        method = [self._method()] if self.config.eval.command else []
        return [*checks, *self._litter(before), *method]

    def _tree(self) -> str:
        scratch = self.job.workspace.layout.scratch
        return self.job.repository.snapshot(scratch, max_file_bytes=self.job.largest_file).tree

    def _eval(self) -> Iterator[Check]:
        section = self.config.eval
        if not section.command:
            yield Check("eval", "fail", "There is no eval command.", "[eval] command is empty", _EDIT)
            return
        wrong = self.sampler.build("candidate")
        if wrong:
            yield Check("build", "fail", "The build fails.", wrong, _EDIT)
            return
        runs = []
        for number in (1, 2):
            self.job.tell(PHASE, f"eval, run {number} of 2: {section.command}", number - 1, 2)
            runs.append(self.sampler.take("candidate"))
            if runs[-1].value is None:
                yield self._failed_eval(runs[-1])
                return
        self.durations["eval"] = runs[-1].seconds
        yield self._passed_eval(runs)
        if runs[-1].seconds > _SLOW:
            took = format_duration(runs[-1].seconds)
            yield Check(
                "eval_time", "warn", f"One eval takes {took}.", "every verdict needs several", "narrow the eval"
            )

    def _failed_eval(self, run: Run) -> Check:
        fix = _EDIT
        if run.outcome == "not_found":
            hint = detect.install_hint(self.config.eval.command.split()[0])
            fix = f"{hint}; or {_EDIT}" if hint else _EDIT
        return Check("eval", "fail", f"The eval gave no number ({run.outcome}).", run.why, fix)

    def _passed_eval(self, runs: list[Run]) -> Check:
        name, unit = self.config.eval.primary_metric, self.config.eval.unit
        first, second = (run.value or 0.0 for run in runs)
        apart = abs(first - second) / max(abs(first), abs(second)) if first != second else 0.0
        shown = " and ".join(format_value(value, unit) for value in (first, second))
        took = format_duration(runs[-1].seconds)
        return Check("eval", "pass", f"{name}: {shown} ({apart:.1%} apart), {took} per run.")

    def _guardrails(self) -> Iterator[Check]:
        for name, rail in self.config.guardrails.items():
            if not rail.command:
                continue
            self.job.tell(PHASE, f"guardrail {name}: {rail.command}")
            result, _ = self.sampler.guard(name, rail)
            self.durations[name] = result.seconds
            what = f"Guardrail {name}: {rail.command}"
            vacuous = detect.vacuous(rail.command, self.sampler.last_words()) if result.passed else None
            if not result.passed:
                yield Check(f"guardrail_{name}", "fail", f"{what} fails.", result.why, _EDIT)
            elif vacuous:
                yield Check(f"guardrail_{name}", "fail", f"{what} checks nothing.", vacuous, _EDIT)
            else:
                yield Check(f"guardrail_{name}", "pass", f"{what} passes in {format_duration(result.seconds)}.")

    def _litter(self, before: str) -> Iterator[Check]:
        changed = [change.path for change in self.job.repository.delta(before, self._tree())]
        if changed:
            shown = ", ".join(changed[:5]) + (" …" if len(changed) > 5 else "")  # noqa: PLR2004
            yield Check(
                "litter",
                "warn",
                "The eval or a guardrail writes into the work tree.",
                shown,
                f"add to .gitignore: {changed[0]}",
            )

    def _method(self) -> Check:
        section = self.config.verdict
        how = rules.mode(self.config)
        words = {
            "interleaved": "incumbent and candidate are measured in turn, because times drift with the machine",
            "pooled": "samples are pooled, because scores and losses do not drift with the machine",
            "stored": "the incumbent is not measured again: drift of the machine cannot be seen",
        }
        return Check("method", "pass", f"Verdicts are {how} (reference = {section.reference!r}): {words[how]}.")
