"""Why a command failed, told from what it printed: a program or module that is missing, the network, a display, a GPU.

Only failures are read, so that a word in passing output means nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from autoloop.detect.hints import install_hint

_ENVIRONMENT = "activate the environment that has it before you start AutoLoop, or install it"
_OWN = "; if it is this project's own: pip install -e . in that environment"
_DEVELOPMENT = "install its development package, or fetch it as the project's build notes say"


class Symptom(NamedTuple):
    """What a failed command seems to lack, in a few words, and what helps."""

    what: str
    fix: str


# The first group, where there is one, is the name of what is missing.
_PROGRAMS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^(?:/bin/)?(?:ba|da|z)?sh: (?:line )?(?:\d+: )?([\w.+/-]+): (?:command )?not found",
        r"^(?:[\w./-]+: )?(?:line \d+: )([\w.+/-]+): command not found",
        r"^(?:g?make)(?:\[\d+\])?: ([\w.+-]+): No such file or directory",
        r"^env: \W?([\w.+-]+)\W?: No such file",
        r"error: Failed to spawn: `([\w.+-]+)`",
        r"^error: no such (?:sub)?command: `([\w-]+)`",
        r"Command not found: ([\w.+-]+)",
        r"exec: \"([\w.+-]+)\": executable file not found",
        r"spawn ([\w.+-]+) ENOENT",
    )
)
_PYTHON_MODULES = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (r"ModuleNotFoundError: No module named '([\w.]+)'", r"/python[\d.]*: No module named ([\w.]+)")
)
_LIBRARIES = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"fatal error: '?([\w./+-]+\.\w+)'?(?:: No such file or directory| file not found)",
        r"\bcannot find -l([\w+.-]+)",
        r"Could not find a (?:package\s+)?configuration file\s+(?:provided by|for package)\s+\"(\w+)\"",
        r"Could NOT find (\w+)",
        r"Dependency \"?([\w+.-]+)\"? not found",
    )
)
_MODULES = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"Cannot find (?:module|package) '([^'./][^']*)'",
        r"cannot load such file -- ([\w/-]+)",
        r"error: unrecognized arguments: (--benchmark[\w-]*|--codspeed)\b",
        r"could not find `?([\w-]+)`? in registry|failed to load source for dependency `([\w-]+)`",
        r"[Nn]o required module provides package ([\w./-]+)",
    )
)
_NEEDS = (
    (
        "network access",
        re.compile(
            r"""Temporary\ failure\ in\ name\ resolution|Name\ or\ service\ not\ known|getaddrinfo|EAI_AGAIN|ENOTFOUND
            |Could\ not\ resolve\ host|Network\ is\ unreachable|no\ such\ host|dial\ tcp|UnknownHostException
            |Failed\ to\ (fetch|download)|NameResolutionError|proxyconnect|Could\ not\ resolve\ all\ """
            r"(files|dependencies)",
            re.VERBOSE,
        ),
        "fetch what it needs once by hand, so that runs need no network, or narrow the command to what works offline",
    ),
    (
        "a service that is running",
        re.compile(
            r"ECONNREFUSED|[Cc]onnection refused|Cannot connect to the Docker daemon|could not connect to server"
        ),
        "start the service first, or narrow the command to what needs none",
    ),
    (
        "a display",
        re.compile(
            r"""cannot\ open\ display|no\ display\ name|\$DISPLAY|could\ not\ connect\ to\ display|Missing\ X\ server
            |Qt\ platform\ plugin|GLFW|Unable\ to\ init\ server""",
            re.VERBOSE,
        ),
        "run it under xvfb-run, or with a headless switch",
    ),
    (
        "a GPU",
        re.compile(
            r"""no\ (NVIDIA|CUDA|ROCm)[\w\ -]*(GPU|device|driver)|Found\ no\ NVIDIA\ driver|No\ GPU|libcuda\.so
            |CUDA\ (driver|error|is\ not\ available)|[Nn]ot\ compiled\ with\ CUDA|nvidia-smi[^\n]*not\ found""",
            re.VERBOSE,
        ),
        "run on a machine with the GPU it asks for, or choose a command that works on the CPU",
    ),
    (
        "its submodules",
        re.compile(r"submodule[^\n]*(not initialized|missing|update --init)|git submodule"),
        "git submodule update --init --recursive",
    ),
    (
        "what asv wants to know of this machine, once",
        re.compile(r"run `asv machine --yes`|No information stored about machine"),
        "asv machine --yes",
    ),
    (
        "the repository's tags",
        re.compile(r"No tags can describe|No names found|setuptools[-_]scm was unable|cannot describe anything"),
        "git fetch --tags --unshallow",
    ),
    (
        "free disk space",
        re.compile(r"No space left on device|ENOSPC|Disk quota exceeded"),
        "make room on the disk",
    ),
    (
        "another version of the toolchain",
        re.compile(
            r"""requires\ rustc\ \d|cannot\ be\ built\ because\ it\ requires|Unsupported\ engine|EBADENGINE
            |invalid\ source\ release|Unsupported\ class\ file\ major\ version|requires\ a\ different\ Python""",
            re.VERBOSE,
        ),
        "install the version that the project asks for",
    ),
)


def symptom(output: str) -> Symptom | None:
    """What the failed command that printed this lacks, None when the output does not say."""
    return _program(output) or _module(output) or _need(output)


def _program(output: str) -> Symptom | None:
    name = _first(_PROGRAMS, output)
    return Symptom(f"the program {name}", install_hint(name)) if name else None


def _module(output: str) -> Symptom | None:
    python, library = _first(_PYTHON_MODULES, output), _first(_LIBRARIES, output)
    if python:
        return Symptom(f"the package {python}", f"{_ENVIRONMENT}{_OWN}")
    if library:
        return Symptom(f"the library that has {library}", _DEVELOPMENT)
    name = _first(_MODULES, output)
    if not name:
        return None
    if name.startswith("--"):
        plugin = "pytest-codspeed" if name == "--codspeed" else "pytest-benchmark"
        return Symptom(f"the pytest plugin {plugin}", f"pip install {plugin}, in the project's environment")
    return Symptom(f"the package {name}", _ENVIRONMENT)


def _need(output: str) -> Symptom | None:
    return next((Symptom(what, fix) for what, pattern, fix in _NEEDS if pattern.search(output)), None)


def _first(patterns: tuple[re.Pattern[str], ...], output: str) -> str:
    found = next((match for pattern in patterns if (match := pattern.search(output))), None)
    return next((group for group in found.groups() if group), "") if found else ""
