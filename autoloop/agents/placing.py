"""A repository's own files, read and replaced; links are followed as long as they stay inside."""

from __future__ import annotations

from pathlib import Path

from autoloop import written
from autoloop.errors import RefusedError


class Place:
    """One repository's files.

    Args:
        root: its top; nothing outside is touched.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def locate(self, path: str) -> Path:
        """Where ``path`` really is.

        Raises:
            RefusedError: ``outside_repository``: a link on the way leads out, or to nothing.
        """
        asked = self.root / path
        real = asked.resolve()
        dangling = asked.is_symlink() and not real.exists()
        if dangling or not real.is_relative_to(self.root):
            raise RefusedError(
                "outside_repository",
                f"{path} is a link that leads {'nowhere' if dangling else 'out of the repository'}.",
                why=f"it leads to {real}",
                fix=f"replace the link {path} by a file or directory of its own, then repeat the command",
            )
        return real

    def read(self, path: str) -> str | None:
        """The text of a file, None when there is none; bytes that are no UTF-8 survive.

        Raises:
            RefusedError: ``outside_repository``, or ``not_a_file`` for anything that cannot be read as one.
        """
        real = self.locate(path)
        try:
            return real.read_bytes().decode("utf-8", "surrogateescape")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _refused(path, error) from None

    def write(self, path: str, text: str) -> None:
        """Replace a file at once, with the permissions it had.

        Raises:
            RefusedError: the system said no, for example in a sandbox.
        """
        real = self.locate(path)
        try:
            real.parent.mkdir(parents=True, exist_ok=True)
            written.replace(real, text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise _refused(path, error) from None

    def remove(self, path: str) -> None:
        """Remove a file, and the directories that are empty without it."""
        real = self.locate(path)
        try:
            real.unlink(missing_ok=True)
            for folder in real.parents:
                if folder == self.root or any(folder.iterdir()):
                    return
                folder.rmdir()
        except OSError as error:
            raise _refused(path, error) from None


def _refused(path: str, error: OSError) -> RefusedError:
    return RefusedError(
        "not_a_file" if isinstance(error, IsADirectoryError | NotADirectoryError) else "not_writable",
        f"{path} could not be read or written.",
        why=error.strerror or str(error),
        fix="run autoloop install outside of the agent's sandbox; else repair what the reason names",
    )
