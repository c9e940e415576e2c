"""What repeats: guardrails that break, files and kinds of change with their record, attempts made twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

from autoloop.learn.terms import Claim, Repeat, Track, WatchOut
from autoloop.model import Experiment
from autoloop.similarity import SAME, Texts, ending, kinds, last_evaluation, paths_of, percent, why
from autoloop.units import counted

_DRY = 4


def tracks(experiments: Sequence[Experiment], names: Callable[[Experiment], Sequence[str]]) -> tuple[Track, ...]:
    """The record of each name (a file, a kind of change) over the closed experiments; most wins first."""
    groups: dict[str, list[Experiment]] = {}
    for experiment in experiments:
        if experiment.status != "open":
            for name in dict.fromkeys(names(experiment)):
                groups.setdefault(name, []).append(experiment)
    found = (_track(name, group) for name, group in groups.items())
    return tuple(sorted(found, key=lambda t: (-len(t.kept), -(t.best or 0.0), -len(t.experiments), t.name)))


def _track(name: str, group: Sequence[Experiment]) -> Track:
    gains = [(e, gain) for e in group if (gain := measured_gain(e)) is not None]
    kept = [(gain, e.id) for e, gain in gains if e.status == "kept"]
    best = max(kept, default=None)
    return Track(
        name=name,
        experiments=tuple(e.id for e in group),
        kept=tuple(e.id for e in group if e.status == "kept"),
        broke=tuple(e.id for e in group if ending(e) == "guardrail"),
        median=round(median(gain for _, gain in gains), 2) if gains else None,
        best=best[0] if best else None,
        best_experiment=best[1] if best else None,
    )


def measured_gain(experiment: Experiment) -> float | None:
    """The measured gain in per cent, None when nothing was measured."""
    evaluation = last_evaluation(experiment)
    return evaluation.improvement.percent if evaluation else None


def by_file(experiments: Sequence[Experiment]) -> tuple[Track, ...]:
    """The record of every file."""
    return tracks(experiments, paths_of)


def by_kind(experiments: Sequence[Experiment]) -> tuple[Track, ...]:
    """The record of every kind of change that descriptions name."""
    return tracks(experiments, lambda experiment: kinds(experiment.description))


def repeats(experiments: Sequence[Experiment]) -> tuple[Repeat, ...]:
    """Experiments that resemble an earlier one, each with the likest; the newest first."""
    texts = Texts([experiment.description for experiment in experiments])
    first_with: dict[str, int] = {}
    found = []
    for place, experiment in enumerate(experiments):
        earlier = experiments[:place]
        twin = first_with.setdefault(_tree(experiment) or f"none of {place}", experiment.id)
        scores = texts.scores(experiment.description)[:place]
        score, nearest = max(((s, -e.id) for s, e in zip(scores, earlier, strict=True)), default=(0.0, 0))
        if twin != experiment.id:
            found.append(Repeat(experiment.id, twin, 1.0, identical=True))
        elif score >= SAME:
            found.append(Repeat(experiment.id, -nearest, round(score, 3)))
    return tuple(reversed(found))


def _tree(experiment: Experiment) -> str:
    evaluation = last_evaluation(experiment)
    return evaluation.tree if evaluation else ""


def watch_outs(
    experiments: Sequence[Experiment], files: Sequence[Track], claims: Sequence[Claim]
) -> tuple[WatchOut, ...]:
    """What went wrong and may again."""
    return (
        *guardrails(experiments),
        *_fragile(files),
        *_endings(experiments),
        *_noise(experiments),
        *_overclaims(claims),
        *_plateau(experiments),
    )


def guardrails(experiments: Sequence[Experiment]) -> list[WatchOut]:
    """The guardrails that broke, the most often broken first."""
    broken: dict[str, list[tuple[int, str]]] = {}
    for experiment in experiments:
        evaluation = last_evaluation(experiment)
        for rail in evaluation.guardrails if evaluation else ():
            if rail.passed is False:
                broken.setdefault(rail.name, []).append((experiment.id, first_line(rail.why)))
    return [
        WatchOut(
            "guardrail", name, f"broke {times(len(cases))}; the last time: {cases[-1][1] or 'no reason given'}", ids
        )
        for name, cases in sorted(broken.items(), key=lambda item: -len(item[1]))
        for ids in [tuple(number for number, _ in cases)]
    ]


def _fragile(files: Sequence[Track]) -> list[WatchOut]:
    return [
        WatchOut(
            "path",
            t.name,
            f"{len(t.broke)} of {counted(len(t.experiments), 'change')} of it broke a guardrail",
            t.broke,
        )
        for t in sorted(files, key=lambda t: (-len(t.broke), t.name))
        if t.broke
    ]


def _endings(experiments: Sequence[Experiment]) -> list[WatchOut]:
    told = {"crash": "the eval or the build", "harness": "protected paths", "scope": "paths outside the scope"}
    said = {"crash": "broke down {}", "harness": "were changed {}, which no experiment may", "scope": "were changed {}"}
    found = []
    for name, subject in told.items():
        cases = [e for e in experiments if ending(e) == name]
        if cases:
            text = f"{said[name].format(times(len(cases)))}; the last time: {why(cases[-1])}"
            found.append(WatchOut(name, subject, text, tuple(e.id for e in cases)))
    return found


def _noise(experiments: Sequence[Experiment]) -> list[WatchOut]:
    warned = [e for e in experiments if (evaluation := last_evaluation(e)) and evaluation.caveats]
    if not warned:
        return []
    last = last_evaluation(warned[-1])
    text = f"came with a caveat {times(len(warned))}; the last one: {first_line(last.caveats[0]) if last else ''}"
    return [WatchOut("noise", "the measurement", text, tuple(e.id for e in warned))]


def _overclaims(claims: Sequence[Claim]) -> list[WatchOut]:
    found = []
    for claim in claims:
        if claim.confirmed is None:
            continue
        gone = (claim.confirmed if claim.low is None else claim.low) <= 0
        if gone or (claim.high is not None and claim.claimed > claim.high):
            text = f"claimed {percent(claim.claimed)}, and {percent(claim.confirmed)} was found when measured again"
            found.append(WatchOut("claim", claim.name, text, claim.wins))
    return found


def _plateau(experiments: Sequence[Experiment]) -> list[WatchOut]:
    closed = [e for e in experiments if e.status != "open"]
    last = max((place for place, e in enumerate(closed) if e.status == "kept"), default=-1)
    dry = closed[last + 1 :]
    if len(dry) < _DRY:
        return []
    text = f"nothing was kept in the last {counted(len(dry), 'experiment')}"
    return [WatchOut("plateau", "the search", text, tuple(e.id for e in dry))]


def times(count: int) -> str:
    """Once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def first_line(text: str) -> str:
    """The first line that says something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
