"""`kinerja synth` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from sources.contracts import DATASETS
from tests.synth.worlds import ONLY_PLANTED

from .conftest import Kinerja

WHAT = ("synth", "--employees", "40", "--period", "2026-Q3", "--out", "inputs")


def test_inputs_for_every_dataset_and_a_report(kinerja: Kinerja, tmp_path: Path) -> None:
    ended = kinerja(*WHAT, "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    made = json.loads(ended.stdout)
    assert made["status"] == "done"
    assert set(made["rows"]) == set(DATASETS)
    delivered = {name: rows for name, rows in made["rows"].items() if name not in ONLY_PLANTED}
    assert sorted(path.name for path in (tmp_path / "inputs").iterdir()) == sorted(f"{name}.csv" for name in delivered)
    for name, rows in delivered.items():
        assert pl.read_csv(tmp_path / "inputs" / f"{name}.csv", infer_schema=False).height == rows


def test_for_people_it_says_what_to_do_next(kinerja: Kinerja, tmp_path: Path) -> None:
    ended = kinerja(*WHAT, "--format", "parquet", "--defects", "0.1", "--seed", "7")
    assert ended.returncode == 0
    assert "kinerja run --city kalianda --period 2026-Q3 --inputs inputs" in ended.stdout
    assert (tmp_path / "inputs" / "attendance.parquet").exists()


def test_the_seed_decides_the_bytes(kinerja: Kinerja, tmp_path: Path) -> None:
    def made(out: str, seed: str) -> bytes:
        words = ("synth", "--employees", "40", "--period", "2026-Q3", "--out", out, "--seed", seed)
        assert kinerja(*words).returncode == 0
        return (tmp_path / out / "attendance.csv").read_bytes()

    assert made("a", "5") == made("b", "5") != made("c", "6")


def test_a_folder_with_files_is_left_alone_unless_forced(kinerja: Kinerja, tmp_path: Path) -> None:
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "mine.txt").write_text("mine")
    ended = kinerja(*WHAT)
    assert ended.returncode == 2
    assert "--force" in ended.stderr
    assert [path.name for path in (tmp_path / "inputs").iterdir()] == ["mine.txt"]
    assert kinerja(*WHAT, "--force").returncode == 0
    assert (tmp_path / "inputs" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--period", "2026-13", "is not a period"), ("--employees", "0", "employees 0"), ("--defects", "0.9", "0.9")],
)
def test_wrong_arguments(kinerja: Kinerja, tmp_path: Path, option: str, value: str, said: str) -> None:
    words = dict(zip(WHAT[1::2], WHAT[2::2], strict=True)) | {option: value}
    ended = kinerja("synth", *(word for pair in words.items() for word in pair))
    assert ended.returncode == 2
    assert said in ended.stderr
    assert not (tmp_path / "inputs").exists()


def test_plants_are_named_together_or_one_by_one(kinerja: Kinerja, tmp_path: Path) -> None:
    words = ("--plant", "lenient_rater,stuffed_survey", "--plant", "batch_closing", "--json")
    assert kinerja(*WHAT, *words).returncode == 0
    manifest = json.loads((tmp_path / "inputs" / "planted.json").read_text())
    assert list(manifest["plants"]) == ["lenient_rater", "batch_closing", "stuffed_survey"]
    ended = kinerja(*WHAT, "--force", "--plant", "weeds")
    assert (ended.returncode, "unknown plants weeds" in ended.stderr) == (2, True)
