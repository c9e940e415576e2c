"""What an experiment changed, as git trees. Pure: whether git still has them is another question."""

from __future__ import annotations

from autoloop.model import Experiment


def candidate(experiment: Experiment) -> tuple[str, str] | None:
    """The trees before and after the change; None where nothing was measured."""
    after = experiment.candidate
    return (experiment.before, after) if experiment.before and after and not after.startswith("refs/") else None
