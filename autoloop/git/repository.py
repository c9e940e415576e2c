"""The face of the git floor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from autoloop.git import (
    discovery,
    hooks,
    identity,
    locks,
    operations,
    queries,
    refs,
    snapshot,
    trees,
)
from autoloop.git.deeds import Deeds, limit
from autoloop.git.failures import told
from autoloop.git.handle import Git
from autoloop.git.values import (
    Change,
    Head,
    Identity,
    KeepPlan,
    Pick,
    Probe,
    Remembered,
    Side,
    Snapshot,
)


class Repository(Deeds):
    """One work tree of one git repository, and everything AutoLoop does to it.

    Nothing here touches the user's index, files or branches but ``apply_keep``, ``apply_discard`` and
    ``create_branch``; plans are made of objects alone. Every method may raise ``GitError``. ``scratch`` is always a
    directory on the work tree's file system, below ``.autoloop/``; it is made when missing.

    Attributes:
        root: top of the work tree, absolute.
        git_dir: this work tree's git directory.
        common_dir: the git directory that all work trees of the repository share.
    """

    def __init__(self, git: Git) -> None:
        super().__init__(git)
        self.root = git.root
        self.git_dir = git.git_dir
        self.common_dir = git.common_dir

    @classmethod
    def discover(cls, start: Path) -> Repository:
        """The repository that ``start`` lies in.

        Raises:
            GitError: ``not_a_repository``, ``bare_repository``, ``unsafe_repository``, ``git_missing`` or
                ``git_too_old``.
        """
        return cls(discovery.discover(start))

    def head(self) -> Head:
        """Where HEAD stands."""
        return refs.head(self._git)

    def operation_in_progress(self) -> str | None:
        """``merge``, ``rebase``, ``am``, ``cherry-pick``, ``revert``, ``bisect`` or ``unmerged index``; else None."""
        return operations.in_progress(self._git)

    def writable(self) -> bool:
        """Whether git can write here: tried by making files in the git directory, not asked."""
        return operations.writable(self._git)

    def probe(self) -> Probe:
        """Make and delete a reference and a lock, as a keep does, and say what a keep would do; leaves nothing."""
        from autoloop.git import probe

        return probe.probe(self._git)

    def absorb(self) -> bool:
        """Take over what was stored beside the repository while it could not be written.

        Nobody else may be at work in the workspace. False when there is nothing, or when it still cannot be written.

        Raises:
            GitError: git would not take it; everything is as before, or is taken over by the next call.
        """
        from autoloop.git import absorb

        return absorb.absorb(self._git)

    def identity(self) -> Identity:
        """Who commits are made by."""
        return identity.find(self._git)

    def hooks_present(self) -> tuple[str, ...]:
        """Commit hooks that are installed; a keep does not run them by itself."""
        return hooks.present(self._git)

    def hook(self, name: str) -> Path | None:
        """The hook of that name, None when there is none to run."""
        return hooks.find(self._git, name)

    @told
    def rehearse(self, plan: KeepPlan, message: str, where: Path) -> hooks.Rehearsal:
        """Make a private work tree at ``where`` that is as if ``git commit`` of this plan had just been typed."""
        return hooks.rehearse(self._git, plan, message, where)

    @told
    def snapshot(
        self, scratch: Path, *, since: Remembered | None = None, max_file_bytes: int | None = None
    ) -> Snapshot:
        """The work tree as a tree: tracked and untracked files, without the ignored ones.

        The user's index is read and not touched. Left out and named: files above ``max_file_bytes``, unreadable ones,
        other repositories. A submodule counts by its commit alone.

        Args:
            scratch: for a private index.
            since: where the open experiment began; what was ignored then stays out, and what was not stays in,
                whatever has become of ``.gitignore``.
            max_file_bytes: size above which a file is left out; 50 MB when not said.
        """
        return snapshot.take(self._git, scratch, since, limit(max_file_bytes))

    @told
    def remember(self, scratch: Path, *, max_file_bytes: int | None = None) -> Remembered:
        """A snapshot and all that a discard needs to undo what follows; anchor its ``commit``."""
        from autoloop.git import remember as remembering

        return remembering.remember(self._git, self.head(), scratch, limit(max_file_bytes))

    def delta(self, before_tree: str, after_tree: str) -> tuple[Change, ...]:
        """What differs between two trees or commits; a rename is a removal and an addition."""
        return trees.compare(self._git, *(refs.object_of(self._git, one) for one in (before_tree, after_tree)))

    def changed_paths(self, before_tree: str, after_tree: str) -> tuple[str, ...]:
        """The paths that differ between two trees or commits."""
        return tuple(change.path for change in self.delta(before_tree, after_tree))

    def diff_text(
        self, before: str, after: str, *, color: bool = False, paths: Sequence[str] = (), stat: bool = False
    ) -> str:
        """The difference between two trees or commits for people to read."""
        form = ["--stat"] if stat else ["--patch"]
        before, after = (refs.object_of(self._git, one) for one in (before, after))
        return trees.show(self._git, before, after, [*form, f"--color={'always' if color else 'never'}"], paths)

    def patches(self, pairs: Sequence[tuple[str, str]]) -> list[str | None]:
        """The patch between the two trees of each pair; None where one of them was pruned."""
        from autoloop.git import patches

        return patches.between(self._git, pairs) if pairs else []

    @told
    def anchor(self, refs_to_objects: Mapping[str, str]) -> None:
        """Point references at objects, creating or moving them, after bringing the objects onto the disk."""
        refs.anchor(self._git, refs_to_objects)

    def release_index(self) -> None:
        """Give back the lock of the user's index where an earlier command of ours could not."""
        locks.recover(self._git)

    def clear_locks(self, prefix: str) -> None:
        """Remove locks of AutoLoop's own references below ``prefix`` that a killed command left."""
        locks.clear_own(self._git, prefix)

    @told
    def drop(self, names: Sequence[str], *, again: bool = False) -> None:
        """Delete references; ``again`` when an earlier process may have been killed at it."""
        refs.drop(self._git, names, again=again)

    def refs(self, prefix: str) -> dict[str, str]:
        """References below ``prefix`` (``refs/autoloop/…``), with the objects they point at."""
        return refs.listed(self._git, prefix)

    @told
    def hold(self, ref: str, files: Mapping[str, Path]) -> None:
        """Keep copies of these files in the object store, by these names, below a reference."""
        from autoloop.git import held

        held.hold(self._git, ref, files)

    def held(self, ref: str, name: str) -> bytes | None:
        """What ``hold`` kept, None when it is not there."""
        from autoloop.git import held

        return held.read(self._git, ref, name)

    def held_size(self, ref: str, name: str) -> int:
        """Bytes of what ``hold`` kept, 0 when it is not there."""
        from autoloop.git import held

        return held.size(self._git, ref, name)

    def flush(self) -> None:
        """Bring everything written to the repository onto the disk."""
        refs.flush(self._git)

    def commit_of_tree(self, tree: str, parents: Sequence[str], message: str) -> str:
        """A commit object of AutoLoop's own for anchoring a tree; no branch moves."""
        return trees.commit(self._git, tree, parents, message)

    def tree_of(self, commit: str | None) -> str:
        """A commit's tree; the empty tree for None."""
        return trees.tree_of(self._git, commit)

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits."""
        return refs.merge_base(self._git, one, other)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether ``newer`` contains ``older``."""
        return refs.is_ancestor(self._git, older, newer)

    def resolve(self, revision: str) -> str | None:
        """The commit that a revision names."""
        return refs.resolve(self._git, revision)

    def files(self, tree: str) -> tuple[str, ...]:
        """Every path in a tree."""
        return queries.files_of(self._git, tree)

    def contents(self, tree: str, paths: Collection[str]) -> dict[str, bytes]:
        """The bytes of those of ``paths`` that a tree holds."""
        return queries.contents_of(self._git, tree, paths)

    def links(self, tree: str) -> dict[str, str]:
        """Symbolic links of a tree, and the path in the tree that each points to."""
        return queries.links_of(self._git, tree)

    def tracks(self, path: str) -> bool:
        """Whether the user's index holds ``path``."""
        return queries.tracked(self._git, path)

    def pick_of(self, commit: str) -> Pick:
        """A commit as a win for ``plan_branch``: its difference to its parent, its message, author and dates."""
        return queries.pick_of(self._git, commit)

    def default_branch(self) -> str | None:
        """Full name of the branch that work branches from."""
        return refs.default_branch(self._git)

    @told
    def materialise(self, tree: str, changes: Sequence[Change], side: Side, target: Path, scratch: Path) -> None:
        """Write the changed files of one side below ``target`` as a checkout would; absent ones produce nothing.

        Args:
            tree: the tree of that side.
            changes: which paths.
            side: ``before`` or ``after``.
            target: directory, made when missing.
            scratch: for a private index.
        """
        from autoloop.git import checkout

        checkout.materialise(self._git, tree, checkout.on_side(changes, side), target, scratch)

    @told
    def add_worktree(self, path: Path, commit: str) -> None:
        """Check ``commit`` out in a private work tree at ``path``, removing what a crash may have left there."""
        from autoloop.git import worktrees

        worktrees.add(self._git, path, commit)

    def remove_worktree(self, path: Path) -> None:
        """Remove a private work tree; nothing happens when there is none."""
        from autoloop.git import worktrees

        worktrees.remove(self._git, path)
