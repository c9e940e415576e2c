"""Every command line that a page shows is one that the program understands, and every link leads somewhere."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from autoloop.program import program

BLOCK = re.compile(r"```(?:sh|console|yaml)\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`(autoloop [^`]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PLACEHOLDERS = {"N": "1", "M": "2", "NAME": "status", "COMMAND": "status"}


def command_lines(text):
    """Each call of autoloop in a page, and whether it is shown in full."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            shown = line.strip().removeprefix("$ ").removeprefix("- run: ")
            if "autoloop " in shown:
                yield from ((piece, True) for piece in pieces(shown))
    for shown in INLINE.findall(text):
        if re.match(r"autoloop [a-z-]", shown) and "…" not in shown:
            yield shown, False


def pieces(line):
    """The calls of autoloop in a line of shell."""
    line = re.sub(r"\$\((autoloop [^)]*)\)", r" \1 ", line.replace('"$(', "$(").replace(')"', ")"))
    for part in re.split(r"&&|\|\||[|;]|\beval(?= +autoloop)", line):
        words = part.strip()
        if words.startswith("autoloop "):
            yield words


def arguments(line):
    words = shlex.split(re.split(r"\s+(?:#|\d?>)", line)[0])
    return [PLACEHOLDERS.get(word, word) for word in words[1:]]


def parse(words):
    """Have click take the words apart, as the program does, without doing anything."""
    context = program.make_context("autoloop", list(words))
    command: click.Command = program
    rest = [*context._protected_args, *context.args]
    while isinstance(command, click.Group) and rest:
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None, f"no command {name}"
        context = found.make_context(name, rest, parent=context)
        command, rest = found, [*context._protected_args, *context.args] if isinstance(found, click.Group) else []


def test_commands_are_understood(page):
    for line, in_full in command_lines(page.read_text(encoding="utf-8")):
        try:
            parse(arguments(line))
        except click.MissingParameter as error:
            assert not in_full, f"{line}: {error}"
        except click.exceptions.Exit as done:
            assert done.exit_code == 0
        except (click.ClickException, ValueError) as error:
            pytest.fail(f"{line}: {error}")


def test_a_wrong_command_would_be_noticed():
    for line in ("autoloop evl", "autoloop eval --bogus", "autoloop run --agent nobody", "autoloop session begin"):
        with pytest.raises(click.ClickException):
            parse(arguments(line))


def leaves(name, command):
    """Each command that does something, by its full name."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for below in command.list_commands(context):
        yield from leaves(f"{name} {below}", command.get_command(context, below))


@pytest.mark.parametrize(("name", "command"), [pytest.param(*one, id=one[0]) for one in leaves("autoloop", program)])
def test_help_shows_examples_that_are_understood(name, command):
    examples = [line.strip() for line in command.help.split("\b\n")[-1].splitlines() if name in line]
    assert examples, f"{name} --help shows no example"
    for line in examples:
        for words in pieces(re.split(r" {2,}", line)[0]):
            parse(arguments(words))


def test_most_pages_show_commands(root):
    found = list(command_lines((root / "README.md").read_text(encoding="utf-8")))
    assert len(found) > 20


def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for link in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if link.startswith(("http:", "https:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


def anchors(text):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_tests_that_are_named_exist(page, root):
    """A promise names the test that keeps it: `tests/x/test_y.py::test_z`, or a file or folder of tests."""
    for name in re.findall(r"`(tests/[\w/.]+(?:::\w+)?)`", page.read_text(encoding="utf-8")):
        path, _, function = name.partition("::")
        assert (root / path).exists(), name
        if function:
            assert f"def {function}(" in (root / path).read_text(encoding="utf-8"), name
