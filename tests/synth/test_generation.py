"""Same arguments, same bytes; any size; both formats; wrong arguments all at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from sources.contracts import DATASETS
from sources.synth import generate, generation
from tests.synth.refusals import end_instant, instant
from tests.synth.worlds import ONLY_PLANTED, Q3, MadeWorld, made, make

JAKARTA = ZoneInfo("Asia/Jakarta")


def test_same_arguments_same_bytes() -> None:
    with made(60, seed=5, defects=0.1) as one, made(60, seed=5, defects=0.1) as other:
        assert one.files() == other.files()
        assert one.report == other.report


def test_another_seed_another_world() -> None:
    with made(60, seed=5) as one, made(60, seed=6) as other:
        same = {name for name, content in one.files().items() if other.files()[name] == content}
    assert same == {f"{name}.csv" for name in ("schedules", "calendar", "service_standards", "competency_standards")}


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with made(210, seed=5) as whole:
        monkeypatch.setattr(generation, "CHUNK", 100)
        with made(210, seed=5) as chunked:
            assert chunked.files() == whole.files()


def test_a_larger_world_begins_with_the_smaller_one() -> None:
    with made(100, seed=5) as small, made(200, seed=5) as large:
        rows = small.rows("attendance")
        assert large.rows("attendance")[: len(rows)] == rows


def test_parquet_holds_the_rows_of_the_csv() -> None:
    with made(60, seed=5) as text, made(60, seed=5, format="parquet") as typed:
        for name, dataset in DATASETS.items():
            if name in ONLY_PLANTED:
                continue
            frame = pl.read_parquet(typed.folder / f"{name}.parquet")
            assert frame.columns == list(dataset.names)
            assert frame.height == text.report.rows[name] == typed.report.rows[name]
            readers = {
                pl.Date: dt.date.fromisoformat,
                pl.Time: dt.time.fromisoformat,
                pl.String: str,
            }
            for column in dataset.columns:
                read = readers.get(frame.schema[column.name].base_type())
                if read is None:
                    read = end_instant if column.kind == "end_instant" else instant
                cells = [row[column.name] for row in text.rows(name)]
                assert frame[column.name].to_list() == [read(cell) if cell else None for cell in cells], column.name


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_dataset_without_a_row_leaves_no_file(tmp_path: Path, form: str) -> None:
    # The civil registry comes first in a block: fourteen people have no outcome to be measured by.
    make(tmp_path, 60, seed=5, format=form)
    assert (tmp_path / f"outcomes.{form}").exists()
    report = make(tmp_path, 14, seed=5, format=form).report
    assert report.rows["outcomes"] == 0
    assert {path.stem for path in tmp_path.iterdir()} == set(DATASETS) - {"outcomes"} - ONLY_PLANTED


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    report = generate(
        tmp_path,
        employees=10,
        period_start=Q3[0],
        period_end=Q3[1],
        on_progress=lambda dataset, rows: told.append((dataset, rows)),
    )
    assert dict(told) == dict(report.rows)


def test_every_problem_at_once(tmp_path: Path) -> None:
    (tmp_path / "leave.parquet").touch()
    with pytest.raises(ValueError, match="employees 0") as error:
        generate(
            tmp_path,
            employees=0,
            period_start=dt.date(2026, 7, 1),
            period_end=dt.date(2026, 9, 1),
            defects=0.5,
            defect_kinds=["typo"],
        )
    said = str(error.value)
    for part in ("defects 0.5", "2026-07-01 to 2026-09-01", "unknown defect kinds typo", "leave.parquet"):
        assert part in said
    assert [path.name for path in tmp_path.iterdir()] == ["leave.parquet"]


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        (dt.date(2026, 7, 1), dt.date(2026, 10, 1), "2026-Q3"),
        (dt.date(2026, 10, 1), dt.date(2027, 1, 1), "2026-Q4"),
        (dt.date(2026, 12, 1), dt.date(2027, 1, 1), "2026-12"),
        (dt.date(2026, 1, 1), dt.date(2027, 1, 1), "2026"),
    ],
)
def test_the_period_has_its_name(start: dt.date, end: dt.date, label: str) -> None:
    with made(30, period_start=start, period_end=end) as world:
        assert {row["period"] for row in world.rows("decisions")} == {label}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (dt.date(2026, 8, 1), dt.date(2026, 11, 1)),  # three months, but no calendar quarter
        (dt.date(2026, 7, 2), dt.date(2026, 10, 2)),
        (dt.date(2026, 7, 1), dt.date(2026, 7, 1)),
        (dt.date(2026, 7, 1), dt.date(2025, 7, 1)),
        (dt.date(2026, 4, 1), dt.date(2027, 4, 1)),  # twelve months, but no calendar year
    ],
)
def test_no_calendar_period(tmp_path: Path, start: dt.date, end: dt.date) -> None:
    with pytest.raises(ValueError, match="no calendar month, quarter or year"):
        generate(tmp_path, employees=5, period_start=start, period_end=end)


def test_a_year_has_four_times_the_requests_of_a_quarter(town: MadeWorld) -> None:
    with made(300, seed=3, period_start=dt.date(2026, 1, 1), period_end=dt.date(2027, 1, 1)) as year:
        ratio = year.report.rows["service_requests"] / town.report.rows["service_requests"]
    assert 3.9 < ratio < 4.1
