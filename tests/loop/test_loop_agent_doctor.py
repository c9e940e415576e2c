"""``doctor --agent``: stand-ins for the clients on PATH, a fresh HOME, the real shells."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from loop_world import World

CODEX = """\
#!/bin/sh
case "$1" in
--version) echo "codex-cli {version}" ;;
sandbox) {sandbox} ;;
*) echo "a model was called" >&2; exit 9 ;;
esac
"""
PASS_ON = 'while [ "$1" != -- ]; do shift; done; shift; touch "$HOME/sandboxed"; exec "$@"'
SECRET = "sk-not-a-real-key-0123456789"
VENV = Path(sys.executable).parent


class Agents:
    """A world with a folder of stand-in clients in front of PATH, and without any real one."""

    def __init__(self, world: World, home: Path) -> None:
        self.world, self.home = world, home
        self.programs = home / "bin"
        self.programs.mkdir()
        real = {"codex", "claude", "gemini", "opencode", "cursor-agent"}
        folders = [folder for folder in world.env["PATH"].split(os.pathsep) if not real & set(_names(folder))]
        world.env["PATH"] = os.pathsep.join([str(self.programs), *folders])

    def client(self, name: str, text: str) -> None:
        path = self.programs / name
        path.write_text(text)
        path.chmod(0o755)

    def codex(self, version: str = "0.169.0", sandbox: str = PASS_ON) -> None:
        self.client("codex", CODEX.format(version=version, sandbox=sandbox))

    def profile(self) -> None:
        """The user's login profile finds this very program."""
        (self.home / ".profile").write_text(f'export PATH="{VENV}:$PATH"\n')

    def checks(self, name: str, code: int = 1) -> dict[str, dict]:
        result = self.world.result("doctor", "--agent", name, code=code)
        assert result["agent"] == name
        assert result["healthy"] == (code == 0) == all(one["status"] != "fail" for one in result["checks"])
        assert all(one["fix"] for one in result["checks"] if one["status"] != "pass")
        return {one["id"]: one for one in result["checks"]}


def _names(folder: str) -> list[str]:
    return os.listdir(folder) if os.path.isdir(folder) else []


@pytest.fixture
def agents(world: World, tmp_path: Path) -> Agents:
    return Agents(world, tmp_path / "home")


def test_an_agent_that_can_work_is_healthy(agents):
    agents.codex()
    agents.profile()
    (agents.home / ".codex").mkdir()
    (agents.home / ".codex" / "auth.json").write_text("{}")
    agents.world.result("install", "codex")
    found = agents.checks("codex", code=0)
    assert {name: one["status"] for name, one in found.items()} == {
        "client": "pass",
        "login": "pass",
        "path": "pass",
        "launcher": "pass",
        "identity": "pass",
        "git_writable": "pass",
        "skills": "pass",
        "usage": "warn",
        "time": "pass",
    }
    assert (agents.home / "sandboxed").exists()
    assert "In its sandbox" in found["git_writable"]["what"]
    assert "codex can work here" in agents.world.run("doctor", "--agent", "codex").stdout


def test_it_runs_no_eval_and_changes_nothing(agents):
    agents.codex()
    agents.world.write("bench.py", "import pathlib\npathlib.Path('ran').touch()\nprint('METRIC cost=1ms')\n")
    before = agents.world.json("status")["state"], agents.world.git("status", "--porcelain", "-uall")
    agents.checks("codex")
    assert not (agents.world.root / "ran").exists()
    assert before == (agents.world.json("status")["state"], agents.world.git("status", "--porcelain", "-uall"))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("codex", "npm install -g @openai/codex"),
        ("claude-code", "npm install -g @anthropic-ai/claude-code"),
        ("gemini-cli", "npm install -g @google/gemini-cli"),
        ("opencode", "npm install -g opencode-ai"),
    ],
)
def test_a_missing_client_is_told_with_the_line_that_installs_it(agents, name, line):
    client = agents.checks(name)["client"]
    assert (client["status"], client["fix"]) == ("fail", line)


def test_a_client_that_is_too_old(agents):
    agents.codex(version="0.99.0")
    client = agents.checks("codex")["client"]
    assert client["status"] == "fail"
    assert "0.99.0" in client["what"]
    assert "0.100" in client["what"]
    assert client["fix"] == "npm install -g @openai/codex"


def test_a_client_that_does_not_start(agents):
    agents.client("codex", "#!/bin/sh\necho 'needs node 24' >&2\nexit 3\n")
    found = agents.checks("codex")
    assert found["client"]["status"] == "fail"
    assert "needs node 24" in found["client"]["why"]
    assert found["sandbox"]["status"] == "warn"
    assert found["git_writable"]["status"] == "warn"  # tried outside, with what the sandbox will do


def test_a_login_in_a_variable_is_named_and_not_shown(agents):
    agents.codex()
    agents.world.env["CODEX_API_KEY"] = SECRET
    done = agents.world.run("doctor", "--agent", "codex")
    assert "CODEX_API_KEY" in done.stdout
    assert SECRET not in done.stdout + done.stderr


def test_no_trace_of_a_login_cannot_be_told(agents):
    agents.codex()
    login = agents.checks("codex")["login"]
    assert (login["status"], login["fix"]) == ("warn", "codex login")
    assert "cannot be told" in login["what"]


def test_a_login_shell_resets_path_and_the_launcher_helps(agents):
    agents.codex()
    found = agents.checks("codex")
    assert found["path"]["status"] == "warn"
    assert found["path"]["fix"].startswith("add to ~/.profile: export PATH=")
    assert found["launcher"]["status"] == "pass"


def test_another_program_of_that_name(agents):
    agents.client("autoloop", "#!/bin/sh\necho autoloop 0.0.1\n")
    path = agents.checks("claude-code")["path"]
    assert path["status"] == "warn"
    assert "0.0.1" in path["why"]


def test_a_shell_that_hides_gits_configuration(agents, tmp_path):
    env = agents.world.env
    for name in [name for name in env if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        del env[name]
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\nname = G\nemail = g@example.org\n")
    env["GIT_CONFIG_GLOBAL"] = str(settings)
    assert "G <g@example.org>" in agents.checks("claude-code")["identity"]["what"]
    hidden = agents.checks("gemini-cli")["identity"]
    assert hidden["status"] == "warn"
    assert "hides the global configuration" in hidden["why"]
    agents.world.git("config", "user.name", "L")
    agents.world.git("config", "user.email", "l@example.org")
    assert "L <l@example.org>" in agents.checks("gemini-cli")["identity"]["what"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes where nobody may")
def test_a_git_directory_that_cannot_be_written_is_deferred(agents):
    agents.codex()
    git = agents.world.root / ".git"
    git.chmod(0o555)
    try:
        found = agents.checks("codex")["git_writable"]
    finally:
        git.chmod(0o755)
    assert found["status"] == "warn"
    assert "--add-dir .git" in found["fix"]


def test_skills_missing_current_and_edited(agents):
    missing = agents.checks("opencode")["skills"]
    assert (missing["status"], missing["fix"]) == ("fail", "autoloop install opencode")
    agents.world.result("install", "opencode")
    assert agents.checks("opencode")["skills"]["status"] == "pass"
    skill = ".agents/skills/autoloop-run/SKILL.md"
    agents.world.write(skill, agents.world.read(skill).replace("autoloop", "otherloop", 1))
    edited = agents.checks("opencode")["skills"]
    assert edited["status"] != "pass"
    assert skill in edited["why"]


def test_a_cap_that_nobody_can_hold_fails(agents):
    agents.world.result("session", "start", "--tokens", "1000")
    usage = agents.checks("cursor")["usage"]
    assert usage["status"] == "fail"
    assert "--tokens" in usage["why"]
    assert agents.checks("codex")["usage"]["status"] == "warn"
    assert agents.checks("claude-code")["usage"]["status"] == "pass"


def test_any_other_agent_needs_no_client(agents):
    agents.world.result("install", "generic")
    found = agents.checks("generic", code=0)
    assert found["client"]["status"] == "pass"
    assert "login" not in found


def test_a_launcher_that_came_with_the_repository_is_not_run(repository, tmp_path):
    agents = Agents(repository, tmp_path / "home")
    repository.write(".autoloop/autoloop", 'touch "$HOME/ran"\n')
    found = agents.checks("claude-code")
    assert not (agents.home / "ran").exists()
    assert found["launcher"]["status"] == "warn"
    repository.write(".autoloop/config.toml", "schema_version = 1\n")
    assert agents.checks("claude-code")["launcher"]["status"] == "pass"  # written anew, then run
    assert not (agents.home / "ran").exists()


@pytest.mark.parametrize("other", ["--fix", "--undo", "--rebuild", "--look"])
def test_it_stands_alone(agents, other):
    assert agents.world.refused("doctor", "--agent", "codex", other, code=2)["code"] == "options_conflict"


def test_looking_runs_nothing(world):
    world.write("bench.py", "import pathlib\npathlib.Path('ran').touch()\n")
    checks = {one["id"]: one["status"] for one in world.result("doctor", "--look")["checks"]}
    assert checks["identity"] == checks["git_writable"] == "pass"
    assert not (world.root / "ran").exists()
