"""The work of ``baselining``: samples of the unchanged code, its noise, and what the budget can resolve."""

from __future__ import annotations

import shutil
import time
from statistics import median

import msgspec

from autoloop import verdict
from autoloop.errors import CommandError
from autoloop.job import Job
from autoloop.model import Baseline, GuardrailResult, Incumbent, Noise, Run
from autoloop.outcomes import Calibrated
from autoloop.progress import Progress
from autoloop.quiet import quiet_machine
from autoloop.sampler import Sampler
from autoloop.units import counted
from autoloop.works import rules
from autoloop.works.rails import Rails
from autoloop.works.rest import at_rest

PHASE = "baselining"
_MOST_FAILURES = 2


def calibrate(job: Job) -> Calibrated:
    """Measure the starting point.

    Raises:
        CommandError: the eval or a guardrail fails on the unchanged code.
    """
    folder = job.workspace.layout.runs / "baseline"
    shutil.rmtree(folder, ignore_errors=True)
    sampler = Sampler.of(job, folder)
    tree, remembered = at_rest(job)
    with quiet_machine(job, PHASE):
        began = time.monotonic()
        runs = _samples(job, sampler)
        per_run = (time.monotonic() - began) / max(1, len(runs))
        rails = Rails(job, sampler)
        guardrails = _guardrails(rails)
    values = tuple(run.value for run in runs if run.value is not None)
    metrics = _medians(runs) | rails.values
    incumbent = Incumbent(
        value=median(values),
        samples=values,
        tree=tree,
        noise=_noise(values),
        deterministic=verdict.calibrate(values).deterministic,
        metrics=metrics,
        remembered=remembered,
    )
    baseline = msgspec.structs.replace(
        _baseline(job, runs, values, metrics, guardrails, tree, per_run), litter=_litter(job, tree, remembered)
    )
    durations = {"eval": median(run.seconds for run in runs), **{rail.name: rail.seconds for rail in guardrails}}
    return Calibrated(incumbent, baseline, durations)


def _samples(job: Job, sampler: Sampler) -> list[Run]:
    wrong = sampler.build("candidate")
    if wrong:
        raise CommandError("build_failed", "The build fails on the unchanged code.", why=wrong, fix="autoloop doctor")
    wanted = int(str(job.options.get("samples") or job.config.verdict.baseline_samples))
    for _ in range(job.config.eval.warmup or 0):
        sampler.take("candidate")
    job.expect(wanted + (job.config.eval.warmup or 0))
    runs: list[Run] = []
    while sum(run.value is not None for run in runs) < wanted:
        run = sampler.take("candidate")
        runs.append(run)
        shown = f"{run.value:g}" if run.value is not None else run.why.splitlines()[0]
        text = f"{job.config.eval.primary_metric}: {shown}"
        job.show(Progress(PHASE, text, len(runs), wanted, arm="incumbent", value=run.value))
        if sum(run.value is None for run in runs) >= _MOST_FAILURES:
            raise CommandError(
                run.outcome if run.outcome != "ok" else "eval_failed",
                "The eval fails on the unchanged code.",
                why=run.why,
                fix="mend [eval] in .autoloop/config.toml, then: autoloop doctor",
            )
    return runs


def _litter(job: Job, tree: str, remembered: dict[str, object]) -> tuple[str, ...]:
    """What the runs wrote into the work tree. The tree itself is held by a ref: later ones are compared with it."""
    job.repository.anchor({f"refs/autoloop/{job.record.loop}/baseline": str(remembered["commit"])})
    now = job.repository.snapshot(job.workspace.layout.scratch, max_file_bytes=job.largest_file).tree
    return job.repository.changed_paths(tree, now)


def _guardrails(rails: Rails) -> tuple[GuardrailResult, ...]:
    results = (*rails.cheap(), *rails.costly())
    failed = [rail for rail in results if rail.passed is False]
    if failed:
        raise CommandError(
            "guardrail_failed",
            f"Guardrail {failed[0].name} fails on the unchanged code.",
            why=failed[0].why,
            fix="mend the code or [guardrails] in .autoloop/config.toml, then: autoloop doctor",
        )
    return results


def _noise(values: tuple[float, ...]) -> Noise | None:
    return None if len(values) < 2 else verdict.calibrate(values).noise  # noqa: PLR2004 - one value has no noise


def _medians(runs: list[Run]) -> dict[str, float]:
    names = dict.fromkeys(name for run in runs for name in run.metrics)
    return {name: median(run.metrics[name] for run in runs if name in run.metrics) for name in names}


def _baseline(
    job: Job,
    runs: list[Run],
    values: tuple[float, ...],
    metrics: dict[str, float],
    guardrails: tuple[GuardrailResult, ...],
    tree: str,
    per_run: float,
) -> Baseline:
    config, facts = job.config, job.facts
    calibration = verdict.calibrate(values)
    asked = rules.question(config)
    detectable = 0.0 if calibration.deterministic else verdict.detectable_effect(calibration.noise, asked)
    flaky = sum(run.value is None for run in runs)
    return Baseline(
        metric=config.eval.primary_metric,
        unit=next((run.unit for run in runs if run.value is not None), config.eval.unit),
        direction=config.eval.direction or "lower_is_better",
        value=median(values),
        values=values,
        commit=facts.commit,
        tree=tree,
        taken=facts.now,
        config_digest=config.measuring_digest,
        fingerprint=facts.fingerprint,
        relative_noise=calibration.relative_noise,
        deterministic=calibration.deterministic,
        drift=calibration.drift,
        detectable_effect=max(detectable, float(config.verdict.min_effect)),
        expected_runs=2.0 if calibration.deterministic else verdict.expected_runs(calibration.noise, asked),
        seconds_per_run=per_run,
        metrics=metrics,
        guardrails=guardrails,
        members=next((run.members for run in runs if run.members), ()),
        flaky=flaky,
        warnings=tuple(_warnings(job, detectable, flaky, len(runs))),
    )


def _warnings(job: Job, detectable: float, flaky: int, runs: int) -> list[str]:
    rules_ = job.config.verdict
    found = []
    if detectable > rules_.min_effect * 1.0001:
        found.append(
            f"min_effect {float(rules_.min_effect):.1%} is out of reach: with this noise and max_samples = "
            f"{rules_.max_samples} only effects from {detectable:.1%} on are found reliably; give the eval more inner "
            "work, pin it to a core, measure cpu time, or raise max_samples"
        )
    if flaky:
        found.append(f"{flaky} of {counted(runs, 'run')} failed: the eval is flaky")
    return found
