"""``autoloop baseline``: measures the starting point and its noise."""

from __future__ import annotations

import click

from autoloop.commands.app import Answer, App, command
from autoloop.commands.detached import detachable
from autoloop.commands.firing import fire
from autoloop.model import Baseline
from autoloop.payloads import Baselined, BaselineMetric, NoiseShown


@command("baseline", short_help="Measure the starting point and its noise.")
@detachable
@click.option(
    "--samples",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Samples to take (default: [verdict] baseline_samples).",
)
def baseline(app: App, samples: int | None) -> Answer:
    """Measure the starting point several times, and say how small an effect can be seen.

    \b
    autoloop baseline
    autoloop baseline --samples 10
    """
    done = fire(app, "baseline", {"samples": samples})
    found = done.record.baseline
    if found is None:
        message = "a baseline was taken but is not in the record"
        raise RuntimeError(message)
    return Answer(_payload(found), done.record, recovered=bool(done.recovered), notes=done.notes)


def _payload(found: Baseline) -> Baselined:
    metric = BaselineMetric(found.metric, found.unit, found.direction, found.value, len(found.values), found.values)
    return Baselined(
        metric=metric,
        noise=NoiseShown(found.relative_noise, found.deterministic, found.drift),
        detectable_effect=found.detectable_effect,
        guardrails=found.guardrails,
        commit=found.commit,
        expected_runs=found.expected_runs,
        expected_seconds=found.expected_runs * found.seconds_per_run,
        metrics=found.metrics,
        warnings=found.warnings,
    )
