"""Judging a shell command by what it says: does it change files, wait for ever, do nothing, or need something?

Names of scripts cannot be trusted (``lint`` is often ``eslint --fix``), so every body is expanded and read.
"""

from __future__ import annotations

import re
import shlex

# Tools that rewrite sources, unless they carry the switch that makes them only look.
_MUTATES = re.compile(
    r"""--fix\b(?!-dry-run|=false)|--write\b|--apply(-unsafe)?\b|--updateSnapshot\b|--update-snapshots?\b
    |\bprettier\b[^|;&]*\s-w\b|\brubocop\b[^|;&]*\s-[aA]\b|--auto-?correct(-all)?\b
    |\bblack\s(?![^|;&]*--(check|diff))|\bisort\s(?![^|;&]*(--check|--diff|-c\b))
    |\bruff\s+format\b(?![^|;&]*--(check|diff))|\b(cargo\s+fmt|rustfmt|zig\s+fmt|deno\s+fmt)\b(?![^|;&]*--check)
    |\bgofmt\b[^|;&]*\s-w\b|\bgoimports\b[^|;&]*\s-w\b|\bgo\s+(fmt|generate)\b|\bgofumpt\b[^|;&]*\s-w\b
    |\bphpcbf\b|\bphp-cs-fixer\s+fix\b(?![^|;&]*--dry-run)|\bpint\b(?![^|;&]*--test)|\brector\b(?![^|;&]*--dry-run)
    |\bmix\s+format\b(?![^|;&]*--check)|\bspotlessApply\b|\bspotless:apply\b|\bktlintFormat\b
    |\bclang-format\b[^|;&]*\s-i\b|\bswiftformat\b(?![^|;&]*--lint)|\bdotnet\s+format\b(?![^|;&]*--verify)
    |\bsed\s+-i\b|\bgit\s+(add|commit|push|tag|checkout|reset|clean|stash)\b|\bnpm\s+(version|publish)\b
    |\bpre[-_]commit\s+run\b|\bprek\s+run\b|\blint-staged\b|\bdprint\s+fmt\b|\bpyupgrade\b|\bautoflake\b[^|;&]*-i\b""",
    re.VERBOSE,
)
_WATCHES = re.compile(
    r"""--watch(All)?\b(?!=false|\s+false)|\b(tsc|mocha|jest|ava|rollup|webpack)\b[^|;&]*\s-w\b|\bnodemon\b|\bchokidar\b
    |\bwatchexec\b|\bentr\b|\bcargo\s+watch\b|\bkarma\s+start\b(?![^|;&]*--single-run)|\bvitest\s+(watch|dev)\b
    |\breact-scripts\s+test\b(?![^|;&]*--watchAll=false)|\bng\s+test\b(?![^|;&]*--(no-)?watch(=false)?)|\bptw\b""",
    re.VERBOSE,
)
_PLACEHOLDER = re.compile(r"no tests? specified|\bexit\s+1\b|not (yet )?implemented|\bTODO\b", re.IGNORECASE)
_NOTHING = re.compile(r"\s*(@?(echo\b|true\b|exit\b|:(?=\s|$))[^|;&\n]*(&&|;|\n)?\s*)*")
_SERVICE = re.compile(
    r"\bdocker(-compose)?\s+(compose\s+)?(up|run|exec)\b|\bkubectl\b"
    r"|\b(k6|artillery|locust|wrk2?|ab|bombardier|vegeta|lhci|autocannon|hey|h2load|oha|pgbench|redis-benchmark)\s"
    r"|\bstart-server-and-test\b|(?<![&>])&\s*(?![&>\d])\S"
)
_BRINGS_ITS_OWN = re.compile(r"\bconcurrently\b.*\s(-k|--kill-others)\b")
_GPU = re.compile(r"\b(nvidia-smi|torchrun|accelerate launch|nsys|ncu)\b")
_ARGUMENT = re.compile(r"(?<![\\$])\$\{?[1-9]\b|<[a-z][\w-]*>")
_LONGEST = 1000
_COMPILES = re.compile(
    r"(\$[({](CC|CXX|LD|AR|LINK|COMPILE|RANLIB|MKDIR|INSTALL)[\w.]*[)}]|(g?cc|g\+\+|clang(\+\+)?|ld|ar|ranlib)\s"
    r"|mkdir\s|go build\s|cargo build\b|cmake\s|echo\s|install\s|cp\s|ln\s|rm\s|touch\s)(?!.*(&&|;)\s*\./)"
)
_SINGLE_QUOTED = re.compile(r"'[^']*'")
_SAFE_WORD = re.compile(r"[\w@%+=:,./-]+")


def mutates(body: str) -> bool:
    """Whether it rewrites files of the work tree or touches git."""
    return _MUTATES.search(body) is not None


def watches(body: str) -> bool:
    """Whether it stays and waits for changes; a bare ``vitest`` or ``vitest bench`` does."""
    if _WATCHES.search(body):
        return True
    return any(
        not re.search(r"\s(run|list|related|--run|--no-watch|--watch[= ]false|--mode)\b|--run\b", words)
        for words in re.findall(r"(?:^|[\s;&|])vitest\b([^;&|]*)", body)
    )


def is_placeholder(body: str) -> bool:
    """Whether it only says something, or fails on purpose: nothing would be tested or measured."""
    return bool(_NOTHING.fullmatch(body)) or bool(_PLACEHOLDER.search(body) and re.search(r"\becho\b", body))


def only_builds(body: str) -> bool:
    """Whether every command compiles, links or prepares, so that nothing is run that could be measured."""
    lines = commands(body)
    return bool(lines) and all(_COMPILES.match(line) for line in lines)


def wants_service(body: str) -> bool:
    """Whether it needs something running beside it (containers, a server under load)."""
    return _SERVICE.search(body) is not None and not _BRINGS_ITS_OWN.search(body)


def wants_gpu(body: str) -> bool:
    """Whether it is started through a GPU launcher."""
    return _GPU.search(body) is not None


def wants_arguments(body: str) -> bool:
    """Whether it does nothing useful without words that only a person knows."""
    return _ARGUMENT.search(_SINGLE_QUOTED.sub("", body)) is not None


def commands(text: str) -> tuple[str, ...]:
    """The lines of a shell text: continuations joined, comments, prompts and endless lines dropped."""
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = (re.sub(r"^[ \t]*(\$|>|%)\s+", "", line).strip() for line in joined.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#") and len(line) <= _LONGEST)


def simple(body: str) -> bool:
    """Whether it is one plain command, without operators or substitutions."""
    return not re.search(r"[|;&<>`$(){}\n]", body)


def safe_words(command: str) -> tuple[str, ...]:
    """The words of a command that is nothing but plain words; empty when it is anything more."""
    words = command.split()
    return tuple(words) if words and all(_SAFE_WORD.fullmatch(word) for word in words) else ()


def quote(word: str) -> str:
    """One shell word; a leading dash cannot be taken for an option."""
    return shlex.quote(f"./{word}" if word.startswith("-") else word)


def inside(directory: str, command: str) -> str:
    """The command as typed at the root, for something that lives in ``directory``."""
    return f"cd {quote(directory)} && {command}" if directory else command
