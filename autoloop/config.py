"""``.autoloop/config.toml``: strict decoding, defaults, digests.

Durations, percentages and sizes are written as people write them (``10m``, ``5%``, ``64MiB``) and decoded into plain
numbers: seconds, fractions, bytes.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from typing import Literal

import msgspec

from autoloop.errors import ConfigError
from autoloop.model import Direction
from autoloop.units import parse_duration, parse_percent, parse_size

FILE = ".autoloop/config.toml"


class Seconds(float):
    """A duration; written ``90s``, ``10m``, ``2h`` or as a number of seconds."""


class Fraction(float):
    """A share; written ``5%`` or as a number (0.05)."""


class Bytes(int):
    """A size; written ``64MiB`` or as a number of bytes."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Eval(_Section, frozen=True):
    """How the repository measures itself.

    Attributes:
        command: run by ``/bin/sh -c`` in ``cwd``; one execution is one sample.
        build: untimed, before each measurement of a different tree.
        setup: prepares the private worktree of ``reference = "worktree"``.
        warmup: runs thrown away per arm before the first sample after a build.
    """

    command: str = ""
    metric_format: str = "auto"
    primary_metric: str = ""
    direction: Direction | Literal[""] = ""
    unit: str = ""
    pattern: str = ""
    timeout: Seconds = Seconds(600)
    build: str = ""
    setup: str = ""
    cwd: str = ""
    env: dict[str, str] = {}
    keep_env: tuple[str, ...] = ()
    warmup: int | None = None
    memory: Bytes | None = None
    cpu_time: Seconds | None = None
    file_size: Bytes | None = None


class Guardrail(_Section, frozen=True):
    """Something that must not get worse: a command's exit code, or a number with a tolerance."""

    command: str = ""
    pass_threshold: str = ""
    metric: str = ""
    metric_format: str = "auto"
    pattern: str = ""
    unit: str = ""
    direction: Direction | Literal[""] = ""
    threshold: Fraction = Fraction(0.0)
    timeout: Seconds = Seconds(600)

    @property
    def numeric(self) -> bool:
        """Whether it compares a number (else only the exit code counts)."""
        return bool(self.metric)


class VerdictRules(_Section, frozen=True):
    """The knobs of the decision; see docs/verdict.md."""

    min_effect: Fraction = Fraction(0.01)
    min_effect_abs: float | None = None
    max_samples: int = 20
    alpha: float = 0.05
    reference: Literal["swap", "worktree", "stored"] = "swap"
    mode: Literal["auto", "interleaved", "pooled"] = "auto"
    baseline_samples: int = 5
    suspicious: Fraction = Fraction(0.8)


class Budget(_Section, frozen=True):
    """Caps of a session that is opened without others."""

    experiments: int | None = 5
    time: Seconds | None = Seconds(7200)
    eval_time: Seconds | None = None
    tokens: int | None = None
    usd: float | None = None
    failures: int | None = None
    plateau: int | None = None
    target: str | float | None = None


class Scope(_Section, frozen=True):
    """Which paths an experiment may change; gitignore-style patterns, protected wins."""

    editable: tuple[str, ...] = ("**",)
    protected: tuple[str, ...] = ()


class Git(_Section, frozen=True):
    """How wins are committed. ``message`` may use ``{id}``, ``{description}`` and ``{session}``."""

    message: str = "exp-{id:03d}: {description}"
    max_file: Bytes = Bytes(50 << 20)


class Machine(_Section, frozen=True):
    """The machine-wide benchmark lock and the load check; ``max_load`` is busy cores per core, None for no check."""

    wait: Seconds = Seconds(1800)
    max_load: float | None = 0.9
    load_wait: Seconds = Seconds(30)


class Holdout(_Section, frozen=True):
    """A hidden check before *keep* and at *finalize*: only pass or fail is ever shown."""

    command: str = ""
    timeout: Seconds = Seconds(600)


class Config(_Section, frozen=True):
    """The whole file."""

    schema_version: Literal[1] = 1
    eval: Eval = Eval()
    guardrails: dict[str, Guardrail] = {}
    verdict: VerdictRules = VerdictRules()
    budget: Budget = Budget()
    scope: Scope = Scope()
    git: Git = Git()
    machine: Machine = Machine()
    holdout: Holdout = Holdout()

    @property
    def digest(self) -> str:
        """Digest of the meaning of the file: comments and order do not change it."""
        return _digest(self)

    @property
    def measuring_digest(self) -> str:
        """Digest of what decides the measured numbers; a baseline holds for exactly one."""
        return _digest((self.eval, self.guardrails))


def _digest(part: object) -> str:
    canonical = msgspec.json.encode(msgspec.to_builtins(part, enc_hook=_plain), order="sorted")
    return hashlib.sha256(canonical).hexdigest()[:16]


def _plain(value: object) -> object:
    return float(value) if isinstance(value, float) else int(str(value))


def decode(text: str) -> Config:
    """The configuration that ``text`` (TOML) says.

    Raises:
        ConfigError: ``config_invalid`` with file, line, key path and the nearest valid name.
    """
    try:
        config = msgspec.toml.decode(text.encode(), type=Config, dec_hook=_from_text)
    except msgspec.ValidationError as error:
        raise _explained(str(error), text) from None
    except (msgspec.DecodeError, ValueError) as error:
        raise ConfigError(
            "config_invalid", f"{FILE} is not valid TOML.", why=str(error), fix=f"edit {FILE}, then: autoloop doctor"
        ) from None
    _check(config, text)
    return config


def _from_text(kind: type, value: object) -> object:
    readers = {Seconds: parse_duration, Fraction: parse_percent, Bytes: parse_size}
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        message = f"Expected a number or text such as '10m', got {type(value).__name__}"
        raise ValueError(message)  # noqa: TRY004 - msgspec turns ValueError into a located ValidationError
    number = readers[kind](value) if isinstance(value, str) else value
    if number < 0 and kind is not Fraction:
        message = f"Expected a positive value, got {value!r}"
        raise ValueError(message)
    return kind(number)


def _explained(message: str, text: str) -> ConfigError:
    what, _, path = message.partition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    why, fix = what, f"edit {FILE}, then: autoloop doctor"
    unknown = re.search(r"unknown field `([^`]*)`", what)
    if unknown:
        name = unknown.group(1)
        path = f"{path}.{name}" if path else name
        near = _nearest(name, path)
        why = f"there is no key {name!r}" + (f"; did you mean {near!r}?" if near else "")
    where = f"{FILE}{_line_of(path, text)}, key {path or '(top level)'}"
    return ConfigError("config_invalid", f"{where} is not valid.", why=why, fix=fix)


def _nearest(name: str, path: str) -> str | None:
    kind: object = Config
    for part in path.split(".")[:-1]:
        fields = {field.name: field.type for field in msgspec.structs.fields(kind)}  # type: ignore[arg-type]
        kind = Guardrail if part == "guardrails" or kind is Guardrail else fields.get(part, Config)
    names = [field.name for field in msgspec.structs.fields(kind)]  # type: ignore[arg-type]
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.4)), None)


def _line_of(path: str, text: str) -> str:
    """``:12``, or nothing when the key cannot be found (dotted or inline tables)."""
    *tables, key = re.sub(r"\[[^]]*\]$", "", path).split(".")
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        if header:
            section = header.group(1).replace('"', "")
            if section == ".".join([*tables, key]):
                return f":{number}"
        elif section == ".".join(tables) and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
            return f":{number}"
    return ""


def _check(config: Config, text: str) -> None:
    """What types cannot say.

    Raises:
        ConfigError: naming the key.
    """
    problems = [*_eval_problems(config.eval), *_rule_problems(config.verdict)]
    for name, guardrail in config.guardrails.items():
        problems += [(f"guardrails.{name}.{key}", why) for key, why in _guardrail_problems(guardrail)]
    for path, why in problems:
        raise ConfigError(
            "config_invalid",
            f"{FILE}{_line_of(path, text)}, key {path} is not valid.",
            why=why,
            fix=f"edit {FILE}, then: autoloop doctor",
        )
    try:
        config.git.message.format(id=1, description="x", session="s")
    except (KeyError, IndexError, ValueError) as error:
        raise ConfigError(
            "config_invalid",
            f"{FILE}{_line_of('git.message', text)}, key git.message is not valid.",
            why=f"cannot be filled in: {error!r}; only {{id}}, {{description}} and {{session}} exist",
            fix='for example: message = "exp-{id:03d}: {description}"',
        ) from None


def _eval_problems(section: Eval) -> list[tuple[str, str]]:
    problems = []
    if section.metric_format == "regex" and not section.pattern:
        problems.append(("eval.pattern", 'metric_format = "regex" needs a pattern with one group'))
    if section.pattern and (broken := _bad_pattern(section.pattern)):
        problems.append(("eval.pattern", broken))
    if section.cwd.startswith(("/", "~")) or ".." in section.cwd.split("/"):
        problems.append(("eval.cwd", "must be a path inside the repository"))
    if section.timeout <= 0:
        problems.append(("eval.timeout", "must be more than zero"))
    return problems


def _rule_problems(rules: VerdictRules) -> list[tuple[str, str]]:
    problems = []
    if not 0 <= rules.min_effect < 1:
        problems.append(("verdict.min_effect", "must be at least 0% and less than 100%"))
    if not 2 <= rules.max_samples <= 1000:  # noqa: PLR2004 - one pair decides nothing, a thousand is no budget
        problems.append(("verdict.max_samples", "must be between 2 and 1000"))
    if not 0.0001 <= rules.alpha <= 0.5:  # noqa: PLR2004 - outside it the boundaries have no meaning
        problems.append(("verdict.alpha", "must be between 0.0001 and 0.5"))
    if not 1 <= rules.baseline_samples <= 1000:  # noqa: PLR2004 - as max_samples
        problems.append(("verdict.baseline_samples", "must be between 1 and 1000"))
    return problems


def _guardrail_problems(rail: Guardrail) -> list[tuple[str, str]]:
    problems = []
    if not rail.command and not rail.metric:
        problems.append(("command", "a guardrail needs a command (exit code 0 passes) or a metric of the eval"))
    if rail.metric and not rail.direction:
        problems.append(("direction", 'a numeric guardrail needs "lower_is_better" or "higher_is_better"'))
    if rail.pass_threshold not in {"", "all"}:
        problems.append(("pass_threshold", 'only "all" is known: exit code 0 passes'))
    if rail.pattern and (broken := _bad_pattern(rail.pattern)):
        problems.append(("pattern", broken))
    return problems


def _bad_pattern(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        return f"is not a regular expression: {error}"
    return "" if groups else "has no group: put the number in parentheses"
