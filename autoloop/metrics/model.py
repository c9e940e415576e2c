"""What goes into the reading of metrics and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from autoloop.units import Quantity

RESULT_FILE = "{result_file}"
"""Placeholder in a command: AutoLoop puts the path of a fresh file there and hands over what was written to it."""


def nested(*globs: str) -> tuple[str, ...]:
    """The globs, for the repository itself and for projects up to two folders down in it."""
    return tuple(f"{above}{glob}" for above in ("", "*/", "*/*/") for glob in globs)


class Spec(msgspec.Struct, frozen=True):
    """Which number to read, and how.

    Attributes:
        format: one of ``formats()``.
        primary: name of the metric that is judged; empty only for discovery.
        unit: unit the primary metric is wanted in; empty leaves it as the tool prints it.
        pattern: regular expression for the format ``regex``, tried last by ``auto``.
    """

    format: str = "auto"
    primary: str = ""
    unit: str = ""
    pattern: str = ""


class ProcessUsage(msgspec.Struct, frozen=True):
    """What the command itself used: seconds of wall clock, seconds of user and system time, bytes of peak memory."""

    wall_time: float
    cpu_time: float
    peak_rss: float


class Reading(msgspec.Struct, frozen=True):
    """The numbers of one run: one sample of each metric.

    Attributes:
        values: every finite metric by its name; in their own units, but for the primary one.
        primary: the metric the spec asked for, in the configured unit if there is one; None in discovery.
        matched: format that held it, for example ``json`` when the spec said ``auto``.
        name: the name in ``values`` that ``Spec.primary`` turned out to mean; empty in discovery.
        members: benchmarks behind ``geomean``, sorted; readings with other members must not be compared by it, or a
            benchmark that no longer runs would pass for a gain.
    """

    values: dict[str, Quantity]
    primary: Quantity | None
    matched: str
    name: str = ""
    members: tuple[str, ...] = ()


class Measure(NamedTuple):
    """One number as a format found it: the benchmark or metric, its quantity, and which of its numbers it is.

    An empty ``field`` is the benchmark's headline number; ``allocs/op`` or ``mean`` are fields beside it.
    """

    benchmark: str
    quantity: Quantity
    field: str = ""

    @property
    def name(self) -> str:
        """Name of the metric as users write it."""
        return f"{self.benchmark}.{self.field}" if self.field else self.benchmark


class Adapter(NamedTuple):
    """How one benchmark tool's results are read.

    Attributes:
        documents: reads result files, path to content; also given a JSON document found on stdout, without a path.
        lines: reads the clean lines that the tool prints.
        globs: where the tool leaves result files, relative to the repository, or ``RESULT_FILE``.
        option: what to add to the command so that the tool writes such a file or prints what can be read.
    """

    documents: Callable[[Mapping[str, bytes]], Iterator[Measure]] | None = None
    lines: Callable[[Iterable[str]], Iterator[Measure]] | None = None
    globs: tuple[str, ...] = ()
    option: str = ""


class Harvest(NamedTuple):
    """All that one format found: metrics by name, names whose units contradict each other, benchmarks in geomean."""

    format: str
    values: dict[str, Quantity]
    mixed: frozenset[str] = frozenset()
    members: tuple[str, ...] = ()
