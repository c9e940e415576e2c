"""The work of ``evaluating``: guardrails, samples of both arms, the verdict.

Every sample is journalled when it is taken, so that a measurement which was cut short goes on where it stopped.
"""

from __future__ import annotations

import random
import time
from statistics import NormalDist, median

import msgspec

from autoloop import metrics, verdict
from autoloop.errors import CommandError
from autoloop.git import Change, Remembered
from autoloop.job import Job
from autoloop.model import (
    Decision,
    Evaluation,
    Experiment,
    GuardrailResult,
    Improvement,
    Incumbent,
    Learned,
    Measurement,
    Run,
)
from autoloop.outcomes import Arm
from autoloop.progress import Progress
from autoloop.quiet import quiet_machine
from autoloop.sampler import Sampler
from autoloop.units import counted
from autoloop.works import rules, trespass
from autoloop.works.rails import Rails
from autoloop.works.sides import OneSide, Sides, SwappedSides, restore_leftover
from autoloop.works.suspicion import CONSTANT, JUMPS, Recheck, constant, reached, recheck, suspicious
from autoloop.works.tidy import tidy
from autoloop.works.worktree import WorktreeSides

PHASE = "evaluating"
_ARMS: dict[str, Arm] = {verdict.BASELINE: "incumbent", verdict.CANDIDATE: "candidate"}
_DECISIONS: dict[str, Decision] = {verdict.KEEP: "keep", verdict.DISCARD: "discard", verdict.RERUN: "rerun"}
_FAILED_TWICE = 2


def abandon(job: Job) -> None:
    """Put the candidate's content back and forget the measurement."""
    restore_leftover(job)


def measure(job: Job) -> Evaluation:
    """Evaluate the open experiment's tree.

    Raises:
        LockedError: another benchmark keeps the machine busy.
    """
    restore_leftover(job)
    measuring = _Measuring(job)
    if evaluation := measuring.trespass():
        return evaluation
    baseline = job.record.baseline
    job.expect(baseline.expected_runs if baseline else 2.0)
    with quiet_machine(job, PHASE):
        try:
            return measuring.run()
        finally:
            measuring.sides.close()


class _Measuring:
    """One measurement, from its first guardrail to its evaluation."""

    def __init__(self, job: Job) -> None:
        experiment, incumbent = job.record.experiment, job.record.incumbent
        if experiment is None or experiment.measurement is None or incumbent is None:
            message = "a measurement needs an experiment and an incumbent"
            raise RuntimeError(message)
        self.job = job
        self.began = time.monotonic()
        self.experiment: Experiment = experiment
        self.measurement: Measurement = experiment.measurement
        self.incumbent: Incumbent = incumbent
        self.changes: tuple[Change, ...] = job.repository.delta(experiment.before, self.measurement.tree)
        self.paths = tuple(change.path for change in self.changes)
        folder = job.workspace.layout.runs / f"{experiment.id:03d}"
        self.sampler = Sampler.of(job, folder)
        tidy(job.workspace.layout.runs, experiment.id)
        self.sides = self._sides()
        self.asked = rules.question(job.config, self.measurement.attempt)
        self.earlier = [msgspec.convert(note, Run) for _, note in job.notes_since_begin("sample")]
        self.runs: list[Run] = []
        self.rails = Rails(job, self.sampler)
        self.recheck: Recheck | None = None

    def _sides(self) -> Sides:
        reference = self.job.config.verdict.reference
        if reference == "stored":
            return OneSide(self.sampler)
        if reference == "worktree":
            return WorktreeSides(self.sampler, self.job, self.experiment.before)
        return SwappedSides(self.sampler, self.job, self.experiment.before, self.changes)

    def trespass(self) -> Evaluation | None:
        """The verdict on a change that touched what no experiment may touch: no run is spent on it."""
        found = trespass.trespassed(self.job, self.changes, self.measurement.tree)
        if not found:
            return None
        codes, reasons = zip(*found, strict=True)
        return self._evaluation("discard", reasons=tuple(reasons), failures=tuple(dict.fromkeys(codes)))

    def run(self) -> Evaluation:
        """Cheap guardrails, the samples, the other guardrails, the verdict."""
        self.began = time.monotonic()  # waiting for the machine is no measuring, and spends no eval time
        try:
            self.sides.show("candidate")
        except CommandError as error:
            return self._evaluation("crash", reasons=(f"{error.what} {error.why}",), failures=("build_failed",))
        early = self.rails.cheap()
        if any(result.passed is False for result in early):
            unmeasured = self.rails.unmeasured("not measured: a guardrail had failed before the eval")
            return self._judged(None, (*early, *self.rails.costly(), *unmeasured))
        decided, engine = self._sample()
        if engine.failed[verdict.CANDIDATE] >= _FAILED_TWICE:  # it printed no numbers that guardrails could judge
            return self._judged(decided, (*early, *self.rails.unmeasured("not run: the eval crashed")), engine)
        self.sides.show("candidate")
        guardrails = (*early, *self.rails.numbers(self._medians("candidate"), self._incumbent_metrics()))
        return self._judged(decided, (*guardrails, *self.rails.costly()), engine)

    # --- samples

    def _sample(self) -> tuple[verdict.Verdict, verdict.Engine]:
        self._refresh_incumbent()
        order = random.Random(self.measurement.seed)  # noqa: S311 - an order, not a secret
        engine = rules.state(self.asked, self.incumbent).engine(order)
        while not isinstance(step := engine.next(), verdict.Verdict):
            engine.add(step, self._take(_ARMS[step]).value)
            self._tell(engine)
        higher = self.asked.direction == "higher"
        if suspicious(step, float(self.job.config.verdict.suspicious), higher=higher):
            self.recheck = self._checked_again(step, engine, higher=higher)
        return step, engine

    def _checked_again(self, step: verdict.Verdict, engine: verdict.Engine, *, higher: bool) -> Recheck:
        if reached(engine.raw[verdict.CANDIDATE], self._incumbents(engine), higher=higher):
            return Recheck(holds=False, why=JUMPS)
        return recheck(self.job, self.measurement.tree, self.sampler, self.incumbent.value, step)

    def _incumbents(self, engine: verdict.Engine) -> list[float]:
        return [*self.incumbent.samples, *engine.raw[verdict.BASELINE]]

    def _refresh_incumbent(self) -> None:
        """Measure a fresh incumbent where stored samples count: the runs that made it win are biased in its favour."""
        if self.incumbent.samples:
            return
        wanted = self.job.config.verdict.baseline_samples
        taken = [self._take("incumbent").value for _ in range(wanted)]
        samples = tuple(value for value in taken if value is not None)
        self.incumbent = msgspec.structs.replace(self.incumbent, samples=samples or (self.incumbent.value,))

    def _take(self, arm: Arm) -> Run:
        """The next sample: one that an earlier process had taken, else a new one."""
        if self.earlier:
            run = self.earlier.pop(0)
        else:
            run = self.sides.show(arm).take(arm)
            self.job.note("sample", run)
        self.runs.append(run)
        return run

    def _tell(self, engine: verdict.Engine) -> None:
        estimate = engine.estimate()
        run = self.runs[-1]
        shown = run.why.splitlines()[0] if run.why else f"{run.value:g}"
        effect, low, high = (None if x is None else 100 * x for x in (estimate.effect, estimate.low, estimate.high))
        if low is not None and high is not None and low > high:
            low, high = high, low
        text, most = f"{run.arm}: {shown}", 2 * self.asked.max_pairs
        self.job.show(Progress(PHASE, text, len(self.runs), most, effect, low, high, arm=run.arm, value=run.value))

    def _medians(self, arm: Arm) -> dict[str, float]:
        """Median of every number that this arm's runs printed; one that vanished in some runs counts where it was."""
        seen: dict[str, list[float]] = {}
        for run in self.runs:
            if run.arm == arm:
                for name, value in run.metrics.items():
                    seen.setdefault(name, []).append(value)
        return {name: median(values) for name, values in seen.items()}

    def _incumbent_metrics(self) -> dict[str, float]:
        return {**self.incumbent.metrics, **self._medians("incumbent")}

    # --- judgement

    def _judged(
        self,
        decided: verdict.Verdict | None,
        guardrails: tuple[GuardrailResult, ...],
        engine: verdict.Engine | None = None,
    ) -> Evaluation:
        failed = [f"guardrail {rail.name} failed: {_first(rail.why)}" for rail in guardrails if rail.passed is False]
        failures = ("guardrail_failed",) if failed else ()
        if decided is None or engine is None:
            return self._evaluation("discard", tuple(failed), failures, guardrails)
        if engine.failed[verdict.CANDIDATE] >= _FAILED_TWICE:
            why = next((run.why for run in self.runs if run.arm == "candidate" and run.value is None), decided.reason)
            return self._evaluation("crash", (why, *failed), ("eval_failed", *failures), guardrails)
        decision: Decision = "discard" if failed else _DECISIONS[decided.decision]
        reasons = (*failed, _worded(decided))
        if self.recheck is not None and self.recheck.holds is False:
            decision, failures = "discard", (*failures, "not_reproducible")
            reasons = (f"the gain does not hold: {self.recheck.why}", *reasons)
        if decision == "keep" and self._printed(engine):
            decision, failures = "discard", (*failures, "constant_output")
            reasons = (CONSTANT, *reasons)
        evaluation = self._evaluation(decision, reasons, failures, guardrails)
        return msgspec.structs.replace(
            evaluation,
            improvement=_improvement(decided),
            learned=self._learned(engine),
            caveats=tuple(filter(None, (decided.caveat, *self._flaky(), self.recheck.why if self.recheck else ""))),
        )

    def _printed(self, engine: verdict.Engine) -> bool:
        """Whether a time is too constant to have been measured; other metrics may become exact by honest work."""
        if not metrics.is_clocked(self.job.config.eval.primary_metric, self._unit()):
            return False
        return constant(engine.raw[verdict.CANDIDATE], self._incumbents(engine))

    def _unit(self) -> str:
        return next((run.unit for run in self.runs if run.unit), self.job.config.eval.unit)

    def _flaky(self) -> list[str]:
        failed = [run for run in self.runs if run.value is None]
        return [f"{len(failed)} of {counted(len(self.runs), 'run')} failed: {_first(failed[0].why)}"] if failed else []

    def _evaluation(
        self,
        decision: Decision,
        reasons: tuple[str, ...],
        failures: tuple[str, ...] = (),
        guardrails: tuple[GuardrailResult, ...] = (),
    ) -> Evaluation:
        values = [run.value for run in self.runs if run.arm == "candidate" and run.value is not None]
        incumbents = [run.value for run in self.runs if run.arm == "incumbent" and run.value is not None]
        self.sides.close()
        left = self._left()
        tampered = self._tampered(left)
        if tampered:
            decision, failures = "discard", (trespass.CODE, *failures)
            reasons = (f"{', '.join(tampered)}: changed by the code itself while it was measured", *reasons)
        return Evaluation(
            tree=self.measurement.tree,
            left=left,
            attempt=self.measurement.attempt,
            decision=decision,
            reasons=reasons,
            failures=failures,
            value=median(values) if values else None,
            incumbent=median(incumbents) if incumbents else self.incumbent.value,
            paths=(*self.paths, *tampered),
            runs=tuple(self.runs),
            guardrails=guardrails,
            metrics={**self._medians("candidate"), **self.rails.values},
            incumbent_metrics=self._incumbent_metrics(),
            seconds=time.monotonic() - self.began,
        )

    def _left(self) -> str:
        """The tree as the runs left it; what they wrote is not the experiment's, but must not look like an edit."""
        job = self.job
        since = msgspec.convert(self.experiment.remembered, Remembered)
        scratch = job.workspace.layout.scratch
        return job.repository.snapshot(scratch, since=since, max_file_bytes=job.largest_file).tree

    def _tampered(self, left: str) -> tuple[str, ...]:
        """Files of the harness that were not changed when the measurement began, but are now."""
        known = trespass.displaced(self.job, self.measurement.tree)
        return tuple(path for path in trespass.displaced(self.job, left) if path not in known)

    def _learned(self, engine: verdict.Engine) -> Learned:
        kept, discarded = (rules.state(self.asked, self.incumbent) for _ in range(2))
        kept.record(engine, kept=True)
        discarded.record(engine, kept=False)
        fresh = kept.wants_fresh_samples
        return Learned(
            noise=discarded.noise,
            deterministic=discarded.deterministic,
            if_kept=() if fresh else tuple(kept.samples),
            if_discarded=tuple(discarded.samples),
        )


def _improvement(decided: verdict.Verdict) -> Improvement:
    percent, low, high, expected = (
        None if x is None else 100 * x for x in (decided.estimate, decided.low, decided.high, decided.expected)
    )
    low, high = (low, high) if low is None or high is None or low <= high else (high, low)
    exact = decided.z is None and percent is not None
    certainty = NormalDist().cdf(decided.z) if decided.z is not None else 1.0 if exact else None
    return Improvement(percent, low, high, certainty, expected)


def _worded(decided: verdict.Verdict) -> str:
    if decided.estimate is None:
        return decided.reason
    effect = f"{100 * decided.estimate:+.2f} %"
    if decided.low is not None and decided.high is not None and decided.low != decided.high:
        effect += f" ({100 * decided.low:+.2f} to {100 * decided.high:+.2f} %)"
    return f"{decided.reason}: {effect}"


def _first(text: str) -> str:
    return text.splitlines()[0] if text else ""
