"""How a command ends when it cannot do what was asked: which exit code, and what is said.

Exceptions are told apart by name, so that this module imports no room and a reading command starts fast.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Final

import typer


class ExitCode(IntEnum):
    """What the shell is told."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    STOPPED = 3
    LEASE_HELD = 4
    INTERRUPTED = 130
    READER_LEFT = 141


UNEXPECTED: Final = "unexpected error: "
"""How the account of an exception begins that was not written for users."""
_USAGE_ERROR: Final = typer.BadParameter.__mro__[1]
"""What Typer raises for a wrong word of the command line; it names it in no public module."""


class CommandError(Exception):
    """A command cannot go on; `problems` holds every problem found, each with its remedy and no personal value."""

    def __init__(self, problems: Iterable[str], exit_code: ExitCode = ExitCode.WRONG_USE) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        self.exit_code = exit_code
        super().__init__("\n".join(self.problems))


EXIT_CODES: Final[Mapping[str, ExitCode]] = {
    "sources.errors.SourceError": ExitCode.WRONG_USE,
    "sources.errors.UnreadableFile": ExitCode.STOPPED,
    "policies.documents.PolicyError": ExitCode.WRONG_USE,
    "warehouse.errors.LeaseHeld": ExitCode.LEASE_HELD,
    "warehouse.errors.UnusableUrlError": ExitCode.WRONG_USE,
    "warehouse.errors.WarehouseError": ExitCode.FAILED,
    "expectations.findings.ValidationStopped": ExitCode.STOPPED,
    "reports.errors.ReportError": ExitCode.FAILED,
}
"""Exceptions of the rooms, by module and name. Their messages are written for users and hold no personal value."""


@contextmanager
def asked_of_warehouse() -> Iterator[None]:
    """Where the user said which warehouse, city or revision: what is not there is wrong use, not a failure."""
    from warehouse import LeaseHeld, WarehouseError

    try:
        yield
    except LeaseHeld:
        raise
    except WarehouseError as error:
        if error.transient:
            raise
        raise CommandError([str(error)]) from error


def explain(error: BaseException) -> tuple[ExitCode, tuple[str, ...]]:
    """The exit code and what to say of an exception; nothing of an unexpected one but its type and place."""
    if isinstance(error, CommandError):
        return error.exit_code, error.problems
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        return ExitCode.INTERRUPTED, ("interrupted",)
    if isinstance(error, _USAGE_ERROR):
        return ExitCode.WRONG_USE, _wrong_words(error)
    for kind in type(error).__mro__:
        code = EXIT_CODES.get(f"{kind.__module__}.{kind.__qualname__}")
        if code is not None:
            return code, tuple(getattr(error, "problems", None) or getattr(error, "stops", None) or (str(error),))
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename is not None else ""
        return ExitCode.FAILED, (f"{where}{error.strerror}",)
    # Its message may hold a cell, so it is not shown unasked.
    return ExitCode.FAILED, (
        f"{UNEXPECTED}{type(error).__name__}{_place(error)}; run again with --debug to see what happened",
    )


def report(error: BaseException, *, as_json: bool, debug: bool) -> int:
    """Say what went wrong: to people on standard error, to machines as one object on standard output."""
    if _reader_left(error):
        # Nobody reads on, and the interpreter's own last flush must not complain of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.READER_LEFT
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else ExitCode.FAILED
    if type(error).__name__ == "NoArgsIsHelpError":  # Typer has shown the help
        return ExitCode.DONE
    code, problems = explain(error)
    notes: list[str] = getattr(error, "__notes__", []) if code is ExitCode.STOPPED else []
    if debug and code is not ExitCode.INTERRUPTED:
        traceback.print_exception(error)
    if as_json:
        document = {"status": "error", "exit_code": code, "problems": problems} | ({"notes": notes} if notes else {})
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return code
    if len(problems) == 1:
        sys.stderr.write(f"kinerja: {shown(problems[0])}\n")
    else:
        sys.stderr.write(f"kinerja: {len(problems)} problems\n" + "".join(f"  {shown(text)}\n" for text in problems))
    sys.stderr.writelines(f"{shown(text)}\n" for text in notes)
    return code


def shown(text: str) -> str:
    """The text without what could steer a terminal: a name or a path may hold anything."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def _reader_left(error: BaseException) -> bool:
    """Whether standard output was closed, as by `| head`; Typer and Rich turn that into an exit of their own."""
    return isinstance(error, BrokenPipeError) or (
        isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError)
    )


def _wrong_words(error: BaseException) -> tuple[str, ...]:
    say = getattr(error, "format_message", error.__str__)
    context = getattr(error, "ctx", None)
    hint = "" if context is None else f" See: {context.command_path} --help"
    return (f"{say()}{hint}",)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    parts = frames[-1].filename.replace("\\", "/").rsplit("/", 2)
    return f" in {'/'.join(parts[-2:])}:{frames[-1].lineno}"
