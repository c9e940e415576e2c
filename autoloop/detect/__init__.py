"""From somebody's repository to likely commands: the eval, its metric, the guardrails, with evidence for each."""

from __future__ import annotations

from autoloop.detect.configtext import answered, config_text
from autoloop.detect.formats import narrower
from autoloop.detect.hints import install_hint, missing_tools
from autoloop.detect.javascript_packages import spelled_out
from autoloop.detect.objections import Objection, eval_objection, sees_unopened
from autoloop.detect.scan import scan
from autoloop.detect.symptoms import Symptom, symptom
from autoloop.detect.vacuity import Proof, proof, vacuous
from autoloop.detect.words import Candidate, Evidence, GuardrailCandidate, Inference

__all__ = [
    "Candidate",
    "Evidence",
    "GuardrailCandidate",
    "Inference",
    "Objection",
    "Proof",
    "Symptom",
    "answered",
    "config_text",
    "eval_objection",
    "install_hint",
    "missing_tools",
    "narrower",
    "proof",
    "scan",
    "sees_unopened",
    "spelled_out",
    "symptom",
    "vacuous",
]
