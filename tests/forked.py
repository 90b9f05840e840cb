"""Processes of their own that begin with everything imported: forked from one that does nothing but import.

What is killed, paused or run beside another has to be a process; the three seconds that it would import for are not
what such a test is about. The start that users see is tried where processes are started as they start them.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[1]
IMPORTED = (
    "flows.cli",
    "flows.cli.progress",
    "flows.parts",
    "flows.pipeline",
    "flows.publication",
    "flows.refresh",
    "expectations.validation",
    "sources.public_holidays",
    "alembic.autogenerate",
    "alembic.command",
    "rich.console",
    "scipy.stats",
    "statsmodels.regression.linear_model",
    "transforms.insights",
)
"""What a run imports sooner or later; none of it begins a thread that a child would miss."""
COMMAND = "flows.cli:main"
_MESSAGE = 1 << 16


class Forked:
    """A child whose command line is `words`: it calls `function` ("module:name"), and ends with what this returns.

    Used as a `subprocess.Popen` with pipes of text: `stdin`, `stdout` and `stderr` can be read and written.
    """

    def __init__(
        self, function: str, words: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT
    ) -> None:
        asked = {
            "function": function,
            "words": [str(word) for word in words],
            "environment": dict(environment),
            "folder": str(folder),
        }
        self._state, its_state = socket.socketpair()
        (its_in, my_in), (my_out, its_out), (my_err, its_err) = os.pipe(), os.pipe(), os.pipe()
        given = (its_in, its_out, its_err)
        socket.send_fds(_parent(), [json.dumps(asked).encode()], [*given, its_state.fileno()])
        its_state.close()
        for number in given:
            os.close(number)
        self.stdin = os.fdopen(my_in, "w", encoding="utf-8")
        self.stdout, self.stderr = os.fdopen(my_out, encoding="utf-8"), os.fdopen(my_err, encoding="utf-8")
        self.returncode: int | None = None
        self.pid = int(self._state.recv(_MESSAGE))

    def __enter__(self) -> Forked:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self.kill()
        if not self.stdout.closed:
            self.communicate()

    def poll(self) -> int | None:
        """How it ended, negative by a signal; None where it has not."""
        try:
            return self.wait(0)
        except BlockingIOError:
            return None

    def wait(self, seconds: float | None = None) -> int:
        """How it ends; TimeoutError."""
        if self.returncode is None:
            self._state.settimeout(seconds)
            self.returncode = os.waitstatus_to_exitcode(int(self._state.recv(_MESSAGE)))
            self._state.close()
        return self.returncode

    def communicate(self) -> tuple[str, str]:
        """Waits for its end; the rest of what it said on standard output and error."""
        self.stdin.close()
        with self.stdout, self.stderr, ThreadPoolExecutor(1) as aside:  # a pipe that nobody reads is full one day
            complained = aside.submit(self.stderr.read)
            out, err = self.stdout.read(), complained.result()
        self.wait()
        return out, err

    def kill(self) -> None:
        """End it at once, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


@functools.cache
def _parent() -> socket.socket:
    """How to ask the process that is forked; one for all tests of this process, and it ends with this one."""
    mine, its = socket.socketpair()
    words = [sys.executable, "-m", "tests.forked", str(its.fileno())]
    started = subprocess.Popen(words, cwd=ROOT, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL)
    its.close()

    def end() -> None:
        mine.close()
        started.wait()

    atexit.register(end)
    return mine


def _serve(asks: socket.socket) -> int:
    """Forks for whoever asks, until nobody can; only a child comes back before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Great Expectations imports
        for module in IMPORTED:
            importlib.import_module(module)
    gc.freeze()  # what is imported stays as it is: no child copies it to look through it, or takes it apart at its end
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    while True:
        message, given, _, _ = socket.recv_fds(asks, _MESSAGE, 4)
        if not message:
            return 0
        if os.fork() == 0:
            break
        for number in given:
            os.close(number)
    asks.close()
    # A process that waits for the child alone, so that it can tell how the child ends.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    its_in, its_out, its_err, its_state = given
    with socket.socket(fileno=its_state) as state:
        if child := os.fork():
            for number in (its_in, its_out, its_err):
                os.close(number)
            state.send(str(child).encode())
            state.send(str(os.waitpid(child, 0)[1]).encode())
            os._exit(0)
    for number, place in enumerate((its_in, its_out, its_err)):
        os.dup2(place, number)
        os.close(place)
    # Anew, for what those of the parent are connected to may be no pipe.
    sys.stdout = open(1, "w", encoding=sys.stdout.encoding, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding=sys.stderr.encoding, errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    asked = json.loads(message)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv[1:] = asked["words"]
    module, _, name = asked["function"].partition(":")
    return int(getattr(importlib.import_module(module), name)() or 0)


if __name__ == "__main__":
    sys.exit(_serve(socket.socket(fileno=int(sys.argv[1]))))
