"""``doctor --fix``: replaces what does not work by what was proven to, in place, and shows the difference."""

from __future__ import annotations

import difflib
import time
from collections.abc import Mapping

import msgspec
import tomlkit

from autoloop import detect, metrics
from autoloop.config import Config, Eval, Guardrail
from autoloop.detect import Candidate, GuardrailCandidate, Inference
from autoloop.opened import OpenWorkspace
from autoloop.progress import Notify, Progress
from autoloop.sampler import Sampler

_TRIED = 5
PHASE = "repairing"


def repair(workspace: OpenWorkspace, notify: Notify) -> tuple[tuple[str, ...], str]:
    """Prove what is configured, and where it fails the best candidates that set-up finds.

    Returns:
        One sentence per repair, and the unified difference of config.toml; both empty when nothing was changed.

    Raises:
        ConfigError: config.toml cannot be read at all.
    """
    config = workspace.config()
    text = workspace.config_text()
    found = detect.scan(workspace.root)
    fixer = _Fixer(workspace, config, notify)
    document = tomlkit.parse(text)
    fixed = [*fixer.mend_eval(document, found), *fixer.mend_guardrails(document, found)]
    new = tomlkit.dumps(document)
    if not fixed or new == text:
        return (), ""
    backup = workspace.layout.backups / f"config-{time.strftime('%Y%m%d-%H%M%S')}.toml"
    workspace.store.write_text(backup, text)
    workspace.store.write_text(workspace.layout.config, new)
    kept = f"the old config.toml is {backup.relative_to(workspace.root)}"
    return (*fixed, kept), "".join(_difference(text, new))


def _difference(old: str, new: str) -> list[str]:
    name = "config.toml"
    return list(difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), name, name))


class _Fixer:
    """Tries commands, each once, and edits the document where one was proven."""

    def __init__(self, workspace: OpenWorkspace, config: Config, notify: Notify) -> None:
        self.config = config
        self.notify = notify
        self.workspace = workspace

    def _sampler(self, config: Config) -> Sampler:
        return Sampler(config, self.workspace.root, self.workspace.layout.runs / "repair")

    def mend_eval(self, document: tomlkit.TOMLDocument, found: Inference) -> list[str]:
        """Replace an eval that gives no number by the first candidate that does; fill in a known direction."""
        section = self.config.eval
        if section.command and self._proven(section):
            return self._direction(document, section)
        for candidate in found.evals[:_TRIED]:
            proposed = _as_eval(candidate, section)
            if self._proven(proposed):
                names = ("command", "metric_format", "primary_metric", "direction", "unit", "pattern", "build")
                _set(document, "eval", {name: getattr(proposed, name) for name in names})
                return [f"eval: {candidate.command} (it gave {proposed.primary_metric})"]
        return []

    def _direction(self, document: tomlkit.TOMLDocument, section: Eval) -> list[str]:
        known = metrics.direction_of(section.primary_metric, section.unit)
        if section.direction or known is None:
            return []
        _set(document, "eval", {"direction": known})
        return [f"direction: {known}, as the name {section.primary_metric} says"]

    def _proven(self, section: Eval) -> bool:
        self.notify(Progress(PHASE, f"trying {section.command}"))
        config = msgspec.structs.replace(self.config, eval=section)
        sampler = self._sampler(config)
        return not sampler.build("candidate") and sampler.take("candidate").value is not None

    def mend_guardrails(self, document: tomlkit.TOMLDocument, found: Inference) -> list[str]:
        """Replace guardrail commands that fail or check nothing by a candidate of the same name that passes."""
        fixed = []
        for name, rail in self.config.guardrails.items():
            if not rail.command or rail.numeric or self._passes(name, rail):
                continue
            for candidate in _alike(name, found):
                proposed = msgspec.structs.replace(rail, command=candidate.command)
                if self._passes(name, proposed):
                    _set(document, "guardrails", {name: {"command": candidate.command}})
                    fixed.append(f"guardrail {name}: {candidate.command}")
                    break
        return fixed

    def _passes(self, name: str, rail: Guardrail) -> bool:
        self.notify(Progress(PHASE, f"trying {rail.command}"))
        sampler = self._sampler(self.config)
        result, _ = sampler.guard(name, rail)
        return bool(result.passed) and not detect.vacuous(rail.command, sampler.last_words())


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


def _alike(name: str, found: Inference) -> list[GuardrailCandidate]:
    return [rail for rail in found.guardrails if rail.name == name][:_TRIED]


def _set(document: tomlkit.TOMLDocument, table: str, values: Mapping[str, object]) -> None:
    """Put values into a table of the document; comments and other keys stay, empty new values are left out."""
    section = document.setdefault(table, tomlkit.table())
    for key, value in values.items():
        if isinstance(value, dict):
            inner = section.setdefault(key, tomlkit.table())
            inner.update(value)
        elif value != "" or key in section:
            section[key] = value
