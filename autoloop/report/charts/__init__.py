"""Charts, one module each; ``canvas`` holds what they share and turns a figure into a picture."""

from __future__ import annotations
