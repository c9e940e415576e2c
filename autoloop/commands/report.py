"""``autoloop report``: what happened, what it gained and what that rests on."""

from __future__ import annotations

import time
from pathlib import Path

import click
import msgspec

from autoloop import written
from autoloop.commands.app import Answer, App, command
from autoloop.commands.firing import opened
from autoloop.errors import UsageError
from autoloop.model import Experiment
from autoloop.opened import OpenWorkspace
from autoloop.paths import numbered
from autoloop.payloads import ReportFile, Verbatim
from autoloop.reported import Report

_FORMS = ("html", "md", "json", "png", "svg")
_STDOUT = "-"


@command("report", short_help="Show what happened, and write it as a page, as Markdown or as a chart.")
@click.option("--session", metavar="N", help="This session, by number or name (default: the open or latest one).")
@click.option("--all", "everything", is_flag=True, help="All sessions.")
@click.option("--html", "form", flag_value="html", help="One HTML file that needs no network.")
@click.option("--md", "form", flag_value="md", help="Markdown for a pull request, on stdout unless -o is given.")
@click.option("--png", "form", flag_value="png", help="The progress chart alone.")
@click.option("--svg", "form", flag_value="svg", help="The progress chart alone, as SVG.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE; its ending chooses the form. - is stdout.")
@click.option("--open", "show", is_flag=True, help="Open the file when it is written.")
def report(app: App, session: str | None, everything: bool, form: str | None, output: str | None, show: bool) -> Answer:
    """Show what happened, what it gained, claimed and confirmed, and everything that it rests on.

    Without a form: a summary. With --json: all of it as data (autoloop schema report). Files go to .autoloop/reports/
    unless -o names another place.

    \b
    autoloop report --html --open
    autoloop report --all --md > report.md
    autoloop report -o progress.svg
    autoloop report --all -o report.json
    """
    from autoloop.report.gather import gather

    workspace = opened(app)
    record = workspace.record()
    found = gather(workspace, time.time(), session=session, everything=everything)
    chosen = form or _form_of(output) or ("html" if show else None)
    if chosen is None:
        return Answer(found, record)
    data = _data(workspace, found, chosen)
    if output == _STDOUT or (chosen == "md" and output is None and not show and not app.json):
        return Answer(_on_stdout(data, chosen), None)
    path = _save(workspace, found, data, output, chosen)
    launched = show and click.launch(str(path)) == 0
    notes = (f"no program opened it; the file is {path}",) if show and not launched else ()
    payload = ReportFile(str(path), chosen, len(data), found.headline.sentence, launched)
    return Answer(payload, record, notes=notes)


def _form_of(output: str | None) -> str | None:
    """The form that a file's ending names.

    Raises:
        UsageError: it names none.
    """
    if output in {None, _STDOUT}:
        return None
    ending = Path(output or "").suffix.lstrip(".").lower()
    form = {"htm": "html", "markdown": "md"}.get(ending, ending)
    if form not in _FORMS:
        endings = ", ".join(f".{each}" for each in _FORMS)
        raise UsageError("form_unknown", f"The ending of {output} names no form of a report.", fix=f"one of {endings}")
    return form


def _data(workspace: OpenWorkspace, found: Report, form: str) -> bytes:
    from autoloop.report.diffs import differences
    from autoloop.report.forms import html, picture
    from autoloop.report.markdown import markdown

    if form == "json":
        return msgspec.json.encode(found) + b"\n"
    if form == "md":
        return markdown(found).encode()
    if form != "html":
        return picture(found, form)
    chosen = {one.id for one in found.experiments}
    experiments = [one for one in workspace.store.experiments(Experiment, None) if one.id in chosen]
    return html(found, differences(workspace, experiments)).encode()


def _on_stdout(data: bytes, form: str) -> Verbatim:
    if form == "png":
        raise UsageError("form_binary", "A PNG is not text and does not go to stdout.", fix="name a file: -o FILE.png")
    return Verbatim(data.decode())


def _save(workspace: OpenWorkspace, found: Report, data: bytes, output: str | None, form: str) -> Path:
    if output is not None:
        written.write(Path(output), data)
        return Path(output)
    one = found.sessions[0] if len(found.sessions) == 1 else None
    path = workspace.layout.reports / f"{numbered(one.id, one.name) if one else 'all'}.{form}"
    workspace.store.write_bytes(path, data)
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
