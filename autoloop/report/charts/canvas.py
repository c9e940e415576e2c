"""What all charts share: sizes, colours by name, and the way from a figure to SVG or PNG.

A chart is drawn in the colours of ``PALETTE``. In a page these become CSS variables, so that the chart follows the
page's theme; a picture of its own keeps them.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from autoloop.reported import Outcome

PALETTE = MappingProxyType(
    {
        "ink": "#1f2329",
        "muted": "#656d77",
        "line": "#d4d9df",
        "kept": "#11804a",
        "discarded": "#8d96a1",
        "uncertain": "#7a6ff0",
        "guardrail": "#c2650c",
        "scope": "#a3369b",
        "crashed": "#cf2e3a",
        "open": "#1c6fd0",
    }
)
"""Names and colours on white; `report/templates/report.css` has the same names for both themes."""

MARKERS: Mapping[Outcome, str] = MappingProxyType(
    {
        "kept": "o",
        "discarded": "o",
        "uncertain": "D",
        "guardrail": "^",
        "scope": "s",
        "crashed": "X",
        "open": "o",
    }
)
"""Outcomes differ in shape as well: colour alone does not tell them apart for everybody."""

WIDE, NARROW = 920, 380
"""Widths in pixels: a desk's screen or a sheet of paper, and a phone's."""

_PER_INCH = 72  # of an SVG's points, which a browser takes for pixels
_FONT = 11.5
_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": _FONT,
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "axes.edgecolor": PALETTE["line"],
    "axes.labelcolor": PALETTE["muted"],
    "xtick.color": PALETTE["muted"],
    "ytick.color": PALETTE["muted"],
    "text.color": PALETTE["ink"],
    "grid.color": PALETTE["line"],
    "legend.frameon": False,
    "legend.fontsize": _FONT,
}


@contextmanager
def drawing(name: str) -> Iterator[None]:
    """Matplotlib set up for us while a chart is drawn and written; the same input gives the same bytes."""
    with mpl.rc_context({**_RC, "svg.hashsalt": name}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the reader's fonts have it
        yield


def figure(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of so many pixels, with one plot in it."""
    made = Figure(figsize=(width / _PER_INCH, height / _PER_INCH), dpi=_PER_INCH, layout="constrained")
    made.set_facecolor("none")
    axes = made.add_subplot()
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(visible=True, axis="y", linewidth=0.6)
    axes.set_axisbelow(True)
    return made, axes


def svg(made: Figure, name: str, label: str) -> str:
    """The figure as an ``svg`` element for a page: named, in the page's colours and font.

    Args:
        made: the figure, drawn inside ``drawing(name)``.
        name: prefix of every id in it, so that several charts may stand in one page.
        label: what somebody is told who does not see it.
    """
    element = _written(made)
    element = re.sub(r'(\bid="|xlink:href="#(?!exp-)|url\(#)', rf"\g<1>{name}-", element)
    element = re.sub(r'<a xlink:href="([^"]*)"( xlink:title="[^"]*")?[^>]*>', r'<a href="\1" tabindex="-1">', element)
    element = element.replace("'DejaVu Sans'", "inherit").replace("xlink:href", "href")
    for colour, value in PALETTE.items():
        element = element.replace(value, f"var(--{colour})")
    head = f'<svg role="img" aria-label="{escape(label)}" '
    return re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', rf"{head}\1>", element, count=1)


def standalone_svg(made: Figure, label: str) -> str:
    """The figure as a file of its own, on white."""
    made.set_facecolor("white")
    text = _written(made, head=True)
    return re.sub(r"(<svg [^>]*>)", lambda found: f"{found[1]}\n <title>{escape(label)}</title>", text, count=1)


def png(made: Figure) -> bytes:
    """The figure as a picture, on white, at twice the resolution."""
    made.set_facecolor("white")
    held = io.BytesIO()
    made.savefig(held, format="png", dpi=2 * _PER_INCH, metadata={"Software": "AutoLoop"})
    return held.getvalue()


def _written(made: Figure, *, head: bool = False) -> str:
    held = io.StringIO()
    made.savefig(held, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = held.getvalue()
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return text if head else text[text.index("<svg ") :].rstrip()


def shortened(text: str, length: int) -> str:
    """One line of at most so many characters."""
    plain = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
    return plain if len(plain) <= length else f"{plain[: length - 1].rstrip()}…"
