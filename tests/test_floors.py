"""The plan of the house holds: who may import whom, who owns which outside thing, how large things are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median
from types import MappingProxyType

import pytest

PACKAGE = Path(__file__).parent.parent / "autoloop"

# The longest matching name counts; a module without one must be given its floor here before it may be used.
FLOORS = MappingProxyType(
    {
        0: "errors evaluation usage model outcomes inferred shown described driven reported recalled payloads paths "
        "progress",
        1: "units metrics stats verdict config config_errors config_schema workflow machine guards offers updates "
        "endings documents budget watched scope learn similarity ideas guardrails brief pull_request staircase markup "
        "candidates interchange",
        2: "undisturbed store git runner exchange machine_lock fingerprint log trust detect agents guides written "
        "witness",
        3: "facts works engine workspace opened job sampler quiet checks readiness retention setup driver report "
        "reproduction adoption",
        4: "commands envelope fitting",
        5: "render cli program document called mcp_server api __main__ bugs ticker terminal",
    }
)
FLOOR_OF = {f"autoloop.{name}": floor for floor, names in FLOORS.items() for name in names.split()} | {"autoloop": 0}

# Who may write files: each has its own kind. log: the log file; bugs: a report when everything else is broken;
# written: what a user asks for outside of .autoloop/.
WRITERS = ["store", "git", "runner", "exchange", "machine_lock", "trust", "log", "bugs", "written"]
SLOW = {"sh", "structlog", "rich", "yaml", "matplotlib", "jinja2", "mcp"}
LATE = {"render": {"rich"}, "report": {"matplotlib", "jinja2"}, "mcp_server": {"mcp"}}  # imported late as a whole
ONLY_RUNNER = {"sh"}
NOBODY = {"subprocess", "multiprocessing", "pty", "asyncio.subprocess", "pexpect"}


class Module:
    """One source file, parsed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self.everything = list(ast.walk(self.tree))
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        self.name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def owner(self) -> str:
        """The module or package right below the top: ``git`` for ``autoloop.git.keep``."""
        return self.name.split(".")[1] if "." in self.name else ""

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def nodes(self, kind):
        return [node for node in self.everything if isinstance(node, kind)]

    def texts(self) -> list[str]:
        """Every text constant that is not a docstring."""
        told = {id(node.value) for node in self.nodes(ast.Expr)}
        constants = self.nodes(ast.Constant)
        return [node.value for node in constants if isinstance(node.value, str) and id(node) not in told]

    def functions(self) -> Iterator[tuple[str, int]]:
        """Name and number of lines of each function, without its decorators."""
        for node in self.nodes((ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{self.name}.{node.name}", node.end_lineno - node.lineno + 1

    def place(self, node) -> str:
        return f"{self.path.relative_to(PACKAGE.parent)}:{node.lineno}"


@cache
def modules() -> dict[str, Module]:
    found = [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]
    return {module.name: module for module in found}


def imported(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """What a module imports anywhere in it, also late and also by name: full names, with the place."""
    for node in module.everything:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                yield (below if below in modules() else node.module or ""), node
        elif isinstance(node, ast.Call) and called(node).endswith("import_module"):
            yield from ((name, node) for name in by_name(module, node))


def by_name(module: Module, call: ast.Call) -> list[str]:
    """The modules that ``import_module(f"autoloop.x.{name}")`` may mean: those that the file itself names."""
    (asked,) = call.args
    assert isinstance(asked, ast.JoinedStr), f"{module.place(call)}: name the package of a late import"
    prefix = asked.values[0].value
    assert re.fullmatch(r"autoloop\..*\.", prefix), module.place(call)
    spelled = {re.sub(r"\W", "_", text) for text in module.texts()}
    found = [name for name in modules() if name.startswith(prefix) and name.removeprefix(prefix) in spelled]
    assert found, module.place(call)
    return found


def called(node: ast.Call) -> str:
    """``Path.write_text`` as far as it is written out: dotted names, with ``()`` for what is computed."""
    names: list[str] = []
    part = node.func
    while isinstance(part, ast.Attribute):
        names.append(part.attr)
        part = part.value
    names.append(part.id if isinstance(part, ast.Name) else "()")
    return ".".join(reversed(names))


@cache
def ours() -> dict[str, list[tuple[str, str]]]:
    """For each module, which of our modules it imports, and where."""
    return {
        name: [(other, module.place(node)) for other, node in imported(module) if other.split(".")[0] == "autoloop"]
        for name, module in modules().items()
        if name != "autoloop"  # the package itself is a door: it hands on what it is asked for
    }


def floor(name: str) -> int:
    while name not in FLOOR_OF:
        name = name.rpartition(".")[0]
    return FLOOR_OF[name]


# --- floors


def test_every_module_has_its_floor():
    unknown = [name for name in modules() if name != "autoloop" and f"autoloop.{modules()[name].owner}" not in FLOOR_OF]
    assert not unknown, f"classify in FLOORS: {unknown}"


def test_every_import_is_of_something_that_exists():
    missing = [f"{place}: {other}" for seen in ours().values() for other, place in seen if other not in modules()]
    assert not missing, missing


def test_imports_go_downwards():
    upwards = [
        f"{place}: {name} (floor {floor(name)}) imports {other} (floor {floor(other)})"
        for name, seen in ours().items()
        for other, place in seen
        if floor(other) > floor(name)
    ]
    assert not upwards, "\n".join(upwards)


def test_there_are_no_cycles_not_even_lazy_ones():
    graph = {name: {other for other, _ in seen if other != name} for name, seen in ours().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_import_is_hidden_from_this_test():
    for module in modules().values():
        names = {node.id for node in module.nodes(ast.Name)} | {node.attr for node in module.nodes(ast.Attribute)}
        assert not {"TYPE_CHECKING", "__import__", "exec_module"} & names, module.name
        assert not [node for node in module.nodes(ast.ImportFrom) if node.level], f"{module.name}: relative import"


def test_every_module_reads_annotations_late():
    """But those whose structures are read by every look: resolving their annotations there costs more than reading."""
    read = {f"autoloop.{name}" for name in ("config", "evaluation", "model", "progress", "usage")}
    for module in modules().values():
        if module.name in read:
            continue
        first = next((node for node in module.tree.body if isinstance(node, ast.ImportFrom)), None)
        if len(module.tree.body) > 2:
            assert first is not None, module.name
            assert first.module == "__future__", module.name


def test_the_rules_floor_touches_no_world():
    outside = {"os", "shutil", "tempfile", "socket", "time", "threading", "subprocess", "sys", "platform", "signal"}
    touching = [
        f"{module.place(node)}: {other}"
        for module in modules().values()
        if floor(module.name) <= 1
        for other, node in imported(module)
        if other.split(".")[0] in outside
    ]
    assert not touching, touching


def test_slow_libraries_are_imported_where_they_are_used():
    early = []
    for module in modules().values():
        top = {id(node) for node in module.tree.body}
        for other, node in imported(module):
            name, ours_too = other.removeprefix("autoloop.").split(".")[0], other.startswith("autoloop.")
            forbidden = LATE.keys() - {module.owner} if ours_too else SLOW - LATE.get(module.owner, set())
            if id(node) in top and name in forbidden:
                early.append(f"{module.place(node)}: {other}")
    assert not early, early


# --- owners


def test_only_git_and_the_runner_start_processes():
    wrong = []
    for module in modules().values():
        for other, node in imported(module):
            if other in NOBODY or (other.split(".")[0] in ONLY_RUNNER and module.owner != "runner"):
                wrong.append(f"{module.place(node)}: {other}")
        for node in module.nodes(ast.Call):
            starts = re.fullmatch(r"os\.(system|popen|fork\w*|exec\w+|spawn\w+|posix_spawnp?)", called(node))
            if starts and module.owner not in {"git", "runner"}:
                wrong.append(f"{module.place(node)}: {called(node)}")
    assert not wrong, wrong


def test_nobody_uses_a_shell_of_the_standard_library():
    used = [
        module.place(n)
        for module in modules().values()
        for n in module.nodes(ast.Call)
        if called(n) in {"os.system", "os.popen"}
    ]
    assert not used, used


def writes(call: ast.Call) -> bool:
    """Whether a call writes, moves or links a file; ``store.write_text`` and ``writer.write_text`` are the store's."""
    name = called(call)
    *owner, verb = name.split(".")
    if owner and owner[-1] in {"store", "writer", "structs"}:
        return False
    if verb == "open" and name != "os.open":
        texts = [a.value for a in [*call.args, *(k.value for k in call.keywords)] if isinstance(a, ast.Constant)]
        return any(isinstance(text, str) and re.fullmatch(r"[rwxabt+]*[wxa+][rwxabt+]*", text) for text in texts)
    if owner == ["os"]:
        return verb in {"replace", "rename", "renames", "link", "symlink", "truncate"}
    if owner == ["shutil"]:
        return verb.startswith("copy") or verb == "move"
    if verb == "replace":  # str.replace takes two texts, Path.replace one target
        return len(call.args) == 1 and not call.keywords
    return verb in {
        "write_text",
        "write_bytes",
        "rename",
        "symlink_to",
        "hardlink_to",
        "touch",
        "NamedTemporaryFile",
        "mkstemp",
    }


def test_only_the_owners_write_files():
    wrong = [
        f"{module.place(node)}: {called(node)}"
        for module in modules().values()
        if module.owner not in WRITERS
        for node in module.nodes(ast.Call)
        if writes(node)
    ]
    assert not wrong, f"ask the store to write: {wrong}"


def test_only_the_doors_talk():
    talking = [
        f"{module.place(node)}: {called(node)}"
        for module in modules().values()
        if module.owner not in {"render", "cli", "terminal"}
        for node in module.nodes(ast.Call)
        if called(node)
        in {"print", "click.echo", "click.secho", "echo", "secho", "sys.stdout.write", "sys.stdout.buffer.write"}
    ]
    assert not talking, talking


def test_stdout_is_the_doors_alone():
    touching = [
        module.place(node)
        for module in modules().values()
        if module.owner not in {"render", "cli", "terminal"}
        for node in module.nodes(ast.Attribute)
        if node.attr == "stdout" and isinstance(node.value, ast.Name) and node.value.id == "sys"
    ]
    assert not touching, touching


# --- git


def test_what_destroys_work_is_not_in_the_vocabulary():
    """Neither as an argument of git nor as advice."""
    spoken = re.compile(
        r"--hard|git stash|stash (push|pop|create|drop)|git clean|clean -\w*f|git restore|checkout (--? )?\."
    )
    for module in modules().values():
        found = [text for text in module.texts() if spoken.search(text)]
        assert not found, f"{module.name}: {found}"
    for module in modules().values():
        if module.owner == "git":
            words = {"stash", "clean", "reset", "checkout", "restore", "switch", "--hard"} & set(module.texts())
            assert not words, f"{module.name}: {words}"


def test_git_arguments_elsewhere_are_none():
    """``repository.stash(…)`` and the like do not exist."""
    names = {
        node.name for module in modules().values() for node in module.nodes(ast.FunctionDef) if module.owner == "git"
    }
    assert not {"stash", "clean", "reset", "checkout_all"} & names


# --- sizes


def test_no_file_is_too_long():
    long = {name: module.lines for name, module in modules().items() if module.lines > 350}
    assert not long, long


def test_no_function_is_too_long():
    long = {name: size for module in modules().values() for name, size in module.functions() if size > 50}
    assert not long, long


def test_most_files_are_short():
    sizes = sorted(((module.lines, name) for name, module in modules().items()), reverse=True)
    middle = median(size for size, _ in sizes)
    assert middle <= 120, f"median {middle} lines; longest: {sizes[:10]}"


def test_most_functions_are_short():
    sizes = sorted(((size, name) for module in modules().values() for name, size in module.functions()), reverse=True)
    middle = median(size for size, _ in sizes)
    assert middle <= 10, f"median {middle} lines of {len(sizes)} functions; longest: {sizes[:10]}"


# --- these tests can fail


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("open('f', 'w')", True),
        ("open('f')", False),
        ("open('f', 'rb')", False),
        ("open('f', mode='ab')", True),
        ("path.open('x')", True),
        ("path.open()", False),
        ("path.write_text('x')", True),
        ("store.write_text(path, 'x')", False),
        ("self.job.writer.write_text(path, 'x')", False),
        ("text.replace('a', 'b')", False),
        ("path.replace(other)", True),
        ("msgspec.structs.replace(x, a=1)", False),
        ("replace(x, a=1)", False),
        ("os.replace(a, b)", True),
        ("shutil.copytree(a, b)", True),
        ("shutil.which('git')", False),
    ],
)
def test_writing_is_recognised(source, expected):
    assert writes(ast.parse(source).body[0].value) is expected


def test_late_imports_are_seen():
    assert "autoloop.budget" in {other for other, _ in imported(modules()["autoloop.guards.session"])}
    assert "yaml" in {other for other, _ in imported(modules()["autoloop.workflow"])}
    assert "autoloop.metrics.adapters.go_bench" in {
        other for other, _ in imported(modules()["autoloop.metrics.registry"])
    }
    assert "autoloop.commands.keep" in {other for other, _ in imported(modules()["autoloop.program"])}
