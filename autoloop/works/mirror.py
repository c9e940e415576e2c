"""The journal's second home: a copy held by ``refs/autoloop/<loop>/journal``.

``git clean -fdx`` removes ``.autoloop/`` as it removes everything that is ignored; refs it leaves alone. The copy is
made when a command has come to rest and the journal has grown by a twentieth, so that all copies together stay a small
multiple of the journal. ``autoloop doctor --rebuild`` brings it back.
"""

from __future__ import annotations

from autoloop.errors import GitError
from autoloop.model import Record
from autoloop.opened import OpenWorkspace

_RESTING = {"ready", "exhausted", "finalized"}
_GROWTH = 1.05
_JOURNAL, _CONFIG = "history.jsonl", "config.toml"
_END = "/journal"


def keep(workspace: OpenWorkspace, record: Record) -> None:
    """Copy the journal, with the configuration, when it is time.

    Raises:
        GitError: git cannot take it; the journal itself is as it was.
        OSError: a file cannot be read.
    """
    layout, repository = workspace.layout, workspace.repository
    if record.state not in _RESTING or not record.loop:
        return
    ref = f"refs/autoloop/{record.loop}{_END}"
    if layout.journal.stat().st_size >= _GROWTH * repository.held_size(ref, _JOURNAL):
        files = {path.name: path for path in (layout.journal, layout.config) if path.is_file()}
        repository.hold(ref, files)


def copies(workspace: OpenWorkspace) -> tuple[str, ...]:
    """The refs that hold a journal, of this loop or of others in the same repository."""
    return tuple(sorted(ref for ref in workspace.repository.refs("refs/autoloop") if ref.endswith(_END)))


def restore(workspace: OpenWorkspace) -> str:
    """Bring the journal back when there is none; the configuration too. The answer names the ref, or is empty.

    Raises:
        GitError: ``several_journals`` when nobody can tell which one belongs here.
        StateError: the files cannot be written.
    """
    layout = workspace.layout
    held = () if layout.journal.exists() else copies(workspace)
    if not held:
        return ""
    if len(held) > 1:
        raise GitError(
            "several_journals",
            "This repository holds the journals of several loops, and nobody can tell which one belongs here.",
            why=", ".join(held),
            fix=f"choose one: git show {held[0]}:{_JOURNAL} > .autoloop/{_JOURNAL}, then: autoloop doctor --rebuild",
        )
    missing = [path for path in (layout.gitignore, layout.config, layout.journal) if not path.exists()]
    for path in missing:
        content = b"*\n" if path == layout.gitignore else workspace.repository.held(held[0], path.name)
        if content is not None:
            workspace.store.write_text(path, content.decode())
    return held[0]
