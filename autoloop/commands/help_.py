"""``autoloop help``: how-to pages in the terminal."""

from __future__ import annotations

import difflib

import click

from autoloop import guides
from autoloop.commands.app import Answer, App, command
from autoloop.errors import UsageError
from autoloop.payloads import Help


@command("help", short_help="Read a how-to page here in the terminal.")
@click.argument("topic", metavar="[TOPIC]", required=False)
@click.pass_context
def help_(context: click.Context, app: App, topic: str | None) -> Answer:  # noqa: ARG001 - it needs no workspace
    """Read a how-to page here in the terminal; without TOPIC, list them. A command's name shows its options.

    \b
    autoloop help
    autoloop help noisy-benchmarks
    autoloop help eval
    """
    titles = guides.titles()
    if topic is None:
        return Answer(Help("", "", titles))
    page = guides.text(topic)
    if page is not None:
        return Answer(Help(topic, page, titles))
    root = context.find_root()
    named = root.command.get_command(root, topic) if isinstance(root.command, click.Group) else None
    if named is not None:
        about = click.Context(named, info_name=topic, parent=root)
        return Answer(Help(topic, f"```text\n{named.get_help(about)}\n```\n", titles))
    near = difflib.get_close_matches(topic, titles, n=1)
    hint = f"autoloop help {near[0]}" if near else "autoloop help"
    raise UsageError("topic_unknown", f"There is no page {topic!r}.", why=f"there are: {', '.join(titles)}", fix=hint)
