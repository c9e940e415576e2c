"""The commented ``config.toml`` of an inference: every value with a word on where it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from autoloop.detect.words import Candidate, GuardrailCandidate, Inference

_KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
_PROTECTED = 60
_NO_METRIC = "# Which of the printed numbers counts? The names are listed by: autoloop doctor"
_NO_DIRECTION = '# "lower_is_better" or "higher_is_better": the name does not tell, so it was not guessed'


def config_text(
    inference: Inference,
    *,
    chosen: Candidate | None,
    guardrails: Sequence[GuardrailCandidate] | None = None,
    schema: str = "",
) -> str:
    """The text of ``.autoloop/config.toml``.

    Args:
        inference: the scan's answer.
        chosen: the eval to write down; None leaves the command empty, with the edit to make beside it.
        guardrails: those to write down; None for the inference's own.
        schema: address of the JSON Schema, for editors that read ``#:schema``.
    """
    rails = inference.guardrails if guardrails is None else tuple(guardrails)
    lines = [
        *([f"#:schema {_comment(schema)}"] if schema else []),
        "# AutoLoop's configuration. After an edit run: autoloop doctor",
        "schema_version = 1",
        "",
        *(_eval(chosen) if chosen else _no_eval(inference)),
        *(line for guardrail in rails for line in _guardrail(guardrail)),
        *_limits(),
        *_scope(inference, chosen),
    ]
    return "\n".join(lines) + "\n"


def answered(config: str) -> str:
    """The text of a configuration without those of our comments that ask for a value which is there by now."""
    for comment, key in ((_NO_METRIC, "primary_metric"), (_NO_DIRECTION, "direction")):
        config = re.sub(rf'^{re.escape(comment)}\n(?={key} = "[^"])', "", config, flags=re.MULTILINE)
    return config


def text(value: str) -> str:
    """A TOML string: literal where a person would write it so, else with escapes."""
    if "\\" in value and "'" not in value and value.isprintable():
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(words: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in words)


def _eval(chosen: Candidate) -> Iterator[str]:
    yield "[eval]"
    for evidence in chosen.evidence:
        yield f"# {_comment(f'{evidence.place}: {evidence.why}')}"
    for note in chosen.notes:
        yield f"# note: {_comment(note)}"
    yield f"command = {text(chosen.command)}"
    if chosen.build:
        yield f"build = {text(chosen.build)}  # untimed, after every change of the tree"
    yield f"metric_format = {text(chosen.format)}"
    if chosen.pattern:
        yield f"pattern = {text(chosen.pattern)}"
    yield from _metric(chosen)
    yield f"timeout = {text(chosen.timeout)}"
    yield ""


def _metric(chosen: Candidate) -> Iterator[str]:
    if not chosen.primary_metric:
        yield _NO_METRIC
    elif chosen.primary_metric == "geomean":
        yield "# geomean: over all benchmarks of the run; the name of a single one may stand here instead"
    yield f"primary_metric = {text(chosen.primary_metric)}"
    if not chosen.direction:
        yield _NO_DIRECTION
    yield f"direction = {text(chosen.direction)}"
    if chosen.unit:
        yield f"unit = {text(chosen.unit)}"


def _no_eval(inference: Inference) -> Iterator[str]:
    yield "[eval]"
    yield "# No eval was found, and nothing runs until there is one. Why:"
    for reason in inference.reasons[:8]:
        yield f"#   {_comment(reason)}"
    yield "# Put the command that measures your project here, for example:"
    yield '#   command = "python3 bench.py"       # prints: METRIC seconds=1.25'
    yield '#   metric_format = "metric_lines"'
    yield '#   primary_metric = "seconds"'
    yield '#   direction = "lower_is_better"'
    for suggestion in inference.suggestions:
        yield from _suggestion(suggestion)
    yield 'command = ""'
    yield ""


def _suggestion(suggestion: Candidate) -> Iterator[str]:
    yield f"# or, {_comment(suggestion.label)}:"
    for note in suggestion.notes:
        yield f"#   ({_comment(note)})"
    values = {
        "command": suggestion.command,
        "build": suggestion.build,
        "metric_format": suggestion.format,
        "pattern": suggestion.pattern,
        "primary_metric": suggestion.primary_metric,
        "direction": suggestion.direction,
        "unit": suggestion.unit,
    }
    if suggestion.command:
        yield from (f"#   {key} = {text(value)}" for key, value in values.items() if value)


def _guardrail(guardrail: GuardrailCandidate) -> Iterator[str]:
    name = guardrail.name if guardrail.name and not guardrail.name.strip(_KEY) else text(guardrail.name)
    yield f"[guardrails.{name}]"
    for evidence in guardrail.evidence:
        yield f"# {_comment(f'{evidence.place}: {evidence.why}')}"
    yield f"command = {text(guardrail.command)}"
    yield 'pass_threshold = "all"  # exit code 0'
    yield ""


def _limits() -> Iterator[str]:
    yield "[budget]"
    yield "experiments = 5"
    yield 'time = "2h"'
    yield ""


def _scope(inference: Inference, chosen: Candidate | None) -> Iterator[str]:
    editable = (chosen.editable if chosen else ()) or ("**",)
    first = inference.evals[0] if inference.evals else None
    protected = dict.fromkeys((*(chosen.protected if chosen and chosen != first else ()), *inference.protected))
    yield "[scope]"
    yield f"editable = [{', '.join(map(text, editable))}]"
    yield "# the eval's own files, tests, lock files, CI: an experiment that touches them is refused"
    yield "protected = ["
    yield from (f"    {text(path)}," for path in list(protected)[:_PROTECTED] if path not in editable)
    yield "]"
