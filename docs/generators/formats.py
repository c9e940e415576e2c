"""The metric formats and the benchmark tools that are understood, from autoloop.metrics."""

from __future__ import annotations

import inspect

from autoloop.metrics import formats, registry
from generators.tables import code, table

_PLAIN = {
    "auto": "Tries the next four in this order and takes the first that holds the metric.",
    "metric_lines": "Lines `METRIC name=value`, with or without a unit: `METRIC p99=42ms`. Several lines of one name are "
    "one sample, their median.",
    "json": "A JSON document on stdout, or in the file that stands for `{result_file}` in the command. Nested keys are "
    "joined by dots: `latency.p99`.",
    "summary": "`name: value` or `name = value`, as training scripts print them. Of a loss or a score the last value "
    "counts, of anything else the median.",
    "regex": "What `pattern` matches: the group called `value`, else the first group.",
    "process": "What the command itself used: `wall_time`, `cpu_time` (seconds) or `peak_rss` (bytes). It need not print "
    "anything.",
}


def plain() -> str:
    """The formats that belong to no tool.

    Raises:
        KeyError: one has no sentence here.
    """
    names = [name for name in formats() if name not in registry.TOOLS]
    return table(("`metric_format`", "reads"), [(code(name), _PLAIN[name]) for name in names])


def tools() -> str:
    """One line for each tool: what is read, and what to add to the command."""
    return table(("`metric_format`", "reads", "add to the command"), [_tool(name) for name in registry.TOOLS])


def _tool(name: str) -> tuple[str, str, str]:
    found = registry.adapter(name)
    reader = found.documents or found.lines
    module = inspect.getmodule(reader)
    said = (inspect.getdoc(module) or "").split("\n\n")[0].replace("``", "`")
    return code(name), said, code(found.option)
