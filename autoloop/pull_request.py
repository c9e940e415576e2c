"""The text that a reviewer reads: what was won, how sure it is, how it was measured, how to measure it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from autoloop.config import Config
from autoloop.markup import cell, code, escaped, fitted, gain, table
from autoloop.model import Baseline, Confirmation, Experiment
from autoloop.outcomes import Branch, Skipped
from autoloop.stats import compounded, relative_gain
from autoloop.units import counted, format_value

_CUT = "*The rest is left out: it would be longer than hosting sites allow. All of it: `autoloop report --html`*"
_INDEPENDENT = (
    "Wins that share no path, not even through another win, are on branches of their own: each can be reviewed, merged "
    "and taken back without the others. Base against tip was measured with all of them together."
)
_VERDICT = (
    "each change was measured against the best state before it, in runs that take turns in random order; it was kept "
    "when the evidence for a gain was strong enough and no guardrail failed"
)
_ROWS = 25
_PATHS = 8


class Told(Struct, frozen=True):
    """What a text is made from.

    Attributes:
        baseline: what was measured, and on which machine.
        config: the commands.
        wins: all that are on the branches.
        claimed: their gain together by the single verdicts, in per cent.
        confirmation: what measuring again found.
        skipped: wins that are on no branch.
        branches: all of them.
        about: the branch that the text is for, where there are several.
    """

    baseline: Baseline
    config: Config
    wins: tuple[Experiment, ...]
    claimed: float
    confirmation: Confirmation | None = None
    skipped: tuple[Skipped, ...] = ()
    branches: tuple[Branch, ...] = ()
    about: Branch | None = None

    @property
    def own(self) -> tuple[Experiment, ...]:
        """The wins of the branch that the text is for."""
        return tuple(win for win in self.wins if self.about is None or win.id in self.about.experiments)

    @property
    def alone(self) -> float:
        """The claimed gain of those, in per cent."""
        lower, base = self.baseline.direction == "lower_is_better", self.baseline.value
        found = [win.evaluation for win in self.own if win.evaluation]
        steps = [(one.incumbent or 0.0, one.value or 0.0) for one in found]
        if min((min(step) for step in steps), default=1.0) > 0:
            return compounded([one.improvement.expected or 0.0 for one in found], lower=lower)
        return sum(relative_gain(before, after, base, lower=lower) for before, after in steps)


def title(told: Told) -> str:
    """One line, with the confirmed gain where there is one that is about these very wins."""
    changes = counted(len(told.own), "change")
    if told.about is not None:
        place = told.branches.index(told.about) + 1
        found, how = told.alone, f"claimed, {changes}, branch {place} of {len(told.branches)}"
    elif told.confirmation is None:
        found, how = told.claimed, f"claimed, not confirmed, {changes}"
    else:
        found, how = told.confirmation.percent, f"confirmed, {changes}"
    return f"Improve {told.baseline.metric} by {found:.1f} % ({how})"


def body(told: Told) -> str:
    """Markdown for the pull request, within what hosting sites take."""
    parts = [_gain(told), *_wins(told)]
    if told.about is not None:
        parts.append(_split(told.branches, told.about))
    if told.skipped:
        left = "\n".join(f"- #\u200b{skip.experiment}: {escaped(skip.why)}" for skip in told.skipped)
        parts.append(f"Not on {'any' if told.about else 'this'} branch:\n\n{left}")
    return fitted([*parts, _method(told), _again(told)], _CUT)


def _gain(told: Told) -> str:
    baseline, confirmation = told.baseline, told.confirmation
    if confirmation is None:
        confirmed: tuple[str, ...] = ("confirmed", "-", "not measured again")
    else:
        values = (format_value(value, baseline.unit) for value in (confirmation.base_value, confirmation.tip_value))
        shown = gain(confirmation.percent, confirmation.low, confirmation.high)
        pairs = counted(confirmation.pairs, "interleaved pair")
        rests = f"base against tip, measured again in {pairs}: {' → '.join(values)}"
        confirmed = ("**confirmed**", f"**{shown}**", rests)
    single = "the product of the single verdicts, each shrunk for the optimism of stopping when it looks good"
    rows = [confirmed, ("claimed", f"{told.claimed:+.2f} %", single)]
    if told.about is not None:
        rows = [(f"{name}, all branches", *rest) for name, *rest in rows]
        rows.insert(0, ("claimed, this branch", f"{told.alone:+.2f} %", "the same product, of the wins below"))
    direction = baseline.direction.replace("_", " ")
    head = f"## Gain in {code(baseline.metric)} ({direction})"
    return f"{head}\n\n{table(('', 'gain', 'rests on'), rows)}"


def _wins(told: Told) -> Iterator[str]:
    commits = {number: commit for b in told.branches for number, commit in zip(b.experiments, b.commits, strict=True)}
    measured = [win for win in told.own if win.evaluation is not None]
    yield "## Wins"
    for start in range(0, len(measured), _ROWS):
        yield table(
            ("#", "change", "before", "after", "effect", "runs", "guardrails", "commit"),
            (_win(told.baseline, win, commits.get(win.id)) for win in measured[start : start + _ROWS]),
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


def _split(branches: Sequence[Branch], about: Branch) -> str:
    """Why there are several branches, and what is on each."""
    rows = []
    for branch in branches:
        paths = ", ".join(code(path) for path in branch.paths[:_PATHS])
        more = f" and {len(branch.paths) - _PATHS} more" if len(branch.paths) > _PATHS else ""
        numbers = ", ".join(f"#\u200b{number}" for number in branch.experiments)
        rows.append((code(branch.name) + (" (this one)" if branch == about else ""), numbers, paths + more))
    return "\n\n".join(["## Branches", _INDEPENDENT, table(("branch", "wins", "paths"), rows)])


def _method(told: Told) -> str:
    baseline, config, confirmation = told.baseline, told.config, told.confirmation
    machine = escaped(", ".join(f"{name}: {value}" for name, value in baseline.fingerprint.facts.items()))
    noise = "none seen" if baseline.deterministic else f"{baseline.relative_noise:.2%} of one run"
    runs = sum(len(win.evaluation.runs) for win in told.own if win.evaluation)
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


def _again(told: Told) -> str:
    lines = ["## Measure it again", "", "Where the session ran, each win against its parent, in private checkouts:", ""]
    lines += ["```sh", *(f"autoloop reproduce {win.id}" for win in told.own[:_PATHS]), "```"]
    if told.branches:
        one = told.about or told.branches[0]
        lines += ["", "Anywhere else, base and tip in turn, several times:", "", "```sh"]
        for folder, commit in (("base", one.base[:12]), ("tip", one.head[:12])):
            lines.append(f"git worktree add --detach ../{folder} {commit}")
        lines += [f"(cd ../{folder} && {told.config.eval.command})" for folder in ("base", "tip")] + ["```"]
    return "\n".join(lines)
