"""Doctor's words on a command that was run, or that need not be run to be known as wrong. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autoloop import detect, metrics
from autoloop.config import Config
from autoloop.detect import Candidate, Inference
from autoloop.model import GuardrailResult, Run
from autoloop.outcomes import Check
from autoloop.units import format_duration, format_value

CONFIG = ".autoloop/config.toml"
EDIT = f"edit {CONFIG}, then: autoloop doctor"
_SLOW = 60.0
_APART = 0.3
_NAMES = 8


def no_eval(found: Inference) -> Check:
    """Nothing is configured: what ``doctor --fix`` would try, or the lines to write."""
    why = "[eval] command is empty"
    if found.evals:
        fix = f"autoloop doctor --fix   (it tries: {'; '.join(one.command for one in found.evals[:3])})"
        return Check("eval", "fail", "There is no eval command.", why, fix)
    reasons = "; ".join((why, *found.reasons[:3]))
    runnable = [one for one in found.suggestions if one.command and "<" not in one.command]
    lines = _lines(runnable[0]) if runnable else _lines(_EXAMPLE)
    return Check("eval", "fail", "There is no eval command.", reasons, f"in [eval] of {CONFIG} write: {lines}")


_EXAMPLE = Candidate("python3 bench.py", "metric_lines", "seconds", "lower_is_better")


def _lines(one: Candidate) -> str:
    values = {
        "command": one.command,
        "metric_format": one.format,
        "primary_metric": one.primary_metric,
        "direction": one.direction,
    }
    return ", ".join(f'{key} = "{value}"' for key, value in values.items())


def unfit_eval(config: Config) -> Check | None:
    """An eval that cannot measure a change, whatever it prints."""
    objection = detect.eval_objection(config.eval.command, config.eval.build)
    return (
        Check("eval_sees_edits", objection.status, objection.what, objection.why, objection.fix) if objection else None
    )


def failed_build(why: str) -> Check:
    """The eval was not run, because what it would have measured could not be built."""
    found = detect.symptom(why)
    what = f"The build fails: it lacks {found.what}." if found else "The build fails."
    return Check("build", "fail", what, why, f"{found.fix}; or {EDIT}" if found else EDIT)


def failed_eval(run: Run, config: Config) -> Check:
    """The eval gave no number: why, and what to write or install."""
    if run.outcome == "ok":
        return _unnamed(run)
    found = detect.symptom(run.why)
    if found:
        return Check("eval", "fail", f"The eval fails: it lacks {found.what}.", run.why, f"{found.fix}; or {EDIT}")
    if run.outcome == "timeout":
        fix = f'narrow the eval, or raise timeout (now "{config.eval.timeout}") in [eval] of {CONFIG}'
        return Check("eval", "fail", "The eval takes too long.", run.why, fix)
    return Check("eval", "fail", f"The eval gave no number ({run.outcome}).", run.why, EDIT)


def _unnamed(run: Run) -> Check:
    """It printed numbers, and nobody said which one counts."""
    names = list(run.metrics)
    shown = ", ".join(f"{name} = {run.metrics[name]:g}" for name in names[:_NAMES])
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    name = next((one for one in names if metrics.direction_of(one, "")), names[0] if names else "NAME")
    known = metrics.direction_of(name, "")
    side = f'direction = "{known}"' if known else 'direction = "lower_is_better" or "higher_is_better"'
    fix = f'in [eval] of {CONFIG} set, for example: primary_metric = "{name}", {side}'
    return Check(
        "eval", "fail", "The eval works, but nobody said which number counts.", f"it printed {shown}{more}", fix
    )


def passed_eval(runs: Sequence[Run], config: Config) -> list[Check]:
    """Both numbers, how far apart they are and how long they took."""
    name, unit = config.eval.primary_metric, config.eval.unit
    first, second = (run.value or 0.0 for run in runs)
    apart = abs(first - second) / max(abs(first), abs(second)) if first != second else 0.0
    shown = " and ".join(format_value(value, unit) for value in (first, second))
    took = format_duration(runs[-1].seconds)
    read = f", read as {runs[-1].format}" if config.eval.metric_format == "auto" else ""
    checks = [Check("eval", "pass", f"{name}: {shown} ({apart:.1%} apart), {took} per run{read}.")]
    if apart > _APART:
        why = "two runs of the same tree differ that much, so small gains will need many runs"
        fix = "close other programs, let the benchmark work longer, or choose a steadier number"
        checks.append(Check("eval_noise", "warn", f"Two runs are {apart:.0%} apart.", why, fix))
    if runs[-1].seconds > _SLOW:
        checks.append(_slow(took, config))
    return checks


def _slow(took: str, config: Config) -> Check:
    narrow = detect.narrower(config.eval.metric_format)
    fix = f"narrow the eval: {narrow}" if narrow else "narrow the eval: fewer benchmarks, a smaller input"
    return Check("eval_time", "warn", f"One eval takes {took}.", "every verdict needs several", fix)


def guardrail(result: GuardrailResult, command: str, output: str) -> Check:
    """Passed and tested something, passed and tested nothing, or failed."""
    name, what = f"guardrail_{result.name}", f"Guardrail {result.name}: {command}"
    if result.passed:
        vacuous = detect.vacuous(command, output)
        if vacuous:
            return Check(name, "fail", f"{what} checks nothing.", vacuous, _instead(result.name))
        return Check(name, "pass", f"{what} passes in {format_duration(result.seconds)}.")
    found = detect.symptom(result.why)
    if found:
        return Check(name, "fail", f"{what} fails: it lacks {found.what}.", result.why, f"{found.fix}; or {EDIT}")
    return Check(name, "fail", f"{what} fails.", result.why, _narrowed(result) or EDIT)


def _instead(name: str) -> str:
    return f"name a command that really runs the {name} in [guardrails.{name}] of {CONFIG}, or: autoloop doctor --fix"


_FAILED_TEST = re.compile(r"^(?:FAILED|ERROR) (\S+::\S+)", re.MULTILINE)


def _narrowed(result: GuardrailResult) -> str:
    """Tests that fail on the untouched tree by name: they can be left out, and the rest still guards."""
    named = list(dict.fromkeys(_FAILED_TEST.findall(result.why)))
    if not named:
        return ""
    switches = " ".join(f"--deselect {test}" for test in named[:_NAMES])
    return f"they fail without any change: mend them, or add {switches} to [guardrails.{result.name}] in {CONFIG}"
