"""Folders of results that a later run may use: whole or not there at all, and never believed unchecked."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

_MANIFEST: Final = "manifest.json"


def keep(folder: Path, document: Any, files: Mapping[str, Callable[[Path], object]], *, once: bool = False) -> None:
    """Makes the folder with a JSON document and the files, each written by its function.

    What is there is replaced; or it stays, where it is made `once`, as others may be reading it. A process that is
    killed meanwhile leaves no folder of that name, but one that begins with a dot.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        for name, write in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            write(made / name)
        digests = {name: _digest(made / name) for name in files}
        text = json.dumps({"document": document, "files": digests}, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        (made / _MANIFEST).write_text(f"{digest}\n{text}", encoding="utf-8")
        if not once:
            shutil.rmtree(folder, ignore_errors=True)
        try:
            made.replace(folder)
        except OSError:
            if not (once and folder.exists()):
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def kept(folder: Path, concerns: Callable[[str], bool] = lambda _: True) -> Any:
    """The document of a folder whose every byte is as it was kept; None where there is none, and of any other.

    Only files whose name `concerns` who asks are looked at.
    """
    try:
        digest, _, text = (folder / _MANIFEST).read_text(encoding="utf-8").partition("\n")
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            return None
        content = json.loads(text)
        if any(_digest(folder / name) != found for name, found in content["files"].items() if concerns(name)):
            return None
    except (OSError, UnicodeDecodeError):
        return None
    return content["document"]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
