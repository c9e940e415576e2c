"""This repository as the agent meets it: how its shell finds the program, what git lets it do, what it was given."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from autoloop import __version__, runner
from autoloop.agents import Client, install
from autoloop.errors import AutoLoopError
from autoloop.outcomes import Check
from autoloop.paths import DIRECTORY
from autoloop.readiness.shell import AgentShell

LAUNCHER = f"sh {DIRECTORY}/autoloop"
_PROFILES = (".bash_profile", ".bash_login", ".profile")  # a login shell of bash reads the first that is there
_NAMED = 3


class _Looked(msgspec.Struct):
    """The part of ``doctor --look`` that is needed here."""

    checks: tuple[Check, ...]


class _Printed(msgspec.Struct):
    """What ``doctor --look --json`` prints."""

    result: _Looked


# --- the program


def program(shell: AgentShell, *, launcher: bool) -> Iterator[Check]:
    """By its name and by the launcher; one of the two is enough, for the skills name both."""
    by_name = shell.run("autoloop --version")
    by_launcher = shell.run(f"{LAUNCHER} --version") if launcher else None
    usable = by_launcher is not None and by_launcher.outcome == "ok"
    yield _by_name(shell.client, by_name, usable=usable)
    yield _by_launcher(shell.client, by_launcher)


def _by_name(client: Client, said: runner.Said, *, usable: bool) -> Check:
    called = " ".join(client.shell.argv)
    if said.outcome == "ok" and said.text == f"autoloop {__version__}":
        return Check("path", "pass", f"Its shell ({called}) finds autoloop.")
    if said.outcome == "ok":
        what = f"Its shell ({called}) finds another autoloop."
        return Check("path", "warn", what, f"it says {said.text!r}, this is {__version__}", f"use: {LAUNCHER}")
    return Check(
        "path", "warn" if usable else "fail", f"Its shell ({called}) finds no autoloop.", said.why, _way(client)
    )


def _way(client: Client) -> str:
    """How the program comes into PATH."""
    found = shutil.which("autoloop")
    folder = Path(found).parent if found else Path(sys.executable).parent
    export = f'export PATH={shlex.quote(str(folder))}:"$PATH"'
    if not client.shell.reset_path:
        return export
    profile = next((name for name in _PROFILES if (Path.home() / name).exists()), _PROFILES[-1])
    return f"add to ~/{profile}: {export}"


def _by_launcher(client: Client, said: runner.Said | None) -> Check:
    if said is None:
        what = f"There is no {DIRECTORY}/autoloop, by which shells without PATH find the program."
        return Check("launcher", "warn", what, "AutoLoop is not set up here", "autoloop init --verify")
    if said.outcome == "ok":
        return Check("launcher", "pass", f"Its shell starts AutoLoop by {LAUNCHER}.")
    again = f"reinstall AutoLoop, then: autoloop doctor --agent {client.name}"
    return Check("launcher", "fail", f"{LAUNCHER} does not start AutoLoop in its shell.", said.why, again)


# --- git


def git(shell: AgentShell, *, launcher: bool) -> Iterator[Check]:
    """Who commits and whether git can be written, seen by this very program in the client's shell and sandbox."""
    client = shell.client
    words = LAUNCHER if launcher else shlex.join(runner.program())
    line = f"{words} doctor --look --json"
    sandboxed = bool(client.shell.sandbox) and shutil.which(client.program) is not None
    said = shell.run(line, sandboxed=sandboxed)
    found = _found(said)
    if sandboxed and not found:
        what = f"The sandbox of {client.title} could not be tried."
        fix = shlex.join([*client.shell.sandbox, "true"])
        yield Check("sandbox", "warn", what, said.why, f"see what it says: {fix}")
        sandboxed, said = False, shell.run(line)
        found = _found(said)
    if not found:
        yield Check("git", "fail", "AutoLoop could not look at git in its shell.", said.why, "autoloop doctor")
        return
    yield from (check for check in found if check.id == "git" and check.status == "fail")
    yield from (_identity(client, check) for check in found if check.id == "identity")
    yield from (_writable(client, check, sandboxed=sandboxed) for check in found if check.id == "git_writable")


def _found(said: runner.Said) -> tuple[Check, ...]:
    try:
        return msgspec.json.decode(said.text, type=_Printed).result.checks
    except msgspec.MsgspecError:
        return ()


def _identity(client: Client, check: Check) -> Check:
    if check.status == "pass" or not client.shell.hides_git:
        return check
    why = f"{client.title} hides the global configuration of git, and this repository's own names nobody"
    return msgspec.structs.replace(check, why=why)


def _writable(client: Client, check: Check, *, sandboxed: bool) -> Check:
    """What was found, with the sandbox that it was found in or that it was not."""
    shell = client.shell
    if sandboxed:
        fix = f"start {client.program} with {shell.opens_git}; or {check.fix}" if check.status == "warn" else check.fix
        return msgspec.structs.replace(check, what=f"In its sandbox: {_inside(check.what)}", fix=fix)
    if shell.git_read_only and check.status == "pass":
        what = f"Outside of its sandbox: {_inside(check.what)}"
        why = "inside, git cannot be written: keep records wins in .autoloop/objects, and they land later"
        fix = f"start {client.program} with {shell.opens_git}; or outside the sandbox: autoloop land"
        return Check(check.id, "warn", what, why, fix)
    return check


def _inside(sentence: str) -> str:
    """A sentence as the second half of another."""
    return sentence[:1].lower() + sentence[1:]


# --- the wrappers


def skills(root: Path, one: Client) -> Iterator[Check]:
    """Installed, and as this version writes them."""
    again = f"autoloop install {one.name}"
    try:
        steps = install.check(root, [one.name], mcp=False)
    except AutoLoopError as error:
        yield Check("skills", "fail", error.what, error.why, error.fix)
        return
    drifted = [step for step in steps if step.did != "current"]
    if not drifted:
        yield Check("skills", "pass", f"Its skills and instructions are installed and current ({len(steps)} files).")
        return
    if all(step.did == "missing" for step in drifted):
        what = f"{len(drifted)} of the {len(steps)} files with its skills and instructions are missing."
        yield Check("skills", "fail", what, "", again)
        return
    edited = all(step.did == "modified" for step in drifted)
    first, rest = drifted[:_NAMED], drifted[_NAMED:]
    named = ", ".join(f"{step.path} {step.did}" for step in first) + (f", and {len(rest)} more" if rest else "")
    what = f"{len(drifted)} of its {len(steps)} files are not what this version installs."
    fix = "autoloop install --check shows which; delete what you edited, then: " if edited else ""
    yield Check("skills", "warn" if edited else "fail", what, named, fix + again)
