"""The command as it runs in a forked process: warnings are errors there too."""

from __future__ import annotations

import warnings

from flows.cli import main as command


def main() -> int:
    """Its exit code."""
    warnings.simplefilter("error")
    return command()
