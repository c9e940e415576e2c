"""What crash tests share."""

from __future__ import annotations

from stages import moments, stage

__all__ = ["moments", "stage"]
