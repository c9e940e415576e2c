"""A workspace with everything that acting needs: its repository and its configuration, each opened when first used."""

from __future__ import annotations

import os
import stat
from functools import cached_property
from pathlib import Path

from autoloop.config import Config, decode
from autoloop.errors import ConfigError, GitError
from autoloop.git import Repository
from autoloop.workspace import Workspace


class OpenWorkspace(Workspace):
    """A workspace to act in."""

    @cached_property
    def repository(self) -> Repository:
        """The repository, found by git itself.

        Raises:
            GitError: git cannot or will not work here.
        """
        found = Repository.discover(self.root)
        if found.root.resolve() != self.root.resolve():
            raise GitError(
                "not_a_repository",
                f"{self.root} looks like a repository, but git takes {found.root} for its top.",
                fix="run autoloop inside an ordinary git work tree",
            )
        return found

    def config_text(self) -> str:
        """The text of config.toml.

        Raises:
            ConfigError: ``config_missing`` or ``config_unreadable``.
        """
        try:
            return _read(self.layout.config).decode()
        except FileNotFoundError:
            raise ConfigError(
                "config_missing", "There is no .autoloop/config.toml.", fix="autoloop init --verify"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                "config_unreadable", ".autoloop/config.toml cannot be read.", why=str(error), fix="mend the file"
            ) from None

    def config(self) -> Config:
        """The decoded configuration.

        Raises:
            ConfigError: it is missing or wrong.
        """
        return decode(self.config_text())


def _read(path: Path) -> bytes:
    """A whole file, maybe by way of a link; a pipe of that name must not keep us waiting."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(f"{path.name} is not a file.")
        return file.read()
