"""One pass over a run's output, whatever the format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from autoloop.errors import CommandError
from autoloop.metrics.choose import choose
from autoloop.metrics.jsondoc import Tail, fields
from autoloop.metrics.model import Adapter, Harvest, Measure, ProcessUsage, Reading, Spec
from autoloop.metrics.names import is_quality
from autoloop.metrics.plain import LineParser, metric_line, pattern_parser, summary_line
from autoloop.metrics.registry import AUTO, JSON, METRIC_LINES, PLAIN, PROCESS, REGEX, SUMMARY, adapter
from autoloop.metrics.samples import Samples, never
from autoloop.metrics.text import LONGEST_TEXT, lines, segments, shown
from autoloop.units import Quantity


def read(
    spec: Spec,
    stdout: Iterable[bytes],
    stderr: Iterable[bytes],
    files: Mapping[str, bytes] = {},
    process: ProcessUsage | None = None,
) -> Reading:
    """The numbers of one run.

    Args:
        spec: what to look for.
        stdout: what the command printed: lines, chunks cut anywhere, or an open binary file; read once.
        stderr: likewise; looked at after ``stdout``.
        files: contents of the files that ``result_globs`` names and that this run wrote, by path.
        process: what the command itself used, for the format ``process``.

    Raises:
        CommandError: ``no_metric``, ``not_finite``, ``ambiguous_metric`` or ``unit_changed``.
        ConfigError: ``unknown_format`` or ``bad_pattern``.
    """
    if spec.format == PROCESS:
        harvests = [_process(process)]
    elif spec.format in {AUTO, *PLAIN}:
        harvests = _plain(spec, (stdout, stderr), files)
    else:
        harvests = [_tool(spec, (stdout, stderr), files)]
    return choose(spec, harvests)


def _process(usage: ProcessUsage | None) -> Harvest:
    if usage is None:
        what = "Nothing is known of the time and memory that the command used."
        raise CommandError("no_metric", what, fix="Set metric_format in .autoloop/config.toml to what the eval prints.")
    seconds = {"wall_time": Quantity(usage.wall_time, "s"), "cpu_time": Quantity(usage.cpu_time, "s")}
    return Harvest(PROCESS, {**seconds, "peak_rss": Quantity(usage.peak_rss, "bytes")})


def _plain(spec: Spec, streams: Sequence[Iterable[bytes]], files: Mapping[str, bytes]) -> list[Harvest]:
    """What each of the plain formats finds, in the order of trying them."""
    parsers = _parsers(spec)
    samples = {name: Samples(spec.primary) for name in parsers}
    tails = [Tail() for _ in streams]
    for line in _watched(tails, streams):
        for name, parse in parsers.items():
            samples[name].extend(_in_line(line, parse))
    harvests = []
    for name in PLAIN:
        if name in parsers:
            harvests.append(samples[name].harvest(name, never if name == METRIC_LINES else is_quality))
        elif name == JSON and spec.format in {AUTO, JSON}:
            harvests.append(_json(spec, files, tails))
    return harvests


def _parsers(spec: Spec) -> dict[str, LineParser]:
    known: dict[str, LineParser] = {METRIC_LINES: metric_line, SUMMARY: summary_line}
    if spec.format == REGEX or spec.pattern:
        known[REGEX] = pattern_parser(spec.pattern, spec.primary)
    return {name: parse for name, parse in known.items() if spec.format in {AUTO, name}}


def _watched(tails: Sequence[Tail], streams: Sequence[Iterable[bytes]]) -> Iterator[str]:
    for tail, stream in zip(tails, streams, strict=True):
        for line in lines(stream):
            tail.append(line)
            yield line


def _in_line(line: str, parse: LineParser) -> Iterable[Measure]:
    """The measures of one line; where a terminal would have overwritten a metric, its last value."""
    if "\r" not in line:
        return parse(line) if len(line) <= LONGEST_TEXT else ()
    return {measure.name: measure for piece in segments(line) for measure in parse(piece)}.values()


def _json(spec: Spec, files: Mapping[str, bytes], tails: Sequence[Tail]) -> Harvest:
    """The numbers of the last JSON document that has any: of a result file, else of stdout, else of stderr."""
    for tail in [*(Tail(lines([data])) for data in files.values()), *tails]:
        document = tail.last(spec.primary)
        if document is not None:
            return Samples(spec.primary).extend(fields(document)).harvest(JSON)
    return Harvest(JSON, {})


def _tool(spec: Spec, streams: Sequence[Iterable[bytes]], files: Mapping[str, bytes]) -> Harvest:
    """What a benchmark tool reports: in its result files, else as JSON among the output, else in its printed lines."""
    tool = adapter(spec.format)
    samples = Samples(spec.primary).extend(tool.documents(files) if tool.documents and files else ())
    if not samples:
        samples = _printed(spec, tool, streams)
    if not samples:
        raise _silent(spec.format, tool, files)
    return samples.benchmarks(spec.format)


def _printed(spec: Spec, tool: Adapter, streams: Sequence[Iterable[bytes]]) -> Samples:
    tails = [Tail() for _ in streams]
    output = map(shown, _watched(tails, streams))
    in_lines = Samples(spec.primary).extend(tool.lines(output) if tool.lines else ())
    for _ in output:
        pass  # the tails want to see it all, even when the adapter does not
    for tail in tails:
        document = tail.last() if tool.documents else None
        if tool.documents and document is not None:
            samples = Samples(spec.primary).extend(tool.documents({"": json.dumps(document).encode()}))
            if samples:
                return samples
    return in_lines


def _silent(name: str, tool: Adapter, files: Mapping[str, bytes]) -> CommandError:
    wrote = f"It is neither in the output nor in {', '.join(files)}" if files else "It is not in the output"
    where = f", and no new file matches {' or '.join(tool.globs)}" if tool.globs and not files else ""
    return CommandError(
        "no_metric",
        f"The command left no {name} result.",
        why=f"{wrote}{where}.",
        fix=f"Run the eval by hand{f', with {tool.option}' if tool.option else ''}: did any benchmark run?",
    )
