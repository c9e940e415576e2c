"""The program made ready before it is forked: imported, and its types understood, once instead of in every command."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
from collections.abc import Collection
from contextlib import suppress

import msgspec


def up(left_out: Collection[str]) -> None:
    """Import all modules but those with one of these names in theirs, and what most commands import late."""
    import sh  # noqa: F401
    import structlog  # noqa: F401

    import autoloop
    from autoloop import workflow

    for module in pkgutil.walk_packages(autoloop.__path__, "autoloop."):
        if not set(left_out) & set(module.name.split(".")):
            with suppress(ImportError):  # what an extra would have brought
                importlib.import_module(module.name)
    workflow.load()
    for kind in _structs():
        with suppress(TypeError, NameError):
            msgspec.json.Decoder(kind)
    gc.collect()
    gc.freeze()


def _structs() -> set[type]:
    ours = [module for name, module in sys.modules.items() if name.startswith("autoloop.")]
    found = (thing for module in ours for thing in vars(module).values())
    return {thing for thing in found if isinstance(thing, type) and issubclass(thing, msgspec.Struct)}
