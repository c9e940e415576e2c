"""The text that a reviewer reads: what was won, how sure it is, how it was measured, how to measure it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autoloop.config import Config
from autoloop.markup import cell, code, escaped, fitted, gain, table
from autoloop.model import Baseline, Confirmation, Experiment
from autoloop.outcomes import Branch, Skipped
from autoloop.units import format_value

_CUT = "*The rest is left out: it would be longer than hosting sites allow. All of it: `autoloop report --html`*"
_INDEPENDENT = (
    "Wins that share no path, not even through another win, are on branches of their own: each can be reviewed, merged "
    "and taken back without the others. The gain above is that of all of them together."
)
_VERDICT = (
    "each change was measured against the best state before it, in runs that take turns in random order; it was kept "
    "when the evidence for a gain was strong enough and no guardrail failed"
)
_ROWS = 25
_PATHS = 8


def title(metric: str, claimed: float, confirmation: Confirmation | None, wins: int) -> str:
    """One line, with the confirmed gain where there is one."""
    found = confirmation.percent if confirmation else claimed
    word = "confirmed" if confirmation else "claimed, not confirmed"
    return f"Improve {metric} by {found:.1f} % ({word}, {wins} {'change' if wins == 1 else 'changes'})"


def body(
    baseline: Baseline,
    config: Config,
    wins: Sequence[Experiment],
    claimed: float,
    confirmation: Confirmation | None,
    skipped: Sequence[Skipped] = (),
    branches: Sequence[Branch] = (),
) -> str:
    """Markdown for the pull request, within what hosting sites take."""
    parts = [_gain(baseline, claimed, confirmation), *_wins(baseline, wins, branches)]
    if len(branches) > 1:
        parts.append(_split(branches))
    if skipped:
        left = "\n".join(f"- #\u200b{skip.experiment}: {escaped(skip.why)}" for skip in skipped)
        parts.append(f"Not on this branch:\n\n{left}")
    parts += [_method(baseline, config, wins, confirmation), _again(config, wins, branches)]
    return fitted(parts, _CUT)


def _gain(baseline: Baseline, claimed: float, confirmation: Confirmation | None) -> str:
    if confirmation is None:
        confirmed: tuple[str, ...] = ("confirmed", "-", "not measured again")
    else:
        values = (format_value(value, baseline.unit) for value in (confirmation.base_value, confirmation.tip_value))
        shown = gain(confirmation.percent, confirmation.low, confirmation.high)
        pairs = f"base against tip, measured again in {confirmation.pairs} interleaved pairs: {' → '.join(values)}"
        confirmed = ("**confirmed**", f"**{shown}**", pairs)
    told = "the product of the single verdicts, each shrunk for the optimism of stopping when it looks good"
    rows = [confirmed, ("claimed", f"{claimed:+.2f} %", told)]
    direction = baseline.direction.replace("_", " ")
    head = f"## Gain in {code(baseline.metric)} ({direction})"
    return f"{head}\n\n{table(('', 'gain', 'rests on'), rows)}"


def _wins(baseline: Baseline, wins: Sequence[Experiment], branches: Sequence[Branch]) -> Iterator[str]:
    commits = {number: commit for b in branches for number, commit in zip(b.experiments, b.commits, strict=True)}
    measured = [win for win in wins if win.evaluation is not None]
    yield "## Wins"
    for start in range(0, len(measured), _ROWS):
        yield table(
            ("#", "change", "before", "after", "effect", "runs", "guardrails", "commit"),
            (_win(baseline, win, commits.get(win.id)) for win in measured[start : start + _ROWS]),
        )


def _win(baseline: Baseline, win: Experiment, commit: str | None) -> tuple[object, ...]:
    found = win.evaluation
    if found is None:
        return ()
    effect = gain(found.improvement.percent, found.improvement.low, found.improvement.high)
    values = ("-" if v is None else escaped(format_value(v, baseline.unit)) for v in (found.incumbent, found.value))
    passed = ", ".join(cell(rail.name) for rail in found.guardrails if rail.passed) or "none"
    named = code((commit or win.commit or "-")[:10])
    return (win.id, cell(win.description), *values, effect, len(found.runs), passed, named)


def _split(branches: Sequence[Branch]) -> str:
    """Why there are several branches, and what is on each."""
    rows = []
    for branch in branches:
        paths = ", ".join(code(path) for path in branch.paths[:_PATHS])
        more = f" and {len(branch.paths) - _PATHS} more" if len(branch.paths) > _PATHS else ""
        numbers = ", ".join(f"#\u200b{number}" for number in branch.experiments)
        rows.append((code(branch.name), numbers, paths + more))
    return "\n\n".join(["## Branches", _INDEPENDENT, table(("branch", "wins", "paths"), rows)])


def _method(baseline: Baseline, config: Config, wins: Sequence[Experiment], confirmation: Confirmation | None) -> str:
    machine = escaped(", ".join(f"{name}: {value}" for name, value in baseline.fingerprint.facts.items()))
    noise = "none seen" if baseline.deterministic else f"{baseline.relative_noise:.2%} of one run"
    runs = sum(len(win.evaluation.runs) for win in wins if win.evaluation)
    again = f", and {2 * confirmation.pairs} more to confirm the whole" if confirmation else ""
    rails = ", ".join(f"{cell(name)} ({code(rail.command or rail.metric)})" for name, rail in config.guardrails.items())
    return "\n".join(
        [
            "## How it was measured",
            "",
            f"- command: {code(config.eval.command)}",
            f"- runs: {runs} for the wins above{again}",
            f"- noise: {noise}",
            f"- machine: {machine or 'unknown'}",
            f"- guardrails: {rails or 'none'}",
            f"- {_VERDICT}",
        ]
    )


def _again(config: Config, wins: Sequence[Experiment], branches: Sequence[Branch]) -> str:
    lines = ["## Measure it again", "", "Where the session ran, each win against its parent, in private checkouts:", ""]
    lines += ["```sh", *(f"autoloop reproduce {win.id}" for win in wins[:_PATHS]), "```"]
    if branches:
        one = branches[0]
        lines += ["", "Anywhere else, base and tip in turn, several times:", "", "```sh"]
        for folder, commit in (("base", one.base[:12]), ("tip", one.head[:12])):
            lines.append(f"git worktree add --detach ../{folder} {commit}")
        lines += [f"(cd ../{folder} && {config.eval.command})" for folder in ("base", "tip")] + ["```"]
    return "\n".join(lines)
