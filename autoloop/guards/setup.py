"""Guards about what must stand before anything is measured: configuration, approval, baseline, git."""

from __future__ import annotations

from autoloop.errors import AutoLoopError
from autoloop.guards.facts import Facts
from autoloop.model import Blocked


def initialized(facts: Facts) -> Blocked | None:
    """A workspace exists."""
    if facts.record.state != "uninitialized":
        return None
    return Blocked("not_initialized", "AutoLoop is not set up in this repository", "autoloop init --verify")


def overwriting(facts: Facts) -> Blocked | None:
    """The user asked to replace what is there, or nothing is there any more."""
    missing = isinstance(facts.config, AutoLoopError) and facts.config.code == "config_missing"
    if missing or facts.options.get("force"):
        return None
    return Blocked(
        "already_initialized",
        ".autoloop/config.toml exists already",
        "autoloop doctor; or, to scan anew: autoloop init --force (the present file is backed up first)",
    )


def config_decodes(facts: Facts) -> Blocked | None:
    """The configuration makes sense."""
    config = facts.config
    if facts.record.state == "uninitialized":
        return None  # initialized says it
    if isinstance(config, AutoLoopError):
        why = " ".join(part for part in (config.what, config.why) if part)
        return Blocked(config.code, why, config.fix, exit=config.exit_code)
    return None


def trusted(facts: Facts) -> Blocked | None:
    """The commands are the user's own, or approved."""
    if facts.trusted:
        return None
    return Blocked(
        "config_not_trusted",
        "the commands in .autoloop/config.toml came with the repository and are not approved as they are now",
        "read .autoloop/config.toml, then: autoloop doctor --yes",
    )


def config_verified(facts: Facts) -> Blocked | None:
    """The configuration is the sealed one."""
    if isinstance(facts.config, AutoLoopError):
        return None  # config_decodes says it
    seal = facts.record.config_seal
    if not seal:
        return Blocked(
            "config_unverified", "the configured commands have not been tried out by doctor", "autoloop doctor"
        )
    if facts.config.digest == seal:
        return None
    fix = "autoloop doctor"
    if facts.record.experiment is not None:
        fix = "undo the edit of .autoloop/config.toml; or: autoloop discard --revert, then: autoloop doctor"
    return Blocked("config_changed", ".autoloop/config.toml was changed after doctor tried it out", fix)


def commands_proven(facts: Facts) -> Blocked | None:
    """The checks found nothing that fails."""
    if getattr(facts.result, "healthy", False):
        return None
    return Blocked("unhealthy", "at least one of doctor's checks failed", "autoloop doctor")


def baseline_valid(facts: Facts) -> Blocked | None:
    """A baseline holds for exactly this configuration and machine."""
    baseline, config = facts.record.baseline, facts.config
    if baseline is None:
        return Blocked("no_baseline", "the starting point has not been measured", "autoloop baseline")
    if isinstance(config, AutoLoopError):
        return None  # config_decodes says it
    fix = "autoloop baseline"
    if facts.record.experiment is not None:
        fix = "autoloop discard --revert, then: autoloop baseline"
    if config.measuring_digest != baseline.config_digest:
        why = "[eval] or a guardrail in config.toml was changed after the baseline was measured"
        return Blocked("baseline_stale", why, fix)
    if facts.fingerprint.digest != baseline.fingerprint.digest:
        why = "the baseline was measured on another machine; its numbers cannot be compared with those of this one"
        return Blocked("machine_changed", why, fix)
    return None


def baseline_taken(facts: Facts) -> Blocked | None:
    """The calibration came to a baseline."""
    if getattr(facts.result, "baseline", None) is not None:
        return None
    return Blocked("no_baseline", "measuring the starting point gave no usable numbers", "autoloop doctor")


def no_git_operation(facts: Facts) -> Blocked | None:
    """Git is at rest."""
    operation = facts.operation
    if operation is None:
        return None
    return Blocked(
        "git_operation",
        f"git has not finished something: {operation}",
        "finish or abort it with git (git status says how), then repeat the command",
        exit=5,
    )


def commit_exists(facts: Facts) -> Blocked | None:
    """The branch has a commit to start from."""
    if facts.commit is not None:
        return None
    return Blocked("no_commits", "this branch has no commit yet", 'git add -A && git commit -m "first"', exit=5)
