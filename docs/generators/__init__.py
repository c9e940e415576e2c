"""What is generated in the documentation, and by which function of the code."""

from __future__ import annotations

from collections.abc import Callable

from generators import answers, commands, configuration, diagram, failures, formats, manual, schemas, states

BLOCKS: dict[str, Callable[[], str]] = {
    "commands": commands.overview,
    "command-line": commands.reference,
    "config": configuration.reference,
    "diagram": diagram.simple,
    "diagram-full": diagram.full,
    "states": states.states,
    "triggers": states.triggers,
    "conditions": states.conditions,
    "envelope": answers.envelope,
    "results": answers.results,
    "parts": answers.parts,
    "exit-codes": failures.exit_codes,
    "error-codes": failures.error_codes,
    "formats": formats.plain,
    "adapters": formats.tools,
}
"""Parts of pages, by the name in their markers."""

FILES: dict[str, Callable[[], str]] = {
    "reference/config.schema.json": schemas.config,
    "reference/autoloop.1": manual.page,
    "../states/workflow.json": schemas.compiled,
    "reference/workflow.schema.json": schemas.workflow,
}
"""Whole files below docs/."""
