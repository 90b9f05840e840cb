"""What the engine raises. No message holds a value from the data."""

from __future__ import annotations


class EngineProblem(ValueError):  # noqa: N818  # a problem of the configuration or the frame, not of the engine
    """An expectation that cannot be computed on this frame; the message names column, parameter and remedy."""


class UnsupportedExpectationError(ValueError):
    """Expectations of a suite that this engine does not run, each by name with what to use instead."""
