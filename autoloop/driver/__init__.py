"""Driving a bounded session from outside: one call of a hand per experiment, everything else is ours.

A *hand* makes proposals: a command (``--propose``, ``--agent-cmd``) or a coding agent's client (``--agent``). It
changes files and ends; what it changed is the proposal. Measuring, keeping, discarding and counting happen here.
"""

from __future__ import annotations

from autoloop.driver.agent import AgentHand, Price
from autoloop.driver.command import CommandHand
from autoloop.driver.hand import Errand, Hand, Proposal
from autoloop.driver.loop import Driver
from autoloop.driver.patience import Patience

__all__ = ["AgentHand", "CommandHand", "Driver", "Errand", "Hand", "Patience", "Price", "Proposal"]
