"""The in-place exchange: an experiment's paths look like the incumbent for a while, then like the candidate again.

Both sides lie ready as copies below AutoLoop's scratch directory. A file is replaced by the rename of a fresh copy, so
that nobody ever sees half of it; nothing but the experiment's paths is touched, and no symbolic link is followed.

Modification times always move forward. Python keys its bytecode on whole seconds and size, make and cargo ask only
whether a source is newer than what was built from it: with the files' own times the code of the other side would run.
So every exchange gives its files a time at least a whole second past everything used before, which after many quick
exchanges lies somewhat in the future; it stays so after the measurement.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from autoloop.errors import CommandError, StateError
from autoloop.exchange.copying import copy_file, mirror_parents, sync
from autoloop.exchange.looking import look, strangers_in, survey
from autoloop.exchange.placing import place_all
from autoloop.exchange.records import CANDIDATE, SIDES, Content, Exchange, Side, Swap, locate, written
from autoloop.git import path_bytes

__all__ = ["Content", "Exchange", "Side", "Swap", "prepare", "put", "restore", "side_present", "sweep"]


def prepare(root: Path, store: Path, incumbent: Path, paths: Iterable[str]) -> Exchange:
    """Copy the candidate's files from the work tree, byte for byte, and note what both sides are.

    Args:
        root: the work tree, with the candidate in place.
        store: where the copies go; no exchange that is still open may be there.
        incumbent: directory where git has written the incumbent's files.
        paths: the experiment's paths.

    Raises:
        StateError: ``not_exchanged``: a file cannot be read, or the disk is full; nothing was touched.
    """
    candidate = store / CANDIDATE
    swaps = []
    with _explained("nothing was touched"):
        candidate.mkdir(parents=True)
        for path in sorted(set(paths), key=path_bytes):
            swap = Swap(path, look(incumbent, path), look(root, path))
            mirror_parents(root, candidate, path)
            if swap.candidate.ours:
                copy_file(locate(root, path), locate(candidate, path))
            swaps.append(swap)
        sync(candidate)
    return Exchange(written(root), written(store), written(incumbent), tuple(swaps))


def put(exchange: Exchange, side: Side) -> None:
    """Make exactly these paths look like that side. May be repeated, also after a crash.

    Raises:
        CommandError: ``edited_meanwhile``: a file is neither side's; nothing was touched.
        StateError: ``not_exchanged``: the file system refused; ``restore`` is in order.
    """
    seen = survey(exchange)
    strangers = strangers_in(seen)
    if strangers:
        raise CommandError(
            "edited_meanwhile",
            "A file was edited while it was being measured.",
            why=", ".join(strangers),
            fix="Leave the experiment's files alone while they are measured, then: autoloop eval",
        )
    with _explained("the candidate's files are put back by: autoloop resume"):
        place_all(exchange, side, seen)


def restore(exchange: Exchange) -> tuple[str, ...]:
    """Put the candidate's content back, whatever moment a crash happened at, and remove the store.

    A file that is neither side's was edited meanwhile. It is left as it is, and the candidate's copy of it stays in
    the store.

    Returns:
        The paths of such files.

    Raises:
        StateError: ``not_exchanged``, ``not_restored``: the candidate's copies are still in the store.
    """
    copies = exchange.folder("candidate")
    if not copies.is_dir():
        return ()  # it was done before
    with _explained(f"the candidate's files are in {copies}"):
        seen = survey(exchange)
        place_all(exchange, "candidate", seen)
        if strangers := strangers_in(seen):
            return strangers
        if side_present(exchange) != "candidate":
            raise StateError(
                "not_restored",
                "Files were changed while the candidate's content was put back.",
                fix=f"Compare them with {copies}, then remove that directory.",
            )
        _remove(exchange.home)
    return ()


def side_present(exchange: Exchange) -> Literal["incumbent", "candidate", "mixed", "foreign"]:
    """Which side the work tree shows: ``mixed`` is some files of each, ``foreign`` that one is neither's."""
    seen = survey(exchange)
    if strangers_in(seen):
        return "foreign"
    for side in reversed(SIDES):
        if all(side in sides for sides in seen.values()):
            return side
    return "mixed"


def sweep(store: Path) -> None:
    """Remove what is left of a store whose content was put back."""
    shutil.rmtree(_gone(store), ignore_errors=True)


def _remove(store: Path) -> None:
    """Rename first: a store that is half removed must not look like one to restore from."""
    sweep(store)
    store.rename(_gone(store))
    sweep(store)


def _gone(store: Path) -> Path:
    return store.with_name(f"{store.name}-gone")


@contextmanager
def _explained(comfort: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateError(
            "not_exchanged",
            f"The experiment's files could not be exchanged; {comfort}.",
            why=str(error),
            fix="Repair what the reason names, then: autoloop resume",
        ) from error
