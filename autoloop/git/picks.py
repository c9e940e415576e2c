"""Review branches: wins applied one after the other to a base, in objects only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autoloop.errors import GitError
from autoloop.git import identity, index, merge, refs, trees
from autoloop.git.handle import Git
from autoloop.git.names import decode, encode
from autoloop.git.values import BranchPlan, Pick, Picked

_REASON = "autoloop finalize"


def plan(git: Git, name: str, base: str, picks: Sequence[Pick], scratch: Path) -> BranchPlan:
    """See ``Repository.plan_branch``."""
    ref = _check_name(git, name)
    tip = refs.resolve(git, base)
    if tip is None:
        raise GitError("unknown_revision", f"{base} is no commit.", fix="git log --all --oneline shows what there is.")
    done = stack(git, tip, picks, scratch)
    commits = [picked.commit for picked in done if picked.commit]
    return BranchPlan(ref, tip, commits[-1] if commits else tip, done)


def stack(git: Git, tip: str, picks: Sequence[Pick], scratch: Path) -> tuple[Picked, ...]:
    """Commit picks on top of each other and of ``tip``, as objects; what does not fit is left out."""
    author, sign = identity.find(git), git.flag("commit.gpgsign")
    done = []
    for pick in picks:
        tree, conflicts = _apply(git, tip, pick, scratch)
        if tree is None:
            done.append(Picked(pick, None, conflicts))
            continue
        env = identity.environment(git, pick.author or author, (pick.author_date, pick.committer_date))
        tip = trees.commit(git, tree, [tip], pick.message, env=env, sign=sign)
        done.append(Picked(pick, tip))
    return tuple(done)


def stacked(git: Git, base: str, picks: Sequence[Pick], scratch: Path) -> str:
    """See ``Repository.stacked``."""
    tree = trees.tree_of(git, base)
    for pick in picks:
        tree = _apply(git, tree, pick, scratch)[0] or tree
    return tree


def create(git: Git, plan: BranchPlan) -> None:
    """See ``Repository.create_branch``."""
    _check_name(git, plan.ref.removeprefix("refs/heads/"), may_be=plan.tip)
    if not refs.swap(git, plan.ref, plan.tip, git.zero, _REASON):
        raise _exists(plan.ref)


def _apply(git: Git, tip: str, pick: Pick, scratch: Path) -> tuple[str | None, tuple[str, ...]]:
    """The tree of ``tip`` with the pick, or None and the paths that conflict; none do when ``tip`` has it already."""
    onto = trees.tree_of(git, tip)
    before = git.empty_tree if set(pick.before) == {"0"} else pick.before
    differs = {decode(change.path): change.new for change in trees.compare(git, before, onto)}
    merged = merge.onto(git, trees.compare(git, before, pick.after), differs, scratch)
    if merged.conflicts:
        return None, tuple(encode(path) for path in merged.conflicts)
    tree = index.tree_with(git, onto, merged.entries, scratch)
    # a file that takes a directory's place would carry away files of others
    carried = [change.path for change in trees.compare(git, onto, tree) if decode(change.path) not in merged.entries]
    return (None, tuple(carried)) if carried or tree == onto else (tree, ())


def _check_name(git: Git, name: str, may_be: str | None = None) -> str:
    ref = f"refs/heads/{name}"
    if name.startswith("-") or git.ask("check-ref-format", ref, ok=(0, 1)).code:
        raise GitError(
            "bad_branch_name", f"{name!r} cannot be a branch.", fix="Choose another name: letters, digits, - and /."
        )
    taken = refs.listed(git, ref)
    above = [f"refs/heads/{name[:end]}" for end, letter in enumerate(name) if letter == "/"]
    if any(found for found in taken if (found, taken[found]) != (ref, may_be)):
        raise _exists(ref)
    if any(refs.resolve(git, parent) for parent in above):
        raise _exists(next(parent for parent in above if refs.resolve(git, parent)))
    return ref


def _exists(ref: str) -> GitError:
    name = ref.removeprefix("refs/heads/")
    return GitError(
        "branch_exists",
        f"There is a branch {name} already, or one below that name.",
        fix=f"Choose another name, or if it is not needed: git branch -D {name}",
    )
