"""The git matrix: what a user may have in the work tree, and what an experiment may do to it.

Each case is one line of the table: how the user's work tree is when the experiment begins (``mine``), what the
experiment does (``edit``), and what must come out of *keep* and of *discard*: done exactly, or refused with a code.
After a discard everything is as it was, byte for byte. After a keep the new commit holds exactly the experiment's
delta; ``committed`` and ``staged`` say what the commit and the index hold where that is not simply the measured file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from git_world import LINES, World, text

Action = Callable[[World], object]
TOP, BOTTOM = (b"line 1\n", b"MINE\n"), (b"line 12\n", b"FASTER\n")
ALSO = (b"line 6\n", b"STAGED\n")


def nothing(world: World) -> None:
    pass


@dataclass(frozen=True)
class Case:
    """One line of the matrix; ``keep`` and ``discard`` are ``done`` or the code of the refusal."""

    name: str
    edit: Action
    mine: Action = nothing
    keep: str = "done"
    discard: str = "done"
    committed: dict[str, bytes | None] = field(default_factory=dict)
    staged: dict[str, bytes | None] = field(default_factory=dict)
    init: tuple[str, ...] = ()
    furnished: bool = True

    def __str__(self) -> str:
        return self.name


def do(*actions: Action) -> Action:
    def all_of(world: World) -> None:
        for action in actions:
            action(world)

    return all_of


def write(name: str | bytes, content: bytes = b"new\n", mode: int = 0o644) -> Action:
    return lambda world: world.write(name, content, mode)


def edit(name: str | bytes, change: tuple[bytes, bytes]) -> Action:
    return lambda world: world.edit(name, *change)


def remove(name: str | bytes) -> Action:
    return lambda world: world.remove(name)


def link(name: str | bytes, target: str) -> Action:
    return lambda world: world.link(name, target)


def git(*args: str | bytes) -> Action:
    return lambda world: world.git(*args)


def chmod(name: str, mode: int) -> Action:
    return lambda world: world.path(name).chmod(mode)


def mkdir(name: str) -> Action:
    return lambda world: world.path(name).mkdir(parents=True)


def move(old: str, new: str) -> Action:
    def moved(world: World) -> None:
        world.path(new).parent.mkdir(parents=True, exist_ok=True)
        world.path(old).rename(world.path(new))

    return moved


def rmtree(name: str) -> Action:
    def removed(world: World) -> None:
        for directory, inner, names in os.walk(world.path(name), topdown=False):
            for one in (*names, *inner):
                path = world.path(directory) / one
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        world.path(name).rmdir()

    return removed


def commit(message: str, *paths: str) -> Action:
    return lambda world: world.commit(message, *paths)


def nested(name: str, *, with_commit: bool = True) -> Action:
    def made(world: World) -> None:
        world.write(f"{name}/theirs.txt", b"theirs\n")
        world.git("init", "-q", cwd=world.path(name))
        if with_commit:
            world.git("add", "-A", cwd=world.path(name))
            world.git("commit", "-qm", "theirs", cwd=world.path(name))

    return made


def submodule(world: World) -> None:
    source = World(world.root / "source")
    source.write("lib.c", b"one\n")
    source.commit("one")
    world.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(source.work), "sub")
    world.commit("submodule")


def in_submodule(*args: str) -> Action:
    return lambda world: world.git(*args, cwd=world.path("sub"))


def cloned(*options: str) -> Action:
    def made(world: World) -> None:
        world.write("more.txt", b"more\n")
        world.commit("second")
        world.git("config", "uploadpack.allowFilter", "true")
        world.git("config", "uploadpack.allowAnySHA1InWant", "true")
        source = str(world.work) if "--shared" in options else world.work.as_uri()
        world.git("clone", "-q", *options, source, str(world.root / "clone"))
        world.move_to(world.root / "clone")

    return made


def linked(world: World) -> None:
    world.git("worktree", "add", "-q", "-b", "side", str(world.root / "linked"))
    world.move_to(world.root / "linked")


def hooks(script: bytes) -> Action:
    names = ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "post-index-change", "post-checkout")
    return lambda world: [world.write(f".git/hooks/{name}", b"#!/bin/sh\n" + script, 0o755) for name in names]


FASTER = edit("code.py", BOTTOM)
WITH_MINE = LINES.replace(*TOP)
KEPT = LINES.replace(*BOTTOM)
BOTH = WITH_MINE.replace(*BOTTOM)

USERS = (
    Case("plain edit", FASTER),
    Case("user's dirty edit in another file", FASTER, mine=edit("other.txt", (b"other", b"mine"))),
    Case(
        "user's dirty edit in the same file",
        FASTER,
        mine=edit("code.py", TOP),
        committed={"code.py": KEPT},
        staged={"code.py": KEPT},
    ),
    Case(
        "user's dirty edit in the same lines",
        edit("code.py", (b"MINE", b"FASTER")),
        mine=edit("code.py", TOP),
        keep="keep_conflict",
    ),
    Case(
        "user's staged edit in the same file",
        FASTER,
        mine=do(edit("code.py", TOP), git("add", "code.py")),
        committed={"code.py": KEPT},
        staged={"code.py": BOTH},
    ),
    Case(
        "user's partially staged edit in the same file",
        FASTER,
        mine=do(edit("code.py", ALSO), git("add", "code.py"), edit("code.py", TOP)),
        committed={"code.py": KEPT},
        staged={"code.py": KEPT.replace(*ALSO)},
    ),
    Case(
        "the experiment stages the user's dirty file",
        do(FASTER, git("add", "-A")),
        mine=edit("code.py", TOP),
        committed={"code.py": KEPT},
        staged={"code.py": KEPT},
    ),
    Case(
        "the experiment stages, then edits again",
        do(FASTER, git("add", "-A"), edit("code.py", ALSO)),
        committed={"code.py": KEPT.replace(*ALSO)},
        staged={"code.py": KEPT.replace(*ALSO)},
    ),
    Case(
        "the experiment stages everything of the user's",
        do(FASTER, git("add", "-A")),
        mine=do(write("mine.txt"), edit("other.txt", (b"other", b"mine"))),
    ),
    Case(
        "the experiment stages over a partially staged file",
        do(FASTER, git("add", "-A")),
        mine=do(
            edit("other.txt", (b"other", b"part")),
            git("add", "other.txt"),
            edit("other.txt", (b"part", b"part and rest")),
        ),
    ),
    Case("user's staged new file", FASTER, mine=do(write("mine.txt"), git("add", "mine.txt"))),
    Case("user's staged removal", FASTER, mine=git("rm", "-q", "other.txt")),
    Case("user's unstaged removal", FASTER, mine=remove("other.txt")),
    Case("user's removal only in the index", FASTER, mine=git("rm", "-q", "--cached", "other.txt")),
    Case("user's staged rename", FASTER, mine=git("mv", "other.txt", "renamed.txt")),
    Case("user's staged mode", FASTER, mine=do(chmod("other.txt", 0o755), git("add", "other.txt"))),
    Case("user's intent to add elsewhere", FASTER, mine=do(write("mine.txt"), git("add", "-N", "mine.txt"))),
    Case(
        "user's intent to add in the same file",
        edit("mine.txt", (b"new", b"newer")),
        mine=do(write("mine.txt"), git("add", "-N", "mine.txt")),
        keep="keep_conflict",
    ),
    Case("user's untracked file elsewhere", FASTER, mine=do(write("mine.txt"), write("d1/d2/mine.txt", b"\0\xff"))),
    Case(
        "user's untracked file edited",
        edit("mine.txt", (b"new", b"newer")),
        mine=write("mine.txt"),
        keep="keep_conflict",
    ),
    Case(
        "user's untracked file removed",
        do(remove("mine.txt"), FASTER),
        mine=write("mine.txt"),
        committed={"mine.txt": None},
        staged={"mine.txt": None},
    ),
    Case(
        "user's staged new file edited",
        edit("mine.txt", (b"new", b"newer")),
        mine=do(write("mine.txt"), git("add", "mine.txt")),
        keep="keep_conflict",
    ),
    Case(
        "user's removed file made again", write("other.txt", b"again\n"), mine=remove("other.txt"), keep="keep_conflict"
    ),
    Case("the experiment removes a dirty file", remove("code.py"), mine=edit("code.py", TOP), keep="keep_conflict"),
    Case(
        "the experiment undoes the user's edit",
        write("code.py", LINES),
        mine=edit("code.py", TOP),
        keep="nothing_to_keep",
    ),
    Case("assume-unchanged file edited", FASTER, mine=git("update-index", "--assume-unchanged", "code.py")),
    Case(
        "assume-unchanged file with the user's edit",
        FASTER,
        mine=do(git("update-index", "--assume-unchanged", "code.py"), edit("code.py", TOP)),
        committed={"code.py": KEPT},
        staged={"code.py": KEPT},
    ),
    Case("skip-worktree file edited", FASTER, mine=git("update-index", "--skip-worktree", "code.py")),
    Case("user's file with odd permissions", do(FASTER, chmod("code.py", 0o644)), mine=chmod("code.py", 0o600)),
    Case(
        "user's untracked private file removed",
        do(remove("key"), FASTER),
        mine=write("key", b"k", 0o400),
        committed={"key": None},
        staged={"key": None},
    ),
)

CHANGES = (
    Case("new file", write("new.txt")),
    Case("new file staged", do(write("new.txt"), git("add", "new.txt"))),
    Case("new file in new directories", write("a/b/c/new.txt")),
    Case("empty new file", write("empty", b"")),
    Case("new executable", write("tool", b"#!/bin/sh\n", 0o755)),
    Case("removal", remove("other.txt")),
    Case("removal by git rm", git("rm", "-q", "other.txt")),
    Case("removal of the last file of a directory", rmtree("dir")),
    Case("rename", move("other.txt", "renamed.txt")),
    Case("rename by git mv", git("mv", "other.txt", "renamed.txt")),
    Case("rename into a directory, edited", do(move("code.py", "src/code.py"), edit("src/code.py", BOTTOM))),
    Case("rename in case only", git("mv", "other.txt", "Other.txt")),
    Case("executable bit set", chmod("code.py", 0o755)),
    Case("executable bit cleared", chmod("run.sh", 0o644)),
    Case("executable bit and content", do(chmod("code.py", 0o755), FASTER)),
    Case("untracked in the index only", do(git("rm", "-q", "--cached", "other.txt"), FASTER)),
    Case("symbolic link retargeted", do(remove("link"), link("link", "other.txt"))),
    Case("symbolic link, dangling", link("new-link", "nowhere")),
    Case("symbolic link to itself", link("loop", "loop")),
    Case("symbolic link to a directory", link("new-link", "dir")),
    Case("symbolic link to outside", link("new-link", "../../../etc")),
    Case("symbolic link with an untidy target", link("new-link", "./dir//../code.py/")),
    Case("file becomes a symbolic link", do(remove("code.py"), link("code.py", "other.txt"))),
    Case("symbolic link becomes a file", do(remove("link"), write("link"))),
    Case("directory becomes a symbolic link", do(rmtree("dir"), link("dir", "build"))),
    Case("directory becomes a link to outside", do(rmtree("dir"), link("dir", "../.."))),
    Case("file becomes a directory", do(remove("other.txt"), write("other.txt/inside"))),
    Case("directory becomes a file", do(rmtree("dir"), write("dir"))),
    Case("file becomes a fifo", do(remove("other.txt"), lambda world: os.mkfifo(world.path("other.txt")))),
    Case("empty directory made", do(mkdir("hollow/inner"), FASTER)),
    Case(
        "user's empty directory removed",
        do(rmtree("hollow"), FASTER),
        mine=do(mkdir("hollow/inner"), chmod("hollow", 0o700)),
    ),
    Case("user's empty directory filled", write("hollow/new.txt"), mine=mkdir("hollow")),
    Case("private directory removed", rmtree("dir"), mine=chmod("dir", 0o700)),
    Case("same size in the same tick", edit("other.txt", (b"other", b"OTHER"))),
    Case("several kinds at once", do(FASTER, remove("other.txt"), write("x/y"), chmod("run.sh", 0o644), rmtree("dir"))),
    Case("two thousand files", lambda world: [world.write(f"many/{n % 20}/{n}", b"%d" % n) for n in range(2000)]),
    Case("a big file", write("big.bin", bytes(range(256)) * 40_000)),
    Case("ignored file written", do(write("debug.log", b"x"), FASTER), discard="ignored"),
    Case("ignore rule added for new files", do(write(".gitignore", b"*.log\nbuild/\n*.tmp\n"), write("a.tmp"))),
    Case(
        "ignore rule added for the user's file",
        do(write(".gitignore", b"*.log\nbuild/\nmine.txt\n"), FASTER),
        mine=write("mine.txt"),
    ),
    Case("ignore rule removed", do(write(".gitignore", b""), FASTER)),
    Case("ignore file removed", do(remove(".gitignore"), FASTER)),
)

HOSTILE = {
    "spaces": b" two  words ",
    "newline": b"line\nbreak",
    "tab and controls": b"a\tb\x01\x7f",
    "double quotes": b'"quoted"',
    "single quote": b"it's",
    "backslash": b"back\\slash",
    "glob star": b"*",
    "glob brackets": b"[a-z]?",
    "leading dash": b"-rf",
    "double dash": b"--",
    "pathspec magic": b":(top)x",
    "pathspec exclusion": b":!code.py",
    "not UTF-8": b"caf\xe9",
    "not UTF-8, newline": b"\xff\n\xfe",
    "decomposed": "e\u0301".encode(),
    "composed": "\u00e9".encode(),
    "shell": b"$(id)`id`",
    "250 bytes": b"n" * 250,
    "comment": b"#comment",
    "dots": b"...",
    "deep": b"/".join([b"d"] * 60) + b"/x",
}


def hostile(content: bytes, suffix: bytes = b"") -> Action:
    return lambda world: [world.write(name + suffix, content) for name in HOSTILE.values()]


NAMES = (
    Case("hostile names, edited", hostile(b"faster\n"), mine=do(hostile(b"slow\n"), commit("names"))),
    Case("hostile names, new beside the user's", hostile(b"new\n", b"2"), mine=hostile(b"mine\n")),
    Case(
        "hostile names, removed",
        lambda world: [world.remove(name) for name in HOSTILE.values()],
        mine=do(hostile(b"slow\n"), commit("names")),
    ),
    Case(
        "hostile names, user's edits in them",
        lambda world: [world.edit(name, *BOTTOM) for name in HOSTILE.values()],
        mine=do(hostile(LINES), commit("names"), lambda world: [world.edit(name, *TOP) for name in HOSTILE.values()]),
        committed={text(name): KEPT for name in HOSTILE.values()},
        staged={text(name): KEPT for name in HOSTILE.values()},
    ),
)

CONVERSIONS = (
    Case(
        "CRLF file, no conversion",
        edit("dos.txt", (b"b", b"B")),
        mine=do(write("dos.txt", b"a\r\nb\r\n"), commit("dos")),
    ),
    Case(
        "autocrlf=true, work tree with LF",
        do(FASTER, edit("other.txt", (b"other", b"more"))),
        mine=git("config", "core.autocrlf", "true"),
    ),
    Case(
        "autocrlf=input, work tree with CRLF",
        edit("dos.txt", (b"b", b"B")),
        mine=do(git("config", "core.autocrlf", "input"), write("dos.txt", b"a\r\nb\r\n"), commit("dos")),
        committed={"dos.txt": b"a\nB\n"},
        staged={"dos.txt": b"a\nB\n"},
    ),
    Case(
        "eol=crlf attribute, work tree with LF",
        remove("t.txt"),
        mine=do(write(".gitattributes", b"*.txt text eol=crlf\n"), write("t.txt", b"a\nb\n"), commit("attributes")),
    ),
    Case(
        "mixed line ends, text=auto",
        edit("t.txt", (b"c", b"C")),
        mine=do(write(".gitattributes", b"* text=auto\n"), write("t.txt", b"a\r\nb\nc\r\n"), commit("attributes")),
        committed={"t.txt": b"a\nb\nC\n"},
        staged={"t.txt": b"a\nb\nC\n"},
    ),
    Case(
        "filter that loses something",
        edit("s.cfg", (b"value", b"better")),
        mine=do(
            git("config", "filter.hide.clean", "sed s/secret/hidden/"),
            git("config", "filter.hide.smudge", "cat"),
            write(".gitattributes", b"*.cfg filter=hide\n"),
            write("s.cfg", b"secret value\n"),
            commit("filter"),
        ),
        committed={"s.cfg": b"hidden better\n"},
        staged={"s.cfg": b"hidden better\n"},
    ),
    Case(
        "the experiment edits the attributes",
        do(write(".gitattributes", b"*.txt text eol=crlf\n"), edit("other.txt", (b"other", b"more"))),
        mine=do(write(".gitattributes", b"*.txt text eol=lf\n"), commit("attributes")),
    ),
    Case(
        "LFS pointer without LFS",
        edit("m.bin", (b"size 3", b"size 4")),
        mine=do(
            write(".gitattributes", b"*.bin filter=lfs diff=lfs merge=lfs -text\n"),
            write("m.bin", b"oid x\nsize 3\n"),
            commit("lfs"),
        ),
    ),
    Case(
        "ident",
        edit("i.c", (b"$Id$", b"$Id$ more")),
        mine=do(write(".gitattributes", b"*.c ident\n"), write("i.c", b"$Id$\n"), commit("ident")),
    ),
    Case(
        "working-tree-encoding",
        write("w.txt", "b\n".encode("utf-16")),
        mine=do(
            write(".gitattributes", b"w.txt text working-tree-encoding=UTF-16\n"),
            write("w.txt", "a\n".encode("utf-16")),
            commit("encoding"),
        ),
        committed={"w.txt": b"b\n"},
        staged={"w.txt": b"b\n"},
    ),
)

REPOSITORIES = (
    Case("nested repository of the user", FASTER, mine=nested("theirs")),
    Case("nested repository without commits", FASTER, mine=nested("theirs", with_commit=False)),
    Case("nested repository made", do(nested("theirs"), FASTER), discard="nested"),
    Case(
        "nested repository edited inside",
        do(lambda w: w.write("theirs/theirs.txt", b"x"), FASTER),
        mine=nested("theirs"),
        discard="nested",
    ),
    Case("file becomes a nested repository", do(remove("other.txt"), nested("other.txt")), discard="in_the_way"),
    Case("submodule untouched", FASTER, mine=submodule),
    Case(
        "submodule dirty inside",
        do(lambda w: w.write("sub/lib.c", b"dirty\n"), FASTER),
        mine=submodule,
        discard="nested",
    ),
    Case(
        "submodule moved on",
        do(in_submodule("commit", "-q", "--allow-empty", "-m", "two"), FASTER),
        mine=submodule,
        discard="submodule_changed",
    ),
    Case(
        "submodule moved on before",
        FASTER,
        mine=do(submodule, in_submodule("commit", "-q", "--allow-empty", "-m", "two")),
    ),
    Case("submodule deleted", do(rmtree("sub"), FASTER), mine=submodule, discard="submodule_changed"),
    Case(
        "SHA-256",
        do(FASTER, write("new.txt")),
        mine=edit("other.txt", (b"other", b"mine")),
        init=("--object-format=sha256",),
    ),
    Case(
        "split index",
        do(FASTER, write("new.txt")),
        mine=do(git("config", "core.splitIndex", "true"), git("update-index", "--split-index")),
    ),
    Case("untracked cache", do(FASTER, write("new.txt")), mine=git("update-index", "--untracked-cache")),
    Case("index version 4", do(FASTER, write("new.txt")), mine=git("update-index", "--index-version", "4")),
    Case("packed references", FASTER, mine=git("pack-refs", "--all")),
    Case("detached HEAD", FASTER, mine=git("checkout", "-q", "--detach")),
    Case(
        "unborn branch",
        do(write("new.txt"), edit("mine.txt", (b"mine", b"more"))),
        mine=do(write("mine.txt", b"mine\n"), git("add", "mine.txt")),
        furnished=False,
        keep="keep_conflict",
    ),
    Case("unborn branch, new file", write("new.txt"), mine=write("mine.txt", b"mine\n"), furnished=False),
    Case(
        "unborn branch, committed by the experiment",
        do(write("new.txt"), commit("sneaky")),
        furnished=False,
        keep="nothing_to_keep",
        discard="head_moved",
    ),
    Case(
        "orphan branch",
        do(FASTER, write("new.txt")),
        mine=git("checkout", "-q", "--orphan", "fresh"),
        keep="keep_conflict",
    ),
    Case(
        "sparse checkout",
        FASTER,
        mine=do(git("sparse-checkout", "init", "--cone"), git("sparse-checkout", "set", "dir")),
    ),
    Case(
        "sparse checkout, new file outside",
        write("build2/new.txt"),
        mine=git("sparse-checkout", "set", "--cone", "dir/deep"),
    ),
    Case(
        "sparse index",
        do(FASTER, write("dir/new.txt")),
        mine=git("sparse-checkout", "set", "--cone", "--sparse-index", "build2"),
    ),
    Case(
        "tracked .autoloop",
        FASTER,
        mine=do(
            git("add", "-f", ".autoloop/state.json"),
            git("commit", "-qm", "tracked"),
            write(".autoloop/state.json", b"{1}"),
        ),
    ),
    Case(
        "tracked .autoloop, nothing ignored",
        FASTER,
        mine=do(remove(".autoloop/.gitignore"), git("add", "-f", ".autoloop"), git("commit", "-qm", "tracked")),
    ),
    Case(
        "replaced commit",
        FASTER,
        mine=lambda w: w.git(
            "replace", w.line("rev-parse", "HEAD"), w.line("commit-tree", "HEAD^{tree}", "-m", "other")
        ),
    ),
    Case("reference log off", FASTER, mine=git("config", "core.logAllRefUpdates", "false")),
    Case("hooks that fail", FASTER, mine=hooks(b"exit 1\n")),
    Case("hooks that change files", FASTER, mine=hooks(b"echo x >> code.py; git add code.py\n")),
    Case("hooks that hang", FASTER, mine=hooks(b"sleep 600\n")),
    Case(
        "file monitor that fails",
        FASTER,
        mine=do(
            write(".git/hooks/monitor", b"#!/bin/sh\nexit 1\n", 0o755),
            git("config", "core.fsmonitor", ".git/hooks/monitor"),
        ),
    ),
    Case("linked work tree", do(FASTER, write("new.txt")), mine=linked),
    Case("shallow clone", do(FASTER, remove("other.txt")), mine=cloned("--depth=1")),
    Case("partial clone", do(FASTER, remove("other.txt")), mine=cloned("--filter=blob:none")),
    Case("objects of another repository (alternates)", FASTER, mine=cloned("--shared")),
    Case(
        "signing without a key",
        FASTER,
        mine=do(git("config", "commit.gpgsign", "true"), git("config", "gpg.program", "false")),
        keep="signing_failed",
    ),
    Case(
        "file mode off",
        do(FASTER, chmod("run.sh", 0o644)),
        mine=git("config", "core.fileMode", "false"),
        discard="modes",
    ),
)

MOVED = (
    Case(
        "committed by the experiment",
        do(FASTER, commit("sneaky", "code.py")),
        keep="nothing_to_keep",
        discard="head_moved",
    ),
    Case(
        "committed by hand elsewhere",
        do(FASTER, edit("other.txt", (b"mine", b"yours")), git("commit", "-qm", "hand", "other.txt")),
        mine=edit("other.txt", (b"other", b"mine")),
        discard="head_moved",
    ),
    Case(
        "user's dirty file committed by hand",
        do(FASTER, git("commit", "-qm", "hand", "other.txt")),
        mine=edit("other.txt", (b"other", b"mine")),
        discard="moved",
    ),
    Case("branch switched", do(FASTER, git("checkout", "-q", "-b", "elsewhere")), keep="head_moved", discard="moved"),
    Case("detached meanwhile", do(FASTER, git("checkout", "-q", "--detach")), keep="head_moved", discard="moved"),
    Case(
        "merge in progress",
        do(FASTER, lambda w: w.write(".git/MERGE_HEAD", w.git("rev-parse", "HEAD"))),
        keep="operation_in_progress",
        discard="operation_in_progress",
    ),
    Case(
        "rebase in progress",
        do(FASTER, mkdir(".git/rebase-merge")),
        keep="operation_in_progress",
        discard="operation_in_progress",
    ),
    Case(
        "bisect in progress",
        do(FASTER, git("bisect", "start")),
        keep="operation_in_progress",
        discard="operation_in_progress",
    ),
    Case(
        "cherry-pick in progress",
        do(FASTER, lambda w: w.write(".git/CHERRY_PICK_HEAD", w.git("rev-parse", "HEAD"))),
        keep="operation_in_progress",
        discard="operation_in_progress",
    ),
    Case("index locked", do(FASTER, write(".git/index.lock", b"")), keep="index_locked", discard="index_locked"),
)

CASES = (*USERS, *CHANGES, *NAMES, *CONVERSIONS, *REPOSITORIES, *MOVED)
