"""Policies as they come with the platform, but for what a test agrees on."""

from __future__ import annotations

import shutil
from pathlib import Path

from policies.loading import PACKAGED


def attendance_by_month(folder: Path, city: str, working_days: int = 5) -> Path:
    """Policies in which a city's attendance is due by the month."""
    shutil.copytree(PACKAGED, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (file,) = (folder / "operations" / city).glob("*.yaml")
    told = "{dataset: attendance, owner: BKPSDM, working_days: 3, source: default}"
    text = file.read_text(encoding="utf-8")
    assert text.count(told) == 1
    by_month = f"{{dataset: attendance, owner: BKPSDM, every: month, working_days: {working_days}, source: default}}"
    file.write_text(text.replace(told, by_month), encoding="utf-8")
    return folder
