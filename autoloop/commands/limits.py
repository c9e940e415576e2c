"""The options that bound a session, for every command that can open one."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import click

from autoloop.commands.firing import seconds
from autoloop.units import parse_count


class Duration(click.ParamType):  # type: ignore[type-arg]
    """A duration on the command line, as seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ARG002
        """Seconds; raises ``UsageError``."""
        return seconds(str(value), param.opts[0] if param else "the option") or 0.0


class Count(click.ParamType):  # type: ignore[type-arg]
    """A number such as 2M."""

    name = "count"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; click tells what is wrong with it."""
        try:
            return parse_count(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


_LIMITS = (
    click.option("--experiments", type=click.IntRange(1), metavar="N", help="At most so many experiments."),
    click.option("--time", type=Duration(), metavar="2h", help="Wall time."),
    click.option("--eval-time", type=Duration(), metavar="1h", help="Time spent measuring."),
    click.option("--tokens", type=Count(), metavar="2M", help="Tokens of driven agents."),
    click.option("--usd", type=click.FloatRange(0, min_open=True), metavar="X", help="US dollars of driven agents."),
    click.option("--failures", type=click.IntRange(1), metavar="N", help="Crashed experiments in a row."),
    click.option("--plateau", type=click.IntRange(1), metavar="N", help="Experiments in a row without a win."),
    click.option("--target", metavar="VALUE|PERCENT", help="Stop when the metric reaches it: 35, or 20%."),
)
LIMIT_NAMES = ("experiments", "time", "eval_time", "tokens", "usd", "failures", "plateau", "target")


def session_limits(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that bound a session."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_LIMITS), function)
