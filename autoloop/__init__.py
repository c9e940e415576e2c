"""AutoLoop: bounded, measured, reversible optimisation loops on any git repository.

``from autoloop import Workspace`` is the Python face (see ``autoloop.api``); importing the package itself is cheap.
"""

from __future__ import annotations

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """``Workspace``, imported when it is asked for."""
    if name != "Workspace":
        raise AttributeError(f"module 'autoloop' has no attribute {name!r}")
    from autoloop.api import Workspace

    return Workspace
