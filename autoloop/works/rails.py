"""Runs the guardrails of a measurement: the cheap ones before the samples, the costly ones after, all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from autoloop.config import Guardrail
from autoloop.guardrails import judge_number
from autoloop.job import Job
from autoloop.model import GuardrailResult
from autoloop.sampler import Sampler

EVAL = "eval"


class Rails:
    """The configured guardrails of one measurement.

    Attributes:
        values: numbers that guardrail commands printed, by guardrail name.
    """

    def __init__(self, job: Job, sampler: Sampler) -> None:
        self.job = job
        self.sampler = sampler
        self.values: dict[str, float] = {}
        rails = job.config.guardrails
        self._commands = {name: rail for name, rail in rails.items() if rail.command}
        self._numbers = {name: rail for name, rail in rails.items() if not rail.command}
        self._ran: set[str] = set()

    def cheap(self) -> tuple[GuardrailResult, ...]:
        """Run those that were faster than one eval when last seen, and those never seen."""
        return tuple(self._run(name) for name in self._by_cost() if not self._costs_more(name))

    def costly(self) -> tuple[GuardrailResult, ...]:
        """Run the others."""
        return tuple(self._run(name) for name in self._by_cost() if self._costs_more(name))

    def numbers(self, candidate: Mapping[str, float], incumbent: Mapping[str, float]) -> tuple[GuardrailResult, ...]:
        """Judge those that take their number from the eval's own output."""
        return tuple(
            judge_number(
                name, rail, candidate.get(rail.metric), incumbent.get(rail.metric), self._baseline(rail.metric)
            )
            for name, rail in self._numbers.items()
        )

    def unmeasured(self, why: str) -> tuple[GuardrailResult, ...]:
        """Name those that could not be judged, since the eval gave no numbers for them or crashed before their turn."""
        waiting = [*self._numbers, *(name for name in self._by_cost() if name not in self._ran)]
        return tuple(GuardrailResult(name, passed=None, why=why) for name in waiting)

    def _by_cost(self) -> Iterable[str]:
        return sorted(self._commands, key=lambda name: self.job.record.durations.get(name, 0.0))

    def _costs_more(self, name: str) -> bool:
        durations = self.job.record.durations
        return durations.get(name, 0.0) > durations.get(EVAL, float("inf"))

    def _run(self, name: str) -> GuardrailResult:
        rail = self._commands[name]
        self._ran.add(name)
        self.job.tell(self.job.record.state, f"guardrail {name}: {rail.command}")
        result, value = self.sampler.guard(name, rail)
        if not rail.numeric or not result.passed:
            return result
        if value is not None:
            self.values[name] = value
        return self._judged(name, rail, value, result.seconds)

    def _judged(self, name: str, rail: Guardrail, value: float | None, seconds: float) -> GuardrailResult:
        incumbent = self.job.record.incumbent
        known = incumbent.metrics.get(name) if incumbent else None
        return msgspec.structs.replace(judge_number(name, rail, value, known, self._baseline(name)), seconds=seconds)

    def _baseline(self, metric: str) -> float | None:
        session = self.job.record.session
        return session.baseline_metrics.get(metric) if session else None
