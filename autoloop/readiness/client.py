"""Is the client there, is it new enough, and is somebody logged in? Nothing is called that costs anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from autoloop.agents import Client, installed_version
from autoloop.errors import CommandError
from autoloop.outcomes import Check


def checks(one: Client) -> Iterator[Check]:
    """Both, where there is a client that we know."""
    if not one.program:
        yield Check("client", "pass", "Whichever agent it is: no client is known that could be checked.")
        return
    yield _installed(one)
    yield _login(one)


def _installed(one: Client) -> Check:
    try:
        version = installed_version(one)
    except CommandError as error:
        status = "warn" if error.code == "agent_slow" else "fail"
        return Check("client", status, error.what, error.why, error.fix)
    oldest = f" (at least {_spelled(one.oldest)} is needed)" if one.oldest else ""
    if not version and one.oldest:
        what = f"{one.title} is installed, but does not say its version{oldest}."
        return Check("client", "warn", what, f"{one.program} --version printed none", one.install)
    return Check("client", "pass", f"{one.title} {_spelled(version)} is installed{oldest}.".replace("  ", " "))


def _spelled(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _login(one: Client) -> Check:
    """By what is there, without reading it; a login in the system's keychain leaves nothing to be seen."""
    login = one.login
    seen = [name for name in login.variables if os.environ.get(name)]
    seen += [f"~/{name}" for name in login.files if (Path.home() / name).is_file()]
    if seen:
        return Check("login", "pass", f"There is a login: {seen[0]} (whether it is still valid is not tried).")
    places = ", ".join([*login.variables, *(f"~/{name}" for name in login.files)])
    what = f"Whether {one.title} is logged in cannot be told."
    return Check("login", "warn", what, f"there is none of {places}", login.command)
