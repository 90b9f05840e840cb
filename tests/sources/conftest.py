"""Small inputs folders, and where the real files lie."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import sources
from sources.contracts import DATASETS, PROBLEM

TIMEZONE = "Asia/Jakarta"
Inputs = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Outcome:
    frame: pl.DataFrame
    read: sources.DatasetRead

    @property
    def file(self) -> sources.FileRead:
        (only,) = self.read.files
        return only

    @property
    def problems(self) -> list[tuple[int, str]]:
        return list(self.frame.filter(pl.col(PROBLEM).is_not_null()).select("_row", PROBLEM).iter_rows())


Reader = Callable[..., Outcome]


def write(folder: Path, files: Inputs) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Land and read one dataset of an inputs folder; the schema, and that lean rows are the same, is checked always."""

    def read(dataset: str, files: Inputs | Path, mapping: Path | None = None, timezone: str = TIMEZONE) -> Outcome:
        folder = files if isinstance(files, Path) else write(tmp_path / "inputs", files)
        source_map = sources.load_source_map(folder, mapping)
        landed = sources.land(source_map, tmp_path / "landing")

        def written(out: str, *, lean: bool) -> sources.DatasetRead:
            return sources.read_dataset(source_map, landed, dataset, timezone=timezone, out=tmp_path / out, lean=lean)

        try:
            result = written("canonical", lean=False)
        except sources.UnreadableFile as refused:
            with pytest.raises(sources.UnreadableFile, match=re.escape(str(refused))):
                written("lean", lean=True)
            raise
        lean = written("lean", lean=True)
        assert (lean.files, lean.notes) == (result.files, result.notes)
        frame = pl.read_parquet(result.path)
        assert_frame_equal(lean.rows.scan().collect(), frame)
        assert frame.schema == DATASETS[dataset].schema(timezone)
        assert frame.height == sum(file.n_rows for file in result.files)
        assert [path.name for path in (tmp_path / "canonical").iterdir()] == [f"{dataset}.parquet"]
        return Outcome(frame, result)

    return read


@pytest.fixture(scope="session")
def shared_data() -> Path:
    given = os.environ.get("KINERJA_SHARED_DATA")
    folder = Path(given) if given else Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real files are not here: give their folder as KINERJA_SHARED_DATA")
    return folder
