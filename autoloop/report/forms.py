"""The forms of a report that become files. What draws is imported here, late, and may be missing."""

from __future__ import annotations

from collections.abc import Mapping

from autoloop.errors import UsageError
from autoloop.report.diffs import Difference
from autoloop.reported import Report

_LABEL = "Progress: every experiment and the best state so far"


def html(report: Report, differences: Mapping[int, Difference]) -> str:
    """The page.

    Raises:
        UsageError: ``extra_missing``.
    """
    try:
        from autoloop.report.page import page
    except ModuleNotFoundError as error:
        raise _missing("An HTML report", error) from None
    return page(report, differences)


def picture(report: Report, kind: str) -> bytes:
    """The staircase alone, as ``png`` or ``svg``.

    Raises:
        UsageError: ``extra_missing``.
    """
    try:
        from autoloop.report.charts import canvas, progress
    except ModuleNotFoundError as error:
        raise _missing("A chart", error) from None
    with canvas.drawing("progress"):
        drawn = progress.progress(report)
        return canvas.png(drawn) if kind == "png" else canvas.standalone_svg(drawn, _LABEL).encode()


def _missing(what: str, error: ModuleNotFoundError) -> UsageError:
    return UsageError(
        "extra_missing",
        f"{what} needs matplotlib and jinja2, which are not installed here.",
        why=f"There is no module named {error.name}. The forms --md and --json need nothing more.",
        fix="pip install 'autoloop-fsm[report]'",
    )
