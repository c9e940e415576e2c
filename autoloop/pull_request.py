"""The text that a reviewer reads: what was won, how sure it is, how it was measured, how to measure it again."""

from __future__ import annotations

from collections.abc import Sequence

from autoloop.model import Baseline, Confirmation, Experiment
from autoloop.units import format_value


def title(metric: str, claimed: float, confirmation: Confirmation | None, wins: int) -> str:
    """One line, with the confirmed gain where there is one."""
    gain = confirmation.percent if confirmation else claimed
    word = "confirmed" if confirmation else "claimed, not confirmed"
    return f"Improve {metric} by {gain:.1f} % ({word}, {wins} {'change' if wins == 1 else 'changes'})"


def body(
    baseline: Baseline,
    command: str,
    wins: Sequence[Experiment],
    claimed: float,
    confirmation: Confirmation | None,
    skipped: Sequence[tuple[int, str]] = (),
) -> str:
    """Markdown for the pull request."""
    parts = [_gain(baseline, claimed, confirmation), _table(baseline, wins)]
    if skipped:
        parts.append("Not on this branch:\n\n" + "\n".join(f"- #{number}: {why}" for number, why in skipped))
    parts.append(_method(baseline, command))
    return "\n\n".join(parts) + "\n"


def _gain(baseline: Baseline, claimed: float, confirmation: Confirmation | None) -> str:
    lines = ["## Gain", "", f"Metric: `{baseline.metric}` ({baseline.direction.replace('_', ' ')})", ""]
    if confirmation is None:
        lines.append("- confirmed: not measured again")
    else:
        lines.append(f"- **confirmed: {confirmation.percent:.2f} %**{_interval(confirmation.low, confirmation.high)}, ")
        lines[-1] += f"base against tip measured again in {confirmation.pairs} interleaved pairs "
        values = [format_value(v, baseline.unit) for v in (confirmation.base_value, confirmation.tip_value)]
        lines[-1] += f"({' -> '.join(values)})"
    lines.append(f"- claimed: {claimed:.2f} %, the product of the single verdicts, shrunk for optimism")
    return "\n".join(lines)


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" (90 % interval {low:.2f} to {high:.2f} %)"


def _table(baseline: Baseline, wins: Sequence[Experiment]) -> str:
    rows = [
        "## Wins",
        "",
        "| # | change | before | after | effect | samples | guardrails |",
        "|---|---|---|---|---|---|---|",
    ]
    for win in wins:
        evaluation = win.evaluation
        if evaluation is None:
            continue
        gain = evaluation.improvement
        effect = "" if gain.percent is None else f"{gain.percent:.2f} %{_interval(gain.low, gain.high)}"
        before, after = (
            "" if v is None else format_value(v, baseline.unit) for v in (evaluation.incumbent, evaluation.value)
        )
        passed = ", ".join(rail.name for rail in evaluation.guardrails if rail.passed) or "none"
        cells = (win.id, _cell(win.description), before, after, effect, len(evaluation.runs), _cell(passed))
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    plain = " ".join(text.split())
    for mark, escaped in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), (">", "&gt;"), ("@", "@\u200b")):
        plain = plain.replace(mark, escaped)
    return plain[:200]


def _method(baseline: Baseline, command: str) -> str:
    machine = ", ".join(f"{name}: {value}" for name, value in baseline.fingerprint.facts.items())
    noise = "none seen" if baseline.deterministic else f"{baseline.relative_noise:.2%} per run"
    return "\n".join(
        [
            "## How it was measured",
            "",
            f"- command: `{command}`",
            f"- noise of the benchmark: {noise}",
            f"- machine: {machine or 'unknown'}",
            "- each change was measured against the best state before it, in interleaved pairs in random order",
            "- reproduce: check out this branch and its base, and run the command above on both in turn",
        ]
    )
