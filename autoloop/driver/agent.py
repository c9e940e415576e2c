"""A coding agent's client as a hand: one fresh, non-interactive call per experiment."""

from __future__ import annotations

import shlex
from pathlib import Path

import msgspec

from autoloop import agents, runner
from autoloop.driver import complaints
from autoloop.driver.command import described, started
from autoloop.driver.hand import Errand, Event, Proposal
from autoloop.usage import Usage

_TOLD = 300
_ENDED: dict[str, tuple[Event, str]] = {
    "timeout": ("overrun", "took longer than one call may, and was ended"),
    "not_found": ("not_found", "is not installed, or not in PATH"),
}


class Price(msgspec.Struct, frozen=True):
    """US dollars per million tokens, for clients that do not say what they cost."""

    input: float
    cached: float
    output: float

    def applied(self, usage: Usage) -> Usage:
        """The usage with its price, unless it has one or the tokens are not known."""
        if usage.usd is not None or usage.input is None or usage.output is None:
            return usage
        cached = usage.cached or 0
        usd = ((usage.input - cached) * self.input + cached * self.cached + usage.output * self.output) / 1e6
        return msgspec.structs.replace(usage, usd=usd)


class AgentHand(msgspec.Struct, frozen=True):
    """A client that is installed here.

    Attributes:
        client: which.
        cwd: the top of the work tree.
        timeout: seconds that one call may take.
        full_access: every permission, instead of editing files alone.
        price: what tokens cost, when the client does not say.
    """

    client: agents.Client
    cwd: Path
    timeout: float
    full_access: bool = False
    price: Price | None = None

    @property
    def name(self) -> str:
        """Who it is."""
        return self.client.name

    def call(self, errand: Errand) -> Proposal:
        """Call it with the brief on stdin and read what it says about itself."""
        argv = (self.client.program, *(self.client.full if self.full_access else self.client.call))
        errand = msgspec.structs.replace(errand, env=self.client.env | errand.env)
        finished = started(
            f"exec {shlex.join(argv)} < {shlex.quote(str(errand.brief))}", self.cwd, self.timeout, errand
        )
        report = self._report(finished)
        usage = self.price.applied(report.usage) if self.price else report.usage
        event, why = judged(report, finished.outcome, runner.tail(finished.stderr, 5))
        if event in {"overrun", "not_found"}:
            why = f"{self.client.program} {why}"
        elif event == "not_logged_in":
            why = f"{why}; log in with: {self.client.login.command}"
        return Proposal(event, why, described(report.message), report.message, finished.seconds, usage)

    def _report(self, finished: runner.Finished) -> agents.Report:
        if self.client.report is None:
            return agents.Report(finished=finished.outcome == "ok")
        return self.client.report(agents.events(runner.lines(finished.stdout)))


def judged(report: agents.Report, outcome: str, complaint: str) -> tuple[Event, str]:
    """How a call ended and why we think so: the final event counts, exit codes alone lie."""
    if outcome in _ENDED:
        return _ENDED[outcome]
    if report.finished and not report.error:
        return "proposed", ""
    told = (report.error or complaint).strip()
    said = told[:_TOLD] or "it said nothing"
    if complaints.not_logged_in(told):
        return "not_logged_in", f"the client is not logged in: {said}"
    if complaints.turned_away(told):
        return "rate_limited", f"the model's provider turned the call away: {said}"
    if outcome == "ok":
        return "premature", f"the client ended without its final event: {said}"
    return "crashed", f"the client failed ({outcome}): {said}"


def unchanged(said: str) -> tuple[Event, str]:
    """What a call was that ended well and changed nothing."""
    first = " ".join(said.split())[:_TOLD]
    if not first:
        return "silent", "the agent said nothing and changed nothing"
    if complaints.refused(first):
        return "refused", f"the agent refused: {first}"
    return "unchanged", f"the agent changed nothing: {first}"
