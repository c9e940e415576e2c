from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from runner_world import alive, number_in, wait_for

from autoloop.errors import CommandError
from autoloop.runner import Command, Limits, lines, run, tail

MIB = 1024 * 1024


def test_success(execute):
    done = execute("echo one; echo two >&2")
    assert (done.outcome, done.exit_code, done.signal) == ("ok", 0, None)
    assert done.stdout.read_bytes() == b"one\n"
    assert done.stderr.read_bytes() == b"two\n"
    assert not done.truncated
    assert done.leftovers == ()


def test_failure_keeps_the_code(execute):
    done = execute("exit 3")
    assert (done.outcome, done.exit_code) == ("failed", 3)


def test_unknown_command(execute):
    done = execute("no-such-command-at-all")
    assert (done.outcome, done.exit_code) == ("not_found", 127)
    assert "no-such-command-at-all" in tail(done.stderr)


def test_unknown_program_without_a_shell(execute):
    assert execute(argv=("no-such-command-at-all",)).outcome == "not_found"


def test_arguments_without_a_shell_arrive_untouched(execute):
    words = ("a b", "$HOME", "`id`", "*", "", "-n", "new\nline", "\udcff", "'\"")
    done = execute(argv=("printf", "%s|", *words))
    assert done.stdout.read_bytes() == b"a b|$HOME|`id`|*||-n|new\nline|\xff|'\"|"


@pytest.mark.parametrize("text", ["echo '--' \"$0\"", "set -- x; echo $1", "echo $((6*7))", "cat <<X\nhi\nX\n"])
def test_shell_text_is_the_users_own(execute, text):
    assert execute(text).outcome == "ok"


def test_killed_by_a_signal(execute):
    done = execute("kill -SEGV $$")
    assert (done.outcome, done.exit_code, done.signal) == ("killed", None, 11)


def test_signal_that_the_shell_reports(execute):
    done = execute("sh -c 'kill -9 $$'; exit $?")
    assert (done.outcome, done.exit_code, done.signal) == ("failed", 137, 9)


def test_timeout_ends_a_command_in_time(execute):
    done = execute("sleep 60", timeout=0.2)
    assert (done.outcome, done.signal) == ("timeout", 15)
    assert 0.2 <= done.seconds < 1.5


def test_timeout_with_sigterm_ignored(execute):
    done = execute("trap '' TERM; while :; do sleep 0.05; done", timeout=0.2)
    assert (done.outcome, done.signal) == ("timeout", 9)
    assert 0.4 <= done.seconds < 2


def test_a_command_may_end_well_in_its_grace(execute):
    done = execute("trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done", timeout=0.2)
    assert (done.outcome, done.exit_code) == ("timeout", 0)
    assert done.stdout.read_text() == "bye\n"


def test_standard_input_is_empty(execute):
    assert execute("cat; echo end").stdout.read_text() == "end\n"


def test_closed_outputs_are_no_problem(execute):
    assert execute("exec >&- 2>&-; sleep 0.05; exit 4").exit_code == 4


def test_not_a_login_shell_and_path_is_kept(execute, monkeypatch, tmp_path):
    tool = tmp_path / "bin" / "a-tool"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho mine\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    assert execute("a-tool").stdout.read_text() == "mine\n"


def test_signals_are_as_a_command_expects_them(execute):
    done = execute("grep -E '^Sig(Ign|Blk)' /proc/self/status")
    of_the_c_library = 0b11 << 31  # 32 and 33, which no program can use
    masks = [int(line.split()[1], 16) for line in done.stdout.read_text().splitlines()]
    assert [mask & ~of_the_c_library for mask in masks] == [0, 0]


def test_only_the_three_standard_descriptors_are_open(execute):
    done = execute("ls /proc/$$/fd; true")
    own = {"255", "10"}  # what shells open for themselves
    assert set(done.stdout.read_text().split()) - own == {"0", "1", "2"}


def test_there_is_no_terminal(execute):
    assert execute("(: </dev/tty) 2>/dev/null").outcome != "ok"


def test_cpu_limit(execute):
    done = execute("while :; do :; done", limits=Limits(cpu=1), timeout=120)
    assert (done.outcome, done.signal) == ("killed", 24)
    assert 0.8 < done.usage.cpu < 3


def test_memory_limit_is_typed(execute):
    done = execute("python3 -c 'x = bytearray(400 << 20)'", limits=Limits(memory=100 * MIB))
    assert done.outcome == "oom"


def test_memory_limit_lets_reserved_address_space_alone(execute):
    code = "import mmap; mmap.mmap(-1, 1 << 33, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)"
    assert execute(f'python3 -c "{code}"', limits=Limits(memory=100 * MIB)).outcome == "ok"


def test_file_size_limit(execute, tmp_path):
    done = execute("cat /dev/zero > big", limits=Limits(file_size=64 * 1024), timeout=120)
    assert done.outcome in {"killed", "failed"}
    assert (tmp_path / "big").stat().st_size == 64 * 1024


def test_limits_are_refused_where_they_cannot_be_set(execute, monkeypatch):
    monkeypatch.delattr("resource.prlimit")
    assert execute("true").outcome == "ok"
    with pytest.raises(CommandError) as caught:
        execute("true", limits=Limits(cpu=1))
    assert caught.value.code == "limits_unsupported"


def test_no_core_dumps(execute):
    assert execute("ulimit -c").stdout.read_text() == "0\n"


def test_missing_directory_is_said(execute, tmp_path):
    with pytest.raises(CommandError) as caught:
        execute("true", cwd=tmp_path / "nowhere")
    assert caught.value.code == "no_directory"


def test_shell_or_arguments(tmp_path):
    for wrong in (Command(cwd=tmp_path), Command(cwd=tmp_path, shell="true", argv=("true",))):
        with pytest.raises(ValueError, match="exactly one"):
            run(wrong, stdout=tmp_path / "o", stderr=tmp_path / "e")


def test_output_that_cannot_be_saved_ends_the_command(tmp_path):
    command = Command(cwd=tmp_path, shell="echo $$ > pid; echo x; exec sleep 60")
    with pytest.raises(CommandError) as caught:
        run(command, stdout=Path("/dev/full"), stderr=tmp_path / "e")
    assert caught.value.code == "output_not_saved"
    assert "No space left" in caught.value.why
    pid = number_in(tmp_path / "pid")
    wait_for(lambda: not alive(pid))


@pytest.mark.parametrize("wrong", ["x" * 200_000, "nul\0byte"])
def test_what_the_system_refuses_to_start(execute, wrong):
    with pytest.raises(CommandError) as caught:
        execute(wrong)
    assert caught.value.code == "not_started"
    assert execute("echo fine").outcome == "ok"


def test_file_for_the_output_that_is_a_directory(execute, tmp_path):
    (tmp_path / "out.log").mkdir()
    with pytest.raises(CommandError) as caught:
        execute("touch ran")
    assert caught.value.code == "not_started"
    assert "out.log" in caught.value.why
    assert not (tmp_path / "ran").exists()


def test_many_runs_one_after_the_other(execute):
    for number in range(20):
        assert list(lines(execute(f"echo {number}").stdout)) == [str(number).encode()]


def test_runs_at_the_same_time(tmp_path):
    def one(number: int) -> str:
        out = tmp_path / f"{number}.out"
        command = Command(cwd=tmp_path, shell=f"sleep 0.2; echo {number}")
        done = run(command, stdout=out, stderr=tmp_path / f"{number}.err")
        return done.stdout.read_text() + done.outcome

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(8))) == [f"{number}\nok" for number in range(8)]


def test_a_forked_program_gets_a_supervisor_of_its_own(execute):
    execute("true")
    child = os.fork()
    if child == 0:
        os._exit(0 if execute("exit 5").exit_code == 5 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert execute("exit 6").exit_code == 6


def test_many_runs_leave_nothing_open(execute, tmp_path):
    execute("cut -d' ' -f4 /proc/$$/stat")
    supervisor = int((tmp_path / "out.log").read_text())

    def descriptors() -> list[int]:
        return [len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in ("self", supervisor)]

    before = descriptors()
    for _ in range(10):
        execute("echo x")
    assert descriptors() == before
