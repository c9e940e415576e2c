"""``autoloop export``: the experiments as a table that other tools read."""

from __future__ import annotations

from pathlib import Path

import click

from autoloop import written
from autoloop.commands.app import Answer, App, command
from autoloop.interchange import written as table
from autoloop.model import Baseline, Experiment
from autoloop.payloads import ReportFile, Verbatim


@command("export", short_help="Write the experiments as a table: TSV or CSV.")
@click.option("--tsv", "kind", flag_value="tsv", default=True, help="Separated by tabs (default).")
@click.option("--csv", "kind", flag_value="csv", help="Separated by commas.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of stdout.")
def export(app: App, kind: str, output: str | None) -> Answer:
    """Write the experiments as a table with the columns commit, the metric, memory_gb, status, description.

    This is the order that users of autoresearch know; status is keep, discard or crash. The first row is the starting
    point. An experiment that was not committed is named by its tree.

    \b
    autoloop export > results.tsv
    autoloop export --csv -o results.csv
    """
    record = app.workspace.record()
    store = app.workspace.store
    found = store.experiments(Experiment, None) if record.counts.total else []
    baseline = record.baseline or store.baseline(Baseline)
    text = table(found, baseline, "csv" if kind == "csv" else "tsv")
    if output in {None, "-"}:
        return Answer(Verbatim(text), record if app.json else None)
    written.write(Path(output or ""), text.encode())
    return Answer(ReportFile(output or "", kind, len(text.encode())), record)
