"""Does the eval see an edit? Where it measures an installed copy, an old build or another checkout, nothing can be won.

While doctor runs the eval, it is noted which files of the work tree are opened (`Witness`): an eval that opens a file
which an experiment may change depends on it. One that opens none is run once more in a private work tree from which
all of them are missing: if the same number comes out, no experiment can ever matter. The user's files are not touched.
Where neither tells, nothing is said: tools that look only at the dates of sources open none of them until they change.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

import msgspec

from autoloop import detect, scope
from autoloop.config import Config, Seconds
from autoloop.errors import CommandError, GitError
from autoloop.job import Job
from autoloop.model import Run
from autoloop.outcomes import Check
from autoloop.paths import DIRECTORY
from autoloop.sampler import Sampler
from autoloop.witness import MOST, Witness
from autoloop.works.proofs import CONFIG
from autoloop.works.sides import built
from autoloop.works.worktree import checked_out

ID = "eval_sees_edits"
_LONGEST = 60.0  # seconds of a run that may be repeated
_LARGEST = 20_000  # files of a work tree that may be checked out for it
_SAME = 3  # a time may be so many times off and still be the same measurement; a number that repeats must be equal
_SCRIPT_BYTES = 64 << 10
_OUTPUT = ("dist", "lib", "build", "out", "esm", "cjs", "target", "bin", "_build")
_PROSE = re.compile(r"(?i)\.(md|rst|txt|adoc)$|(^|/)(\.[^/]+|licen[cs]e|notice|authors|changelog|readme)$")
_MANIFEST = re.compile(r"\.(toml|json|ya?ml|xml|cfg|ini|mod|lock|build)$|(^|/)(CMakeLists\.txt|\w*file)$")
_PYTHON = re.compile(r"\b(python[\d.]*|pytest|asv|pyperf|uv|poetry|pdm|hatch|pipenv|tox|nox)\b")


class Sight:
    """What one doctor's runs of the eval depend on.

    Args:
        job: the work.
        tree: the work tree as it is, as git would record it.
    """

    def __init__(self, job: Job, tree: str) -> None:
        self.job = job
        self.tree = tree
        self.root = job.workspace.root
        self.private = job.workspace.layout.scratch / "sight"
        if job.recovering:
            job.repository.remove_worktree(self.private)
        self.witness = Witness(self.root, (*self._places, *self._caches, *self._built))

    def told(self, sampler: Sampler, runs: Sequence[Run]) -> Iterator[Check]:
        """The check, where something can be told; ``runs`` were taken while ``witness`` was looking."""
        read = self._read(self.witness)
        if read:
            first = min(read, key=lambda path: (bool(_MANIFEST.search(path)), path))
            more = f" and {len(read) - 1} more" if len(read) > 1 else ""
            yield Check(ID, "pass", f"The eval opens what an experiment may change: {first}{more}.")
        elif self.witness.complete and not self._sees_unopened():
            stale = sorted(path for path in self.witness.opened if self._is_built(path))
            if stale:
                yield self._stale(stale)
            elif self._works_without(sampler, runs):
                yield self._blind()

    def reads(self) -> bool:
        """Whether a file was opened that an experiment may change."""
        return bool(self._read(self.witness))

    def remedy(self) -> dict[str, str]:
        """Variables with which Python imports what lies in the work tree; none where the eval is not Python's."""
        if not _PYTHON.search(self.job.config.eval.command):
            return {}
        return {"PYTHONPATH": "src" if any(path.startswith("src/") for path in self._files) else "."}

    # --- what is watched

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(self.job.repository.files(self.tree))

    @cached_property
    def _places(self) -> frozenset[str]:
        """The directories of the files that git would record, without ours."""
        found = {path.rpartition("/")[0] for path in self._files}
        return frozenset(place for place in found if place.partition("/")[0] != DIRECTORY)

    @property
    def _caches(self) -> Iterator[str]:
        """Where Python keeps what it compiled of them: an import opens that, and of the source it asks the date."""
        return (f"{place}/__pycache__".lstrip("/") for place in self._places if len(self._places) < MOST)

    @cached_property
    def _built(self) -> tuple[str, ...]:
        """Directories of build output, which git does not record, beside recorded files."""
        near = [f"{place}/{name}".lstrip("/") for place in self._places if place.count("/") < 2 for name in _OUTPUT]  # noqa: PLR2004 - deeper ones are not a package's own
        tops = [place for place in near if place not in self._places and (self.root / place).is_dir()]
        below = (folder for top in tops for folder, _, _ in os.walk(self.root / top))
        return tuple(os.path.relpath(folder, self.root) for folder in islice(below, MOST))

    # --- what was seen

    def _read(self, witness: Witness) -> list[str]:
        """The files that were opened and that an experiment may change."""
        return self._editable(sorted(filter(None, map(self._source, witness.opened))))

    @cached_property
    def _changeable(self) -> list[str]:
        return self._editable(sorted(self._files))

    def _source(self, path: str) -> str:
        """The recorded file that was opened or whose compiled form was; empty for others."""
        folder, _, name = path.rpartition("/")
        if folder.endswith("__pycache__"):
            path = f"{folder.removesuffix('__pycache__')}{name.partition('.')[0]}.py"
        return path if path in self._files else ""

    def _editable(self, paths: Sequence[str]) -> list[str]:
        rules = self.job.config.scope
        found = scope.trespass(paths, rules.editable, rules.protected)
        return [path for path in paths if path not in {*found.outside, *found.protected}]

    def _is_built(self, path: str) -> bool:
        return path.rpartition("/")[0] in self._built

    def _sees_unopened(self) -> bool:
        """Whether a tool that opens no unchanged source may be at work, in the command or in a script it opened."""
        section = self.job.config.eval
        scripts = [path for path in self.witness.opened if path in self._files and not path.endswith("package.json")]
        texts = [detect.spelled_out(self.root, section.command), section.build, *map(self._text, scripts)]
        return any(map(detect.sees_unopened, texts))

    def _text(self, path: str) -> str:
        try:
            with Path(self.root, path).open("rb") as stream:
                return stream.read(_SCRIPT_BYTES).decode(errors="replace")
        except OSError:
            return ""

    # --- without what may be changed

    def _works_without(self, sampler: Sampler, runs: Sequence[Run]) -> bool:
        """Whether the same number comes out where every file that an experiment may change is missing."""
        if runs[-1].seconds > _LONGEST or len(self._files) > _LARGEST or all(map(_PROSE.search, self._changeable)):
            return False
        self.job.tell("checking", "eval, in a private copy without the files that an experiment may change")
        try:
            private = checked_out(self.job, self.tree, self.private.name, sampler)
            for path in self._changeable:
                (self.private / path).unlink(missing_ok=True)
            private.config = _hurried(private, runs[-1])
            with Witness(self.root, self.witness.directories) as still:
                built(private, "candidate")
                run = private.take("candidate")
        except (CommandError, GitError):
            return False
        finally:
            self.job.repository.remove_worktree(self.private)
        return still.complete and not self._read(still) and _same(run, runs)

    # --- words

    def _blind(self) -> Check:
        why = (
            f"it opened none of the files that an experiment may change ({len(self._changeable)}), and it gave the "
            "same number in a private copy without them: it measures an installed copy, an old build, another checkout "
            "or nothing but protected files"
        )
        return Check(ID, "fail", "The eval does not see an edit.", why, self._fix())

    def _stale(self, built_files: Sequence[str]) -> Check:
        why = (
            f"it opened {built_files[0]}, which a build has made and git does not record, and no file that an "
            "experiment may change: every change would measure the same"
        )
        fix = f'in [eval] of {CONFIG} set build = "…", the command that makes it'
        return Check(ID, "warn", "The eval may not see an edit.", why, fix)

    def _fix(self) -> str:
        """What makes it measure the work tree."""
        general = f"let the command in [eval] of {CONFIG} use the files of the work tree, or set build there"
        variables = ", ".join(f'{name} = "{value}"' for name, value in self.remedy().items())
        python = (
            f"in [eval] of {CONFIG} set env = {{ {variables} }}, or: autoloop doctor --fix; "
            "or in the environment of the eval: pip install -e ."
        )
        return python if variables else general


def _hurried(sampler: Sampler, usual: Run) -> Config:
    """The configuration with a time limit of a few usual runs."""
    section = sampler.config.eval
    limit = Seconds(min(float(section.timeout), 10.0 + 3 * usual.seconds))
    return msgspec.structs.replace(sampler.config, eval=msgspec.structs.replace(section, timeout=limit))


def _same(run: Run, usual: Sequence[Run]) -> bool:
    """Whether a run gave what the usual ones gave."""
    known = [one.value for one in usual if one.value is not None]
    if run.value is None or len(set(known)) <= 1:
        return run.value in known
    return min(known) / _SAME <= run.value <= max(known) * _SAME
