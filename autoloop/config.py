"""``.autoloop/config.toml``: strict decoding, defaults, digests.

Durations, percentages and sizes are written as people write them (``10m``, ``5%``, ``64MiB``) and decoded into plain
numbers: seconds, fractions, bytes.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from string import Formatter
from typing import Annotated, Final, Literal

import msgspec

from autoloop.budget import target_value
from autoloop.config_errors import explained, invalid, newer, not_toml
from autoloop.model import Direction
from autoloop.scope import bad_pattern
from autoloop.units import parse_duration, parse_percent, parse_size

SCHEMA_VERSION: Final = 1
_ABOVE_ZERO = "must be more than zero"
_LARGEST = 2**53  # integers beyond it are not exact as JSON numbers

Count = Annotated[int, msgspec.Meta(ge=1, le=10**9)]
Amount = Annotated[float, msgspec.Meta(gt=0, le=_LARGEST)]


class Seconds(float):
    """A duration; written ``90s``, ``10m``, ``2h`` or as a number of seconds."""


class Fraction(float):
    """A share; written ``5%`` or as a number (0.05)."""


class Bytes(int):
    """A size; written ``64MiB`` or as a number of bytes."""


_EXAMPLES = {Seconds: "10m", Fraction: "5%", Bytes: "64MiB"}


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
    warmup: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
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
    min_effect_abs: Amount | None = None
    max_samples: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 20
    alpha: float = 0.05
    reference: Literal["swap", "worktree", "stored"] = "swap"
    mode: Literal["auto", "interleaved", "pooled"] = "auto"
    baseline_samples: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5
    suspicious: Fraction = Fraction(0.8)


class Budget(_Section, frozen=True):
    """Caps of a session that is opened without others."""

    experiments: Count | None = 5
    time: Seconds | None = Seconds(7200)
    eval_time: Seconds | None = None
    tokens: Count | None = None
    usd: Amount | None = None
    failures: Count | None = None
    plateau: Count | None = None
    target: str | float | None = None


class Scope(_Section, frozen=True):
    """Which paths an experiment may change; gitignore-style patterns, protected wins."""

    editable: tuple[str, ...] = ("**",)
    protected: tuple[str, ...] = ()


class Git(_Section, frozen=True):
    """How wins are committed.

    Attributes:
        message: may use ``{id}``, ``{description}`` and ``{session}``.
        max_file: a larger file is not part of snapshots.
        hooks: run pre-commit, prepare-commit-msg and commit-msg on a copy before a win is committed.
        retention: how many candidates that were not kept are held for ``revive`` and ``diff``; ``autoloop prune``
            lets older ones go.
    """

    message: str = "exp-{id:03d}: {description}"
    max_file: Bytes = Bytes(50 << 20)
    retention: Count = 200
    hooks: bool = False


class Machine(_Section, frozen=True):
    """The machine-wide benchmark lock and the load check; ``max_load`` is busy cores per core, None for no check."""

    wait: Seconds = Seconds(1800)
    max_load: Amount | None = 0.9
    load_wait: Seconds = Seconds(10)


class Holdout(_Section, frozen=True):
    """A hidden check before *keep* and at *finalize*: only pass or fail is ever shown."""

    command: str = ""
    timeout: Seconds = Seconds(600)


class Config(_Section, frozen=True):
    """The whole file."""

    schema_version: Literal[1] = SCHEMA_VERSION
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
        ConfigError: ``config_invalid`` with file, line, key path and the nearest valid name, or ``config_newer``.
    """
    try:
        text.encode()  # what cannot be written as UTF-8 cannot have been read from a file
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise not_toml(error) from None
    if isinstance(version := raw.get("schema_version"), int) and version > SCHEMA_VERSION:
        raise newer(version, SCHEMA_VERSION)
    try:
        config = msgspec.convert(raw, Config, dec_hook=_from_text)
    except msgspec.ValidationError as error:
        raise explained(error, text, Config, _from_text) from None
    for path, why in _problems(config):
        raise invalid(path, why, text)
    return config


def _from_text(kind: type, value: object) -> object:
    readers = {Seconds: parse_duration, Fraction: parse_percent, Bytes: parse_size}
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        message = f"Expected a number or text such as {_EXAMPLES[kind]!r}, got {type(value).__name__}"
        raise ValueError(message)  # noqa: TRY004 - msgspec turns ValueError into a located ValidationError
    number = readers[kind](value) if isinstance(value, str) else value
    if not abs(number) <= _LARGEST:  # also true of a number that is not one
        message = f"Expected a finite number, got {value!r}"
        raise ValueError(message)
    if number < 0:
        message = f"Expected a positive value, got {value!r}"
        raise ValueError(message)
    if kind is Bytes and number != int(number):
        message = f"Expected whole bytes, got {value!r}"
        raise ValueError(message)
    return kind(number)


def _problems(config: Config) -> Iterator[tuple[tuple[str, ...], str]]:
    """What types cannot say: (path of the key, why)."""
    yield from _eval_problems(config.eval)
    yield from _rule_problems(config.verdict)
    yield from _budget_problems(config.budget)
    yield from _scope_problems(config.scope)
    for name, guardrail in config.guardrails.items():
        for key, why in _guardrail_problems(guardrail):
            yield ("guardrails", name, key), why
    if config.holdout.timeout <= 0:
        yield ("holdout", "timeout"), _ABOVE_ZERO
    if wrong := _bad_message(config.git.message):
        yield ("git", "message"), wrong


def _eval_problems(section: Eval) -> Iterator[tuple[tuple[str, ...], str]]:
    if section.metric_format == "regex" and not section.pattern:
        yield ("eval", "pattern"), 'metric_format = "regex" needs a pattern with one group'
    if section.pattern and (broken := _bad_pattern(section.pattern)):
        yield ("eval", "pattern"), broken
    if section.cwd.startswith(("/", "~")) or ".." in section.cwd.split("/"):
        yield ("eval", "cwd"), "must be a path inside the repository"
    for key in ("timeout", "memory", "cpu_time", "file_size"):
        if getattr(section, key) == 0:
            yield ("eval", key), _ABOVE_ZERO


def _rule_problems(rules: VerdictRules) -> Iterator[tuple[tuple[str, ...], str]]:
    if not rules.min_effect < 1:
        yield ("verdict", "min_effect"), 'must be less than 100%; one per cent is written "1%" or 0.01'
    if not 0.0001 <= rules.alpha <= 0.5:  # noqa: PLR2004 - outside it the boundaries have no meaning
        yield ("verdict", "alpha"), "must be between 0.0001 and 0.5"


def _budget_problems(budget: Budget) -> Iterator[tuple[tuple[str, ...], str]]:
    for key in ("time", "eval_time"):
        if getattr(budget, key) == 0:
            yield ("budget", key), _ABOVE_ZERO
    if budget.target is not None:
        try:
            target_value(budget.target, 1.0, "lower_is_better")
        except ValueError as error:
            yield ("budget", "target"), str(error)


def _scope_problems(scope: Scope) -> Iterator[tuple[tuple[str, ...], str]]:
    for key in ("editable", "protected"):
        for pattern in getattr(scope, key):
            if wrong := bad_pattern(pattern):
                yield ("scope", key), wrong


def _guardrail_problems(rail: Guardrail) -> Iterator[tuple[str, str]]:
    if not rail.command and not rail.metric:
        yield "command", "a guardrail needs a command (exit code 0 passes) or a metric of the eval"
    if rail.metric and not rail.direction:
        yield "direction", 'a numeric guardrail needs "lower_is_better" or "higher_is_better"'
    if rail.threshold and not rail.metric:
        yield "threshold", "a tolerance needs the metric that it is about"
    if rail.pass_threshold not in {"", "all"}:
        yield "pass_threshold", 'only "all" is known: exit code 0 passes'
    if rail.pattern and (broken := _bad_pattern(rail.pattern)):
        yield "pattern", broken
    if rail.timeout <= 0:
        yield "timeout", _ABOVE_ZERO


def _bad_message(message: str) -> str:
    """Only plain fields with a plain width: a format string can reach into objects and ask for gigabytes."""
    known = "only {id} (or {id:03d}), {description} and {session} can be filled in"
    try:
        fields = [
            (name, spec, conversion) for _, name, spec, conversion in Formatter().parse(message) if name is not None
        ]
    except ValueError as error:
        return f"{error}; {known}"
    for name, spec, conversion in fields:
        shape = r"0?\d{0,2}d?" if name == "id" else ""
        if name not in {"id", "description", "session"} or conversion or not re.fullmatch(shape, spec or ""):
            return f"{{{name}}} is not understood; {known}"
    return "" if message.strip() else f"a commit needs a message; {known}"


def _bad_pattern(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        return f"is not a regular expression: {error}"
    return "" if groups else "has no group: put the number in parentheses"
