"""Machine-learning training scripts that end in a summary line: the program is its own benchmark."""

from __future__ import annotations

import re

from autoloop.detect.bodies import quote, safe_words
from autoloop.detect.python_project import PythonProject, read_project
from autoloop.detect.repository import Repository
from autoloop.detect.sniff import Printed, printed
from autoloop.detect.sources import needs_arguments, needs_gpu
from autoloop.detect.tree import at
from autoloop.detect.words import Candidate, Evidence, Finding, GuardrailCandidate
from autoloop.metrics import direction_of

_LEARNS = r"^[ \t]*(import|from) (torch|jax|flax|tensorflow|keras|mlx|tinygrad|sklearn|xgboost|lightgbm|numpy)\b"
_SCRIPT = re.compile(r"(^|/)(train|training|pretrain|finetune|main)(_[\w-]+)?\.py$")
# What only a launcher for several processes sets; without it the script ends at once.
_LAUNCHED = r"""environ\[["'](LOCAL_)?RANK["']\]|environ\[["']WORLD_SIZE["']\]"""
_QUALITY = re.compile(r"(?i)loss|bpb|bpc|ppl|perplexity|acc|f1|auc|bleu|rmse|mae|mse|score|reward|r2|wer|cer")
_PREPARES = re.compile(r"(?i)^(prepare|download|data|dataset|tokenizer|eval|evaluate|evaluation)\w*\.py$")


def inspect(repo: Repository) -> Finding | None:
    """Training scripts near the root that print a loss or a score; None without one."""
    paths = [path for path in repo.tree.own(_SCRIPT.pattern, ".py") if path.count("/") <= 1]
    found = [(path, number) for path in repo.tree.grep(paths[:20], _LEARNS) if (number := _summary(repo, path))]
    if not found:
        return None
    project = read_project(repo)
    alone = [path for path, _ in found if not _wants_arguments(repo, project, path)]
    return Finding(
        "training",
        weight=0.45,
        evals=tuple(_candidate(repo, project, path, number) for path, number in found if path in alone),
        guardrails=(_compiles(project, found[0][0]),),
        evidence=(Evidence(found[0][0], "training script"),),
        reasons=tuple(f"{path} needs arguments that only you know" for path, _ in found if path not in alone),
    )


def _wants_arguments(repo: Repository, project: PythonProject, path: str) -> bool:
    inner = path.removeprefix(at(project.base, ""))
    if re.search(_LAUNCHED, repo.tree.text(path)):
        return True
    return needs_arguments(path, repo.tree.text(path)) and not _documented_arguments(repo, inner)


def _summary(repo: Repository, path: str) -> Printed | None:
    numbers = [number for number in printed(repo.tree.text(path)) if number.format != "json"]
    named = [number for number in numbers if _QUALITY.search(number.metric)]
    spoken = [number for number in named if repo.said(rf"grep.*{re.escape(number.metric)}")]
    return next(iter((*spoken, *named)), None)


def _candidate(repo: Repository, project: PythonProject, path: str, number: Printed) -> Candidate:
    text, inner = repo.tree.text(path), path.removeprefix(at(project.base, ""))
    arguments = _documented_arguments(repo, inner)
    worth, support = repo.support(re.escape(inner))
    direction = direction_of(number.metric, number.unit) or ""
    beside = [name for name in repo.tree.files if _PREPARES.match(name)]
    prepare = [name for name in beside if re.search(r"prepare|data|download", name)]
    notes = (
        *(("needs a GPU",) if needs_gpu(text) else ()),
        *((f"needs its data first: run {', '.join(prepare)}",) if prepare else ()),
    )
    return Candidate(
        project.python(" ".join([quote(inner), *arguments])),
        number.format, number.metric, direction, number.unit, number.pattern,
        timeout="30m",
        ecosystem="training",
        confidence="high" if support else "low",
        evidence=(repo.seen(path, f"prints `{number.metric}`", re.escape(number.metric)), *support),
        protected=tuple(beside),
        editable=(path,),
        score=0.6 + worth,
        notes=notes,
    )  # fmt: skip


def _documented_arguments(repo: Repository, inner: str) -> tuple[str, ...]:
    """Arguments the documents give the script: plain words only, and files only if they are there."""
    for mention in repo.mentions:
        words = safe_words(mention.command.partition(">")[0].strip())
        if inner not in words:
            continue
        after = tuple(word for word in words[words.index(inner) + 1 :] if not word.startswith("&"))
        if all(not re.search(r"\.(py|ya?ml|json|toml|cfg)$", word) or word in repo.tree for word in after):
            return after
    return ()


def _compiles(project: PythonProject, path: str) -> GuardrailCandidate:
    inner = path.removeprefix(at(project.base, ""))
    command = project.python(f"-m py_compile {quote(inner)}")
    return GuardrailCandidate("compiles", command, (Evidence(path, "no tests"),), "training", 0.3)
