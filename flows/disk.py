"""A full disk, said as what it is: libraries tell it without a place, or as a file that cannot be read."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_NATIVE: Final = tuple(f"(os error {number})" for number in _FULL)
"""How native libraries, Polars among them, write the error number into their message."""
_NOTHING_LEFT: Final = 1 << 16
"""Free bytes below which a write that Polars failed at, for whatever reason it gives, failed for want of space."""


@contextmanager
def full_disk_said(home: Path, outcome: str = "nothing was loaded") -> Iterator[None]:
    """Pass every error on but those of a full disk.

    Raises:
        OSError: the disk of `home` is full; names it, `outcome` (what came of the run) and the remedy.
    """
    try:
        yield
    except Exception as error:
        if not _is_of_full_disk(error, home):
            raise
        said = f"the disk is full, {outcome}: free space, then run again"
        raise OSError(errno.ENOSPC, said, str(home)) from None


def _is_of_full_disk(error: BaseException, home: Path) -> bool:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.errno in _FULL:
            return True
        if any(text in str(found) for text in _NATIVE):
            return True
        if isinstance(found, pl.exceptions.PolarsError) and shutil.disk_usage(home).free < _NOTHING_LEFT:
            return True
        found = found.__cause__ or found.__context__
    return False
