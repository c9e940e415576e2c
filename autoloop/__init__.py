"""AutoLoop: bounded, measured, reversible optimisation loops on any git repository."""

__version__ = "0.1.0"
