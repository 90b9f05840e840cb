"""Files of a report: there whole or not at all, and never written over."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from reports.errors import ReportError

MANIFEST: Final = "manifest.json"


def canonical_json(name: str, data: Mapping[str, Any]) -> str:
    """The one text of this data: keys sorted, ASCII only, two spaces a level, a line feed at the end.

    Raises:
        ReportError: something in it is not JSON (a date, a Decimal, NaN); `name` is the file it was meant for.
    """
    try:
        return json.dumps(data, sort_keys=True, indent=2, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        kind = "NaN or infinity" if isinstance(error, ValueError) else "a type that JSON does not have"
        raise ReportError(
            [f"{name}: the data holds {kind}: pass plain JSON values, instants as ISO 8601 text"]
        ) from None


def write_once(path: Path, text: str) -> Path:
    """Write the text as UTF-8, so that a process killed at any instant leaves the whole file or none.

    Raises:
        ReportError: the file is there already.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with temporary.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        # A hard link, not a rename: of two writers the second fails instead of replacing what the first wrote.
        path.hardlink_to(temporary)
    except FileExistsError:
        raise ReportError([already_there(path)]) from None
    finally:
        temporary.unlink(missing_ok=True)
    return path


def already_there(path: Path) -> str:
    """What to say about a report that exists."""
    return f"{path}: is there already, and reports are never written over: write to the folder of another run"


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Write `<folder>/manifest.json` in canonical JSON (`canonical_json`): equal manifests are equal bytes.

    Raises:
        ReportError: a manifest is there already, or it is not plain JSON.
    """
    return write_once(folder / MANIFEST, canonical_json(MANIFEST, manifest))
