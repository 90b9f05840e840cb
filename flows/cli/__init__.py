"""The command `kinerja`. Rooms with heavy libraries are imported inside the commands that need them."""

from __future__ import annotations

import atexit
import gc
import itertools
import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from flows.cli import export, notifying, operating, policies, reading, refreshing, running, synth, templates, warehouse
from flows.cli.problems import ExitCode, report

_COLLECT: Final = (200_000, 20, 10)
"""From how many new objects on Python looks for unreachable ones, by generation."""

app = typer.Typer(
    name="kinerja",
    help="Explainable, reproducible performance scores for civil servants (ASN), from raw files to a warehouse.",
    epilog="Exit codes: 0 done or unchanged, 2 wrong use or input, 3 stopped by validation, 4 lease held, 1 other.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for register in (
    running.register,
    refreshing.register,
    reading.register,
    export.register,
    synth.register,
    templates.register,
    policies.register,
    warehouse.register,
    operating.register,
    notifying.register,
):
    register(app)


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"kinerja {version('kinerja')}\n")
        raise typer.Exit


@app.callback()
def _kinerja(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Explainable, reproducible performance scores for civil servants (ASN), from raw files to a warehouse."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these words, by default those of the process; its exit code."""
    if arguments is None:
        _collect_less()
    words = list(sys.argv[1:] if arguments is None else arguments)
    # Whoever adds it to the command just typed puts it at the end, where Typer would not take it.
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"] or ["--help"]
    try:
        ended = app(words, prog_name="kinerja", standalone_mode=False)
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - the one place where every error becomes an exit code
        return report(error, as_json=_wants_json(words), debug=debug)
    if ended == ExitCode.INTERRUPTED:  # Typer's answer to Ctrl-C
        return report(KeyboardInterrupt(), as_json=_wants_json(words), debug=debug)
    return ended if isinstance(ended, int) else ExitCode.DONE


def _collect_less() -> None:
    """Looks for unreachable objects less often, and not at the end, when the process is this command's own.

    Importing makes hundreds of thousands of objects that all stay: looking through them again and again was a fifth
    of an import, and taking them apart one by one half a second of every exit.
    """
    gc.set_threshold(*_COLLECT)
    atexit.register(gc.freeze)


def _wants_json(words: Sequence[str]) -> bool:
    """Whether JSON was asked for; read from the words, because a wrong one ends before Typer has any."""
    after_format = (after for word, after in itertools.pairwise(words) if word == "--format")
    return "--json" in words or "--format=json" in words or "json" in after_format
