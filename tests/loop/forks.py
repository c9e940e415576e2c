"""The program in a process of its own, forked from one that has imported it already.

A test of the loop runs dozens of commands, and most of a command's time is Python importing the program. Here one
process imports it once and forks for every command: environment, folder, descriptors, exit code, signals and
descendants are those of any other process, only the start is cheap.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import warm

_LEFT_OUT = ("__main__", "mcp_server")
_LONGEST = 1 << 17  # bytes of a request: arguments and environment
_BLOCK = 1 << 16
_WHOLE = ("PYTHON", "LD_")  # what only a start from nothing takes notice of


def can_run(env: dict[str, str]) -> bool:
    """Whether a fork sees all of this environment."""
    return not any(name.startswith(_WHOLE) for name in env)


def run(arguments: tuple[str, ...], cwd: Path, env: dict[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    """What ``subprocess.run`` answers for ``python -m autoloop`` with captured output.

    Raises:
        subprocess.TimeoutExpired: the command was ended after ``timeout`` seconds.
    """
    reply, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    (out, to_out), (err, to_err) = os.pipe(), os.pipe()
    request = json.dumps({"arguments": arguments, "cwd": os.fspath(cwd), "env": env}).encode()
    with theirs, open(to_out, "wb"), open(to_err, "wb"):
        socket.send_fds(_server(os.getpid()), [request], [to_out, to_err, theirs.fileno()])
    with reply, open(out, "rb", buffering=0) as said, open(err, "rb", buffering=0) as complained:
        pid = int(reply.recv(_BLOCK))
        try:
            texts = _read((said.fileno(), complained.fileno()), time.monotonic() + timeout)
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(arguments, timeout) from None
        code = os.waitstatus_to_exitcode(int(reply.recv(_BLOCK)))
    return subprocess.CompletedProcess(arguments, code, *(text.decode() for text in texts))


def _read(pipes: tuple[int, int], deadline: float) -> list[bytes]:
    """Everything that is written to pipes until nobody can write any more."""
    texts = {pipe: bytearray() for pipe in pipes}
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                block = os.read(key.fd, _BLOCK)
                texts[key.fd] += block
                if not block:
                    selector.unregister(key.fd)
    return [bytes(texts[pipe]) for pipe in pipes]


@functools.cache
def _server(_pid: int) -> socket.socket:
    """The way to the process that forks; it ends when this end is closed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        words = [sys.executable, os.path.abspath(__file__), str(theirs.fileno())]
        subprocess.Popen(words, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd="/").returncode = 0
    atexit.register(ours.close)
    return ours


def _serve(requests: socket.socket) -> None:
    """Fork for every request; come back in the process that is to be the command."""
    warm.up(_LEFT_OUT)
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, _LONGEST, 3)
        if not message:
            os._exit(0)
        if os.fork() == 0 and _forked(requests, descriptors):
            return _prepare(json.loads(message))
        for descriptor in descriptors:
            os.close(descriptor)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _forked(requests: socket.socket, descriptors: list[int]) -> bool:
    """Fork the command, and tell its number and its end from between; true in the command."""
    requests.close()
    out, err, reply = descriptors
    pid = os.fork()
    if pid == 0:
        os.close(reply)
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.closerange(3, 64)
        return True
    os.closerange(1, 3)
    os.close(out)
    os.close(err)
    os.write(reply, b"%d" % pid)
    os.write(reply, b"%d" % os.waitpid(pid, 0)[1])
    os._exit(0)


def _prepare(request: dict) -> None:
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["autoloop", *request["arguments"]]


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
    from autoloop.cli import main

    main()
