"""The work of ``checking``: every configured command is run for real, twice where variation matters."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import msgspec

from autoloop import detect
from autoloop.checks import standing
from autoloop.config import Config
from autoloop.facts import LiveFacts
from autoloop.job import Job
from autoloop.model import Run
from autoloop.outcomes import Check, Checked
from autoloop.sampler import Sampler
from autoloop.works import proofs, rules
from autoloop.works.litter import Watch, put_back
from autoloop.works.sight import Sight

PHASE = "checking"


def check(job: Job) -> Checked:
    """Doctor's table: what stands still, then what runs; asked to fix, once more with what was replaced."""
    found = _examined(job)
    if not job.options.get("fix") or found.healthy:
        return found
    from autoloop.works.repair import repair

    fixed, diff = repair(job, found.checks)
    if not fixed:
        return found
    job.facts = LiveFacts(job.workspace, job.record, clock=job.clock)  # the configuration has changed
    return msgspec.structs.replace(_examined(job), fixed=fixed, diff=diff)


def abandon(job: Job) -> None:
    """Put back what a command has rewritten, where that was begun."""
    put_back(job)


def _examined(job: Job) -> Checked:
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
        self.ran = 0

    def examine(self) -> list[Check]:
        """Build, eval, guardrails, and after each what it left in the work tree."""
        watch = Watch(self.job)
        checks = [*self._eval(watch.tree), *watch.look("eval", "The eval")]
        for name in self.config.guardrails:
            checks += [*self._guardrail(name), *watch.look(name, f"Guardrail {name}")]
        return [*checks, self._method()] if self.config.eval.command else checks

    def _tell(self, text: str) -> None:
        """Say which of the commands is run now."""
        most = 2 * bool(self.config.eval.command) + sum(bool(rail.command) for rail in self.config.guardrails.values())
        self.job.tell(PHASE, text, self.ran, most)
        self.ran += 1

    def _eval(self, tree: str) -> Iterator[Check]:
        section = self.config.eval
        if not section.command:
            yield proofs.no_eval(detect.scan(self.job.workspace.root))
            return
        unfit = proofs.unfit_eval(self.config)
        if unfit:
            yield unfit
            if unfit.status == "fail":
                return
        sight = Sight(self.job, tree)
        with sight.witness:
            if section.build:
                self.job.tell(PHASE, f"build: {section.build}")
            wrong = self.sampler.build("candidate")
            runs = [] if wrong else self._runs()
        if wrong:
            yield proofs.failed_build(wrong)
        elif runs[-1].value is None:
            yield proofs.failed_eval(runs[-1], self.config)
        else:
            self.durations["eval"] = runs[-1].seconds
            yield from proofs.passed_eval(runs, self.config)
            yield from sight.told(self.sampler, runs) if unfit is None else ()

    def _runs(self) -> list[Run]:
        """Two runs; one where it gives no number."""
        runs: list[Run] = []
        self.job.expect(2)
        for number in (1, 2):
            self._tell(f"eval, run {number} of 2: {self.config.eval.command}")
            runs.append(self.sampler.take("candidate"))
            if runs[-1].value is None:
                break
        return runs

    def _guardrail(self, name: str) -> Iterator[Check]:
        rail = self.config.guardrails[name]
        if not rail.command:
            return
        self._tell(f"guardrail {name}: {rail.command}")
        result, _ = self.sampler.guard(name, rail)
        self.durations[name] = result.seconds
        yield proofs.guardrail(result, rail.command, self.sampler.output())

    def _method(self) -> Check:
        section = self.config.verdict
        how = rules.mode(self.config)
        words = {
            "interleaved": "incumbent and candidate are measured in turn, because times drift with the machine",
            "pooled": "samples are pooled, because scores and losses do not drift with the machine",
            "stored": "the incumbent is not measured again: drift of the machine cannot be seen",
        }
        return Check("method", "pass", f"Verdicts are {how} (reference = {section.reference!r}): {words[how]}.")
