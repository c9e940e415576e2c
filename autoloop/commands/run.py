"""``autoloop run``: drives a whole bounded session from outside."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import click
import msgspec

from autoloop import agents
from autoloop.commands import present
from autoloop.commands.app import Answer, App, command
from autoloop.commands.firing import engine, seconds
from autoloop.commands.limits import LIMIT_NAMES, session_limits
from autoloop.driver import AgentHand, CommandHand, Driver, Hand, Patience, Price
from autoloop.errors import EXIT_COMMAND, CommandError, RefusedError, UsageError
from autoloop.model import Experiment, Session
from autoloop.payloads import RunAnswer
from autoloop.progress import Progress
from autoloop.usage import Usage

_STOPPED_BADLY = {"proposer", "usage", "overtaken"}
_PROPOSER = 2


def _options(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """Who proposes, and how each call is bounded; the session's limits are those of ``session start``."""
    made = [
        click.option(
            "--agent",
            type=click.Choice(agents.DRIVEN),
            metavar="NAME",
            help="A coding agent: " + ", ".join(agents.DRIVEN),
        ),
        click.option(
            "--agent-cmd", metavar="TEMPLATE", help="An agent of your own; {prompt_file} is the brief, else stdin."
        ),
        click.option("--propose", metavar="CMD", help="A command that changes files, then ends."),
        click.option("--call-time", default="30m", show_default=True, metavar="30m", help="Time for one call."),
        click.option(
            "--retry-wait", default="30s", show_default=True, metavar="30s", help="First wait after a rate limit."
        ),
        click.option("--full-access", is_flag=True, help="Let the agent do everything, not only edit files."),
        click.option(
            "--price", metavar="IN,CACHED,OUT", help="US dollars per million tokens, if the client names no cost."
        ),
        click.option("--goal", metavar="TEXT", help="What the session is for."),
        click.option("--name", metavar="N", help="Name of the session."),
    ]
    return reduce(lambda wrapped, option: option(wrapped), reversed(made), function)


@command("run", short_help="Drive a whole bounded session from outside.")
@_options
@session_limits
def run(app: App, **options: Any) -> Answer:  # noqa: ANN401
    """Have one proposal after the other made, measure each, keep or discard it, until the budget is used.

    With --agent, each experiment is one fresh, non-interactive call of the agent, with a brief: goal, numbers, what was
    tried, learnings, what is left. With --propose, CMD finds all that in AUTOLOOP_BRIEF and other variables; exit code
    10 says that it has nothing more to propose. `autoloop steer TEXT` guides a session that is running. A session that
    is open goes on within its own bounds, also after a kill.

    \b
    autoloop run --agent codex --goal "lower p99" --experiments 5 --time 2h --tokens 2M
    autoloop run --agent claude-code --goal "lower p99" --usd 10
    autoloop run --agent-cmd "my-agent --file {prompt_file}" --goal "lower p99" --experiments 5
    autoloop run --propose "./propose.sh" --goal "lower p99" --experiments 5 --time 2h
    """
    hand, patience = _hand(app, options)
    chosen = {"goal", "name", *LIMIT_NAMES}
    opening = {name: value for name, value in options.items() if name in chosen and value is not None}
    driver = Driver(engine(app), hand, patience)
    stopped = driver.run(opening)
    record = app.workspace.record()
    store = app.workspace.store
    session = record.session or store.session(record.last_session or 0, Session)
    found = [store.experiment(number, Experiment) for number in driver.ran]
    usage = session.usage if session else Usage()
    shown = tuple(present.recent(one) for one in found if one)
    payload = RunAnswer(present.session(session), shown, stopped, present.usage(usage))
    return Answer(payload, record, EXIT_COMMAND if stopped.reason in _STOPPED_BADLY else 0)


def _hand(app: App, options: dict[str, Any]) -> tuple[Hand, Patience]:
    given = [name for name in ("agent", "agent_cmd", "propose") if options[name]]
    if len(given) != 1:
        raise UsageError(
            "no_hand",
            "Say who makes the proposals: one of --agent, --agent-cmd and --propose.",
            fix="autoloop run --help",
        )
    timeout = seconds(options["call_time"], "--call-time") or 0.0
    patience = Patience(first_wait=seconds(options["retry_wait"], "--retry-wait") or 0.0)
    root = app.workspace.root
    if options["propose"]:
        return CommandHand(options["propose"], root, timeout), msgspec.structs.replace(patience, broken=_PROPOSER)
    if options["agent_cmd"]:
        _check_caps(options, "this agent", tokens=False, usd=False)
        return CommandHand(options["agent_cmd"], root, timeout, agent=True), patience
    client = agents.client(options["agent"])
    price = _price(options["price"])
    check_installed(app, client)
    _check_caps(options, client.title, tokens=client.tokens, usd=client.usd or bool(client.tokens and price))
    return AgentHand(client, root, timeout, options["full_access"], price), patience


def check_installed(app: App, client: agents.Client) -> None:
    """Not there, too old or broken is refused; one that is slow to answer may still be good at its work."""
    try:
        agents.installed_version(client)
    except CommandError as error:
        if error.code != "agent_slow":
            raise
        app.notify(Progress("run", f"{error.what} Going on all the same.", notable=True))


def _check_caps(options: dict[str, Any], who: str, *, tokens: bool, usd: bool) -> None:
    """A cap that cannot be held is refused before anything is spent."""
    for name, reported in (("tokens", tokens), ("usd", usd)):
        if options[name] is not None and not reported:
            others = "--price IN,CACHED,OUT, or cap with --tokens" if tokens else "cap with --experiments and --time"
            raise RefusedError(
                "cap_not_enforceable",
                f"--{name} cannot be held: {who} does not say what a call {'costs' if name == 'usd' else 'used'}.",
                fix=f"leave out --{name}; {others}",
            )


def _price(text: str | None) -> Price | None:
    if text is None:
        return None
    try:
        return Price(*(float(part) for part in text.split(",", 2)))
    except (TypeError, ValueError):
        raise UsageError(
            "price_invalid", f"--price {text} is no price.", fix="for example --price 1.25,0.125,10"
        ) from None
