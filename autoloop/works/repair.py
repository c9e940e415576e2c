"""``doctor --fix``: replaces what does not work by what was proven to, in place, and shows the difference."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

import msgspec
import tomlkit
import tomlkit.items

from autoloop import detect, metrics, trust
from autoloop.config import Config, Eval, Guardrail
from autoloop.detect import Candidate, GuardrailCandidate, Inference
from autoloop.errors import UsageError
from autoloop.job import Job
from autoloop.model import Run
from autoloop.opened import OpenWorkspace
from autoloop.outcomes import Check
from autoloop.sampler import Sampler
from autoloop.works.litter import Watch
from autoloop.works.sight import ID, Sight

_TRIED = 5
_FAILED_EVAL = {"eval", "build", "metric", "direction", "eval_sees_edits", "rewrites_eval"}
PHASE = "repairing"


def repair(job: Job, checks: tuple[Check, ...]) -> tuple[tuple[str, ...], str]:
    """Try the best candidates that set-up finds in place of what doctor saw failing; what was proven is written down.

    Returns:
        One sentence per repair, and the unified difference of config.toml; both empty when nothing was changed.
    """
    workspace = job.workspace
    text = workspace.config_text()
    failed = {check.id for check in checks if check.status == "fail"}
    found = detect.scan(workspace.root)
    fixer = _Fixer(job)
    document = tomlkit.parse(text)
    fixed = [*fixer.mend_eval(document, found, blind=ID in failed)] if failed & _FAILED_EVAL else []
    fixed += fixer.mend_guardrails(document, found, failed)
    new = detect.answered(tomlkit.dumps(document))
    if not fixed or new == text:
        return (), ""
    backup = workspace.store.set_aside(workspace.layout.config)
    workspace.store.write_text(workspace.layout.config, new)
    trust.approve(workspace.root, workspace.config())
    kept = f"the old config.toml is {backup.relative_to(workspace.root)}; to go back: autoloop doctor --undo"
    return (*fixed, kept), _difference(text, new)


def undo(workspace: OpenWorkspace) -> tuple[str, str]:
    """Put back the configuration that was set aside last; the present one is set aside, so that this can be undone.

    Returns:
        What was done, and the unified difference.

    Raises:
        UsageError: nothing was ever set aside.
    """
    layout, store = workspace.layout, workspace.store
    kept = store.backups(layout.config)
    if not kept:
        why = "neither --fix nor --force has replaced it yet"
        raise UsageError("nothing_to_undo", "No earlier config.toml was kept.", why=why, fix="autoloop doctor")
    old, now = store.read_text(kept[0]) or "", store.read_text(layout.config) or ""
    backup = store.set_aside(layout.config)
    store.write_text(layout.config, old)
    place, aside = (path.relative_to(workspace.root) for path in (kept[0], backup))
    return f"config.toml is again what it was in {place}; the one it replaced is {aside}", _difference(now, old)


def _difference(old: str, new: str) -> str:
    """The unified difference of two texts of config.toml."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, "config.toml", "config.toml"))


class _Fixer:
    """Tries commands, each once, and edits the document where one was proven."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.config = job.config
        self.watch = Watch(job)

    def _sampler(self, config: Config) -> Sampler:
        folder = self.job.workspace.layout.runs / "repair"
        return Sampler(
            config,
            self.job.workspace.root,
            folder,
            lambda group: self.job.note("group", group),
            on_tick=self.job.beat,
        )

    def _clean(self, name: str) -> bool:
        """Whether what was just run has left every tracked file alone; else they are put back."""
        return not any(check.status == "fail" for check in self.watch.look(name, name))

    def mend_eval(self, document: tomlkit.TOMLDocument, found: Inference, *, blind: bool) -> list[str]:
        """Name the number of an eval that works; else replace it by the first candidate that gives one.

        One that is ``blind`` to edits gives a number already: what takes its place must open what may be changed.
        """
        section = self.config.eval
        for proposed in self._proposals(section, found, blind=blind):
            run = self._tried(proposed, seeing=blind)
            named = _named(proposed, run) if run else None
            if named:
                return _written(document, section, named)
            if run and run.outcome == "ok" and proposed is section:
                return []  # it works: which of its numbers counts is not ours to say
        return []

    def _proposals(self, section: Eval, found: Inference, *, blind: bool) -> Iterator[Eval]:
        remedy = Sight(self.job, self.watch.tree).remedy() if blind else {}
        if remedy:
            yield msgspec.structs.replace(section, env=section.env | remedy)
        if section.command and not blind:
            yield section
        for candidate in found.evals[:_TRIED]:
            if candidate.command != section.command or candidate.format != section.metric_format:
                yield _as_eval(candidate, section)

    def _tried(self, section: Eval, *, seeing: bool) -> Run | None:
        """One run of the command; None where it must not be run, the build fails, or it opens nothing that may change.

        The last only if ``seeing`` is asked for.
        """
        objection = detect.eval_objection(section.command, section.build)
        if objection and objection.status == "fail":
            return None
        self.job.tell(PHASE, f"trying {section.command}")
        sampler = self._sampler(msgspec.structs.replace(self.config, eval=section))
        sight = Sight(self.job, self.watch.tree)
        with sight.witness:
            run = None if sampler.build("candidate") else sampler.take("candidate")
        return run if self._clean("eval") and (sight.reads() or not seeing) else None

    def mend_guardrails(self, document: tomlkit.TOMLDocument, found: Inference, failed: set[str]) -> list[str]:
        """Replace guardrails that fail, check nothing or rewrite files by one of the same name that passes.

        Where there is none at all, those that set-up finds are added. Of those that ``init`` has written a moment ago
        (option ``fresh``) all but the tests may be left out.
        """
        fixed = []
        wrong = {
            name: rail
            for name, rail in self.config.guardrails.items()
            if rail.command and not rail.numeric and failed & {f"guardrail_{name}", f"rewrites_{name}"}
        }
        missing = {} if self.config.guardrails else {rail.name: Guardrail() for rail in found.guardrails}
        for name, rail in (wrong | missing).items():
            proven = next((one for one in _alike(name, found, rail) if self._passes(name, rail, one)), None)
            if proven:
                _set(document, "guardrails", {name: {"command": proven.command}})
                fixed.append(f"guardrail {name}: {proven.command}")
            elif name in wrong and self.job.options.get("fresh") and not name.startswith("tests"):
                fixed.append(_left_out(document, name, rail))
        return fixed

    def _passes(self, name: str, rail: Guardrail, candidate: GuardrailCandidate) -> bool:
        self.job.tell(PHASE, f"trying {candidate.command}")
        sampler = self._sampler(self.config)
        result, _ = sampler.guard(name, msgspec.structs.replace(rail, command=candidate.command))
        vacuous = detect.vacuous(candidate.command, sampler.output())
        return self._clean(name) and bool(result.passed) and not vacuous


def _left_out(document: tomlkit.TOMLDocument, name: str, rail: Guardrail) -> str:
    """Take out a guardrail that set-up has just proposed and that does not hold on the untouched tree."""
    rails = document["guardrails"]
    if isinstance(rails, tomlkit.items.AbstractTable):
        rails.remove(name)
    return f"guardrail {name} left out, because it fails or rewrites files on the untouched tree: {rail.command}"


def _named(section: Eval, run: Run) -> Eval | None:
    """The eval with the name and direction of its number, as far as they are certain; None where there is no number."""
    if run.value is not None:
        known = metrics.direction_of(section.primary_metric, section.unit)
        return msgspec.structs.replace(section, direction=section.direction or known or "")
    if run.outcome != "ok" or section.primary_metric:
        return None
    told = {name: known for name in run.metrics if (known := metrics.direction_of(name, ""))}
    only = "geomean" if "geomean" in told else next(iter(told), "")
    if only != "geomean" and len(told) != 1:
        return None  # several could be meant, or none says which way is better: a person decides
    return msgspec.structs.replace(section, primary_metric=only, direction=told[only])


def _written(document: tomlkit.TOMLDocument, old: Eval, new: Eval) -> list[str]:
    names = ("command", "metric_format", "primary_metric", "direction", "unit", "pattern", "build")
    changed = {name: getattr(new, name) for name in names if getattr(new, name) != getattr(old, name)}
    if new.env != old.env:
        variables = tomlkit.inline_table()
        variables.update(new.env)
        _set(document, "eval", {"env": variables})
        return [f"eval: env = {variables.as_string()}, so that it measures the work tree"]
    if not changed:
        return []
    _set(document, "eval", changed)
    if "command" in changed:
        return [f"eval: {new.command} (it gave {new.primary_metric})"]
    return [f"{name}: {value}, as its run says" for name, value in changed.items()]


def _as_eval(candidate: Candidate, now: Eval) -> Eval:
    return msgspec.structs.replace(
        now,
        command=candidate.command,
        metric_format=candidate.format,
        primary_metric=candidate.primary_metric,
        direction=candidate.direction,
        unit=candidate.unit,
        pattern=candidate.pattern,
        build=candidate.build,
    )


def _alike(name: str, found: Inference, rail: Guardrail) -> list[GuardrailCandidate]:
    kind = [one for one in (*found.guardrails, *found.other_guardrails) if one.name == name]
    return [one for one in kind if one.command != rail.command][:_TRIED]


def _set(document: tomlkit.TOMLDocument, table: str, values: Mapping[str, object]) -> None:
    """Put values into a table of the document; comments and other keys stay, empty new values are left out."""
    section = document.setdefault(table, tomlkit.table())
    for key, value in values.items():
        if isinstance(value, dict) and not isinstance(value, tomlkit.items.InlineTable):
            inner = section.setdefault(key, tomlkit.table())
            inner.update(value)
        elif value != "" or key in section:
            section[key] = value
