"""What is installed for an agent is where it reads it, once, and the user's own files are as they were."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib

import pytest
from agents_world import environment

from autoloop.agents import NAMES, client
from autoloop.agents.blocks import digest
from autoloop.agents.wanted import SKILLS, skill

ALL = ("all", "--mcp")


def skills_below(repository, folder):
    return {path.parent.name for path in (repository.root / folder).glob("*/SKILL.md")}


@pytest.mark.parametrize("name", NAMES)
def test_an_agent_gets_seven_skills_where_it_reads_them(repository, name):
    repository.install(name)
    expected = {f"autoloop-{skill}" for skill in SKILLS}
    mine = client(name).skills
    assert skills_below(repository, mine) == expected
    others = {".agents/skills", ".claude/skills"} - {mine}
    assert not any(skills_below(repository, other) for other in others)


def test_all_agents_share_one_tree_but_claude_code(repository):
    repository.install("all")
    trees = {str(path.parent.parent.relative_to(repository.root)) for path in repository.root.rglob("SKILL.md")}
    assert trees == {".agents/skills", ".claude/skills"}


@pytest.mark.parametrize("tree", [".agents/skills", ".claude/skills"])
def test_front_matter_is_what_every_client_reads(repository, tree):
    repository.install("all")
    for path in (repository.root / tree).glob("*/SKILL.md"):
        opened, front, body = path.read_text().split("---\n", 2)
        fields = dict(line.split(": ", 1) for line in front.splitlines())
        assert not opened
        assert list(fields) == ["name", "description"]
        assert fields["name"] == path.parent.name
        assert len(fields["description"]) <= 1024
        assert re.search(r"\bUse (when|after|at)\b", fields["description"])
        assert len(body) < 4500, "a skill leans on `next`, it does not retell the workflow"
        assert "autoloop resume" in body
        assert "sh .autoloop/autoloop" in body


def test_the_run_skill_names_the_rules():
    text = skill("run", client("codex"))
    for said in (
        "autoloop next --json",
        "eval --detach",
        "wait --timeout",
        "budget",
        "Guardrails",
        "config.toml",
        "exp-003",
    ):
        assert said in text


def test_nothing_that_would_be_committed_names_a_path_of_this_machine(repository):
    repository.install(*ALL)
    for name, content in repository.files().items():
        assert not re.search(rb"(?<![\w.~])/(home|root|Users|tmp|usr|opt|var|work)\b", content), name
        assert str(repository.root).encode() not in content


def test_installing_twice_changes_nothing(repository):
    repository.install(*ALL)
    before = repository.files()
    assert set(repository.did(*ALL).values()) == {"current"}
    assert repository.files() == before


@pytest.mark.parametrize(
    "text",
    [
        "# Ours\n\nBe kind.\n",
        "no final newline",
        "first\r\nsecond\r\n",
        "first\r\nno final newline",
        "\n\n",
        "",
        b"latin \xe9t\xe9\n",
        "\ufeffwith a mark\n",
    ],
)
def test_instructions_of_the_user_come_back_byte_for_byte(repository, text):
    for name in ("AGENTS.md", "CLAUDE.md", "GEMINI.md"):
        repository.write(name, text)
    before = repository.files()
    repository.install(*ALL)
    content = text if isinstance(text, bytes) else text.encode()
    for name in ("AGENTS.md", "CLAUDE.md", "GEMINI.md"):
        now = repository.files()[name]
        assert now.startswith(content)
        assert now.endswith(b"\n") == (content.endswith(b"\n") or not content)
        assert (b"\r\n" in now) == (b"\r\n" in content)
    repository.install("all", "--uninstall")
    assert repository.files() == before


def test_what_the_user_writes_around_the_block_stays(repository):
    repository.install("codex")
    inside = repository.read("AGENTS.md")
    repository.write("AGENTS.md", "Before.\n\n" + inside + "\nAfter.\n")
    old = inside.replace("autoloop 0.", "autoloop 9.")
    repository.write("AGENTS.md", "Before.\n\n" + old + "\nAfter.\n")
    assert repository.did("codex")["AGENTS.md"] == "updated"
    assert repository.read("AGENTS.md") == "Before.\n\n" + inside + "\nAfter.\n"
    repository.install("codex", "--uninstall")
    assert repository.read("AGENTS.md") == "Before.\n\nAfter.\n"


def test_claude_imports_agents_md_unless_the_user_has_a_file_of_their_own(repository):
    repository.install("claude-code")
    assert "\n@AGENTS.md\n" in repository.read("CLAUDE.md")
    repository.install("claude-code", "--uninstall")
    repository.write("CLAUDE.md", "Ours.\n")
    repository.install("claude-code")
    assert "@AGENTS.md" not in repository.read("CLAUDE.md")
    assert "autoloop next --json" in repository.read("CLAUDE.md")


def test_an_import_of_the_users_own_is_enough(repository):
    repository.write("CLAUDE.md", "@AGENTS.md\n\nOurs.\n")
    assert "CLAUDE.md" not in repository.did("claude-code")
    assert repository.read("CLAUDE.md") == "@AGENTS.md\n\nOurs.\n"


def test_claude_md_may_be_a_link_to_agents_md(repository):
    repository.write("AGENTS.md", "Ours.\n")
    (repository.root / "CLAUDE.md").symlink_to("AGENTS.md")
    repository.install("all")
    assert (repository.root / "CLAUDE.md").is_symlink()
    assert repository.read("AGENTS.md").count("autoloop:begin") == 1
    assert set(repository.did("--check").values()) == {"current"}
    repository.install("all", "--uninstall")
    assert (repository.root / "CLAUDE.md").is_symlink()
    assert repository.read("AGENTS.md") == "Ours.\n"


def test_a_link_out_of_the_repository_is_refused(repository):
    outside = repository.root.parent / "shared.md"
    outside.write_text("Not yours.\n")
    (repository.root / "AGENTS.md").symlink_to(outside)
    error = repository.install("codex", code=1)
    assert error["code"] == "outside_repository"
    assert outside.read_text() == "Not yours.\n"
    assert set(repository.files()) == {"AGENTS.md"}


@pytest.mark.parametrize(
    "marks",
    [
        "<!-- autoloop:begin x -->\n",
        "<!-- autoloop:end -->\n",
        "<!-- autoloop:end -->\n<!-- autoloop:begin x -->\n",
        "<!-- autoloop:begin x -->\n<!-- autoloop:end -->\n" * 2,
    ],
)
def test_broken_marks_are_refused_with_their_lines(repository, marks):
    repository.write("AGENTS.md", "Ours.\n" + marks)
    before = repository.files()
    error = repository.install("codex", code=1)
    assert error["code"] == "file_in_the_way"
    assert "AGENTS.md" in error["why"]
    assert "in line 2" in error["why"]
    assert repository.files() == before


def test_a_file_of_the_users_where_a_skill_should_go_stops_everything(repository):
    repository.write(".agents/skills/autoloop-run/SKILL.md", "mine\n")
    before = repository.files()
    error = repository.install("codex", code=1)
    assert ".agents/skills/autoloop-run/SKILL.md is not AutoLoop's" in error["why"]
    assert "move" in error["fix"]
    assert repository.files() == before


def test_check_names_every_kind_of_drift(repository):
    repository.install("codex", "opencode")
    assert not repository.install("--check")["drift"]
    folder = ".agents/skills/autoloop-"
    (repository.root / f"{folder}run/SKILL.md").unlink()
    repository.write(f"{folder}learn/SKILL.md", repository.read(f"{folder}learn/SKILL.md").replace("Facts", "Rumours"))
    old = "---\nname: autoloop-status\n---\nas it once was"
    stamp = f"autoloop 0.0.1 {digest(old)}, written by autoloop install"

    repository.write(f"{folder}status/SKILL.md", f"{old}\n\n<!-- {stamp} -->\n")
    answer = repository.install("--check", code=1)
    assert answer["drift"]
    found = {file["path"]: file["did"] for file in answer["files"] if file["did"] != "current"}
    assert found == {
        f"{folder}run/SKILL.md": "missing",
        f"{folder}learn/SKILL.md": "modified",
        f"{folder}status/SKILL.md": "outdated",
    }


def test_uninstall_keeps_and_names_what_was_edited(repository):
    repository.install("codex")
    path = ".agents/skills/autoloop-run/SKILL.md"
    repository.write(path, repository.read(path).replace("one idea", "one wild idea"))
    assert repository.did("codex", "--uninstall")[path] == "kept"
    assert set(repository.files()) == {path}


def test_uninstalling_one_agent_leaves_what_another_needs(repository):
    repository.install("codex", "opencode", "claude-code")
    repository.install("codex", "--uninstall")
    assert set(repository.install("--check")["agents"]) == {"claude-code", "opencode"}
    assert skills_below(repository, ".agents/skills")
    repository.install("opencode", "--uninstall")
    assert not (repository.root / ".agents").exists()
    assert skills_below(repository, ".claude/skills")
    repository.install("claude-code", "--uninstall")
    assert repository.files() == {}


MCP_FILES = (".mcp.json", ".gemini/settings.json", "opencode.json", ".cursor/mcp.json")


@pytest.mark.parametrize(
    "text",
    [
        '{"theme": "dark"}\n',
        '{\n    "mcpServers": {\n        "mine": {"command": "x"}\n    },\n    "mcp": {"other": {"a": 1}}\n}',
        '{\r\n\t"a": [1,\r\n2]\r\n}\r\n',
        '{ "mcpServers": {"mine": {}}, "mcp": {"mine": {}}, "z": "\u00e9" }',
    ],
)
def test_settings_of_the_user_come_back_byte_for_byte(repository, text):
    for name in MCP_FILES:
        repository.write(name, text)
    repository.write(".codex/config.toml", 'model = "m"  # ours\n\n[mcp_servers.mine]\ncommand = "x"')
    before = repository.files()
    repository.install(*ALL)
    for name in MCP_FILES:
        now = json.loads(repository.read(name))
        key = "mcp" if name == "opencode.json" else "mcpServers"
        assert now[key].pop("autoloop")
        assert {**now, key: now[key]} == {key: {}, **json.loads(text)}
    assert tomllib.loads(repository.read(".codex/config.toml"))["mcp_servers"]["autoloop"]["args"] == ["mcp"]
    repository.install("all", "--uninstall")
    assert repository.files() == before


@pytest.mark.parametrize("text", ['{"mcpServers": {}, // ours\n}\n', "[]", '{"mcpServers": []}'])
def test_settings_that_are_no_plain_json_are_left_alone_with_the_entry_to_add(repository, text):
    repository.write(".gemini/settings.json", text)
    before = repository.files()
    error = repository.install("gemini-cli", "--mcp", code=1)
    assert '"autoloop": {"command": "autoloop"' in error["why"]
    assert repository.files() == before


def test_another_entry_of_that_name_is_not_replaced(repository):
    repository.write(".mcp.json", '{"mcpServers": {"autoloop": {"command": "mine"}}}')
    repository.write(".codex/config.toml", '[mcp_servers.autoloop]\ncommand = "mine"\n')
    error = repository.install("codex", "claude-code", "--mcp", code=1)
    assert ".mcp.json" in error["why"]
    assert ".codex/config.toml" in error["why"]


def test_gemini_gets_commands_that_take_arguments(repository):
    repository.install("gemini-cli")
    files = (repository.root / ".gemini/commands").glob("*.toml")
    found = {path.stem: tomllib.loads(path.read_text()) for path in files}
    assert set(found) == {f"autoloop-{name}" for name in SKILLS}
    assert "{{args}}" in found["autoloop-run"]["prompt"]
    assert ".agents/skills/autoloop-run/SKILL.md" in found["autoloop-run"]["prompt"]


def test_another_directory_can_be_named(repository, tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    repository.install("codex", "--path", str(other))
    assert (other / "AGENTS.md").exists()
    assert repository.files() == {}


def test_without_an_agent_there_is_nothing_to_check(repository):
    assert repository.install("--check", code=1)["code"] == "no_agent"
    assert repository.install("cobol", code=2)["code"] == "usage"


def test_the_recorded_program_runs_where_path_was_reset(repository):
    repository.write(".autoloop/config.toml", "schema_version = 1\n")
    repository.install("codex")
    bare = {**environment(repository.root.parent), "PATH": os.defpath}
    done = subprocess.run(
        ["sh", ".autoloop/autoloop", "--version"],
        cwd=repository.root,
        env=bare,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("autoloop ")
