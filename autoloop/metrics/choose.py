"""From what was found to the reading that was asked for, or to an error that says what was found instead."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from autoloop.errors import CommandError
from autoloop.metrics.model import Harvest, Reading, Spec
from autoloop.metrics.names import fits
from autoloop.metrics.samples import GEOMEAN
from autoloop.units import Quantity, convert

_MOST_SHOWN = 12


def choose(spec: Spec, harvests: Sequence[Harvest]) -> Reading:
    """The reading of the first format that holds the primary metric, or, in discovery, of the first with any number.

    Raises:
        CommandError: ``no_metric``, ``not_finite``, ``ambiguous_metric`` or ``unit_changed``.
    """
    if not spec.primary:
        return _discovered(spec, harvests)
    for harvest in harvests:
        if spec.primary in harvest.values:
            return _reading(spec, harvest, spec.primary)
    for harvest in harvests:
        names = candidates(spec.primary, harvest.values)
        if len(names) > 1:
            raise _ambiguous(spec, names)
        if names:
            return _reading(spec, harvest, names[0])
    raise _missing(spec, harvests)


def candidates(wanted: str, names: Iterable[str]) -> list[str]:
    """Names that ``wanted`` may mean, see ``fits``; a mean over benchmarks must be named in full."""
    fitting = [name for name in names if fits(name, wanted) and not name.startswith(f"{GEOMEAN}.")]
    return [name for name in fitting if name.casefold() == wanted.casefold()] or fitting


def _discovered(spec: Spec, harvests: Sequence[Harvest]) -> Reading:
    for harvest in harvests:
        if finite := _finite(harvest):
            return Reading(finite, None, harvest.format, members=harvest.members)
    raise _missing(spec, harvests)


def _reading(spec: Spec, harvest: Harvest, name: str) -> Reading:
    found = harvest.values[name]
    if name in harvest.mixed:
        raise _unit_changed(name, f"One run printed it in units that cannot be turned into '{found.unit}'.")
    if not math.isfinite(found.value):
        raise CommandError(
            "not_finite",
            f"The metric {name} is {found.value}, which is no usable number.",
            why=f"The {harvest.format} output holds NaN, infinity, null or a text in its place.",
            fix="Run the eval command by hand and repair what it computes.",
        )
    primary = _in_unit(name, found, spec.unit)
    return Reading(_finite(harvest) | {name: primary}, primary, harvest.format, name, harvest.members)


def _finite(harvest: Harvest) -> dict[str, Quantity]:
    values = harvest.values.items()
    return {name: found for name, found in values if math.isfinite(found.value) and name not in harvest.mixed}


def comparable(name: str, found: Quantity, unit: str) -> Quantity:
    """``found`` in the unit of another sample of the same metric, ready to be compared with it.

    Raises:
        CommandError: ``unit_changed``, the dimensions differ or only one of the two has a unit.
    """
    try:
        return convert(found, unit)
    except ValueError as error:
        raise _unit_changed(name, str(error)) from error


def _in_unit(name: str, found: Quantity, unit: str) -> Quantity:
    """``found`` in the configured unit; a bare number has it already, for that is what the configuration says."""
    return comparable(name, found, unit) if unit and found.unit else Quantity(found.value, unit or found.unit)


def _unit_changed(name: str, why: str) -> CommandError:
    fix = "Print the metric in one unit, or set unit in .autoloop/config.toml and run: autoloop baseline"
    return CommandError("unit_changed", f"The unit of {name} is not the expected one.", why=why, fix=fix)


def _ambiguous(spec: Spec, names: Sequence[str]) -> CommandError:
    return CommandError(
        "ambiguous_metric",
        f"The name '{spec.primary}' fits {len(names)} metrics.",
        why=f"They are {_listed(names)}.",
        fix=f'Set primary_metric = "{names[0]}" (or another of them) in .autoloop/config.toml.',
    )


def _missing(spec: Spec, harvests: Sequence[Harvest]) -> CommandError:
    names = list(dict.fromkeys(name for harvest in harvests for name in harvest.values))
    formats = ", ".join(harvest.format for harvest in harvests) or spec.format
    return CommandError(
        "no_metric",
        f"The output holds no metric named '{spec.primary}'."
        if spec.primary
        else "The output holds no number to read.",
        why=f"Read as {formats}, it holds {_listed(names)}.",
        fix=_advice(spec.primary, names),
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_SHOWN])
    hidden = len(names) - _MOST_SHOWN
    return (f"{shown} and {hidden} more" if hidden > 0 else shown) or "no number at all"


def _advice(primary: str, names: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(primary, names, n=1, cutoff=0.5) if primary else []
    if near:
        return f'Did you mean {near[0]}? Then set primary_metric = "{near[0]}" in .autoloop/config.toml.'
    return (
        f"Let the eval print METRIC {primary or 'name'}=VALUE, "
        "or set metric_format and primary_metric in .autoloop/config.toml."
    )
