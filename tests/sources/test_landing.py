from __future__ import annotations

import hashlib
import json
import os
import pickle
from pathlib import Path

import pytest

import sources

LEAVE = "employee_id,start_date,end_date,kind\n"


def landed(folder: Path, landing: Path, mapping: Path | None = None):
    source_map = sources.load_source_map(folder, mapping)
    return source_map, sources.land(source_map, landing)


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, content in files.items():
        (path / name.replace("_dot_", ".")).write_text(content)
    return path


def test_a_file_lies_under_its_hash_unchanged(tmp_path: Path) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE)
    _, (file,) = landed(inputs, tmp_path / "landing")
    sha256 = hashlib.sha256(LEAVE.encode()).hexdigest()
    assert (file.name, file.dataset, file.sha256, file.n_bytes) == ("leave.csv", "leave", sha256, len(LEAVE))
    assert file.path == tmp_path / "landing" / sha256
    assert file.path.read_text() == LEAVE
    assert [path.name for path in (tmp_path / "landing").iterdir()] == [sha256]
    file.verify()
    # Task runners send it between processes.
    assert pickle.loads(pickle.dumps(file)) == file  # noqa: S301 - our own bytes


def test_a_copy_that_is_whole_is_kept_and_a_damaged_one_replaced(tmp_path: Path) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE)
    _, (first,) = landed(inputs, tmp_path / "landing")
    inode = first.path.stat().st_ino
    _, (second,) = landed(inputs, tmp_path / "landing")
    assert second.path.stat().st_ino == inode
    first.path.write_text(LEAVE.upper())
    _, (third,) = landed(inputs, tmp_path / "landing")
    third.verify()


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_copy_that_changed_is_refused_at_each_read(tmp_path: Path, damage: str) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE)
    source_map, files = landed(inputs, tmp_path / "landing")
    content = bytearray(files[0].path.read_bytes())
    if damage == "gone":
        files[0].path.unlink()
    else:
        content[3] ^= 1
        files[0].path.write_bytes(content if damage == "flip" else content[:-1])
    with pytest.raises(sources.UnreadableFile, match=r"leave\.csv: landed copy"):
        sources.read_dataset(source_map, files, "leave", timezone="Asia/Jakarta", out=tmp_path / "out")
    assert not (tmp_path / "out" / "leave.parquet").exists()


def test_input_hash_depends_on_contents_and_mapping_only(tmp_path: Path) -> None:
    def hash_of(name: str, mapping: str, **files: str) -> str:
        inputs = folder(tmp_path / name, sources_dot_yaml=mapping, **files)
        return sources.input_hash(*reversed(landed(inputs, tmp_path / "landing")))

    one, two = LEAVE + "1,,,\n", LEAVE + "2,,,\n"
    base = hash_of("a", "version: 1\ndatasets: {leave: [a.csv, b.csv]}", a_dot_csv=one, b_dot_csv=two)
    renamed = hash_of("b", "datasets: {leave: [y.csv, x.csv]}\nversion: 1 # same", x_dot_csv=one, y_dot_csv=two)
    assert renamed == base
    changed = hash_of("c", "version: 1\ndatasets: {leave: [a.csv, b.csv]}", a_dot_csv=one, b_dot_csv=two + "\n")
    mapped = hash_of(
        "d", "version: 1\ndatasets: {leave: [{file: a.csv, encoding: cp1252}, b.csv]}", a_dot_csv=one, b_dot_csv=two
    )
    other = hash_of("e", "version: 1\ndatasets: {objectives: [a.csv, b.csv]}", a_dot_csv=one, b_dot_csv=two)
    assert len({base, changed, mapped, other}) == 4


def test_a_crosswalk_is_landed_and_counts_for_the_hash(tmp_path: Path) -> None:
    mapping = """
version: 1
datasets:
  leave:
    file: a.csv
    columns: {employee_id: {from: pin, lookup: {file: who.csv, key: pin, value: nip}}}
"""
    hashes = set()
    for name, who in (("a", "pin,nip\n1,2\n"), ("b", "pin,nip\n1,3\n")):
        inputs = folder(
            tmp_path / name, sources_dot_yaml=mapping, a_dot_csv="pin,start_date,end_date,kind\n", who_dot_csv=who
        )
        source_map, files = landed(inputs, tmp_path / "landing")
        assert [(file.name, file.dataset) for file in files] == [("a.csv", "leave"), ("who.csv", None)]
        hashes.add(sources.input_hash(files, source_map))
    assert len(hashes) == 2


def test_an_input_that_vanishes_is_said(tmp_path: Path) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE)
    source_map = sources.load_source_map(inputs)
    (inputs / "leave.csv").unlink()
    with pytest.raises(sources.SourceError, match=r"leave\.csv: vanished"):
        sources.land(source_map, tmp_path / "landing")


@pytest.fixture
def long_ago(monkeypatch) -> None:
    """Files that were just written count as left alone for a while."""
    monkeypatch.setattr("sources.landing._SETTLED_NANOSECONDS", -(10**18))


def index_of(tmp_path: Path) -> dict:
    return json.loads((tmp_path / "landing-index.json").read_text())["files"]


@pytest.mark.usefixtures("long_ago")
def test_a_file_that_nobody_touched_is_landed_from_the_index(tmp_path: Path) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE, calendar_dot_csv="date,kind\n")
    _, first = landed(inputs, tmp_path / "landing")
    known = index_of(tmp_path)
    assert sorted(Path(path).name for path in known) == ["calendar.csv", "leave.csv"]
    assert landed(inputs, tmp_path / "landing")[1] == first
    # To see that it is the index that answers: an index that lies.
    leave, calendar = (next(path for path in known if path.endswith(name)) for name in ("leave.csv", "calendar.csv"))
    known[leave][0], known[leave][2] = known[calendar][0], known[calendar][2]
    (tmp_path / "landing-index.json").write_text(json.dumps({"version": 1, "files": known}))
    _, believed = landed(inputs, tmp_path / "landing")
    assert {file.sha256 for file in believed} == {known[calendar][0]}


@pytest.mark.usefixtures("long_ago")
@pytest.mark.parametrize("keep_time", [True, False])
def test_a_file_that_changed_is_hashed_again_also_with_its_old_time(tmp_path: Path, keep_time: bool) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE)
    source = inputs / "leave.csv"
    before = source.stat()
    landed(inputs, tmp_path / "landing")
    source.write_text(LEAVE.upper())
    if keep_time:
        os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    _, (file,) = landed(inputs, tmp_path / "landing")
    assert file.sha256 == hashlib.sha256(LEAVE.upper().encode()).hexdigest()
    file.verify()


@pytest.mark.usefixtures("long_ago")
@pytest.mark.parametrize("damage", ["flip", "gone"])
def test_a_copy_that_is_damaged_is_replaced_whatever_the_index_says(tmp_path: Path, damage: str) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE)
    _, (file,) = landed(inputs, tmp_path / "landing")
    if damage == "flip":
        file.path.write_text(LEAVE.upper())
    else:
        file.path.unlink()
    landed(inputs, tmp_path / "landing")[1][0].verify()


def test_a_file_that_may_still_change_does_not_enter_the_index(tmp_path: Path) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE)
    in_2096 = 4_000_000_000
    os.utime(inputs / "leave.csv", (in_2096, in_2096))
    landed(inputs, tmp_path / "landing")
    assert not (tmp_path / "landing-index.json").exists()


@pytest.mark.usefixtures("long_ago")
@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 0}', '{"version": 1, "files": {"a": 3}}', "\0"])
def test_an_index_that_cannot_be_read_costs_time_only(tmp_path: Path, content: str) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE)
    (tmp_path / "landing-index.json").write_text(content)
    _, (file,) = landed(inputs, tmp_path / "landing")
    file.verify()
    assert next(iter(index_of(tmp_path).values()))[0] == file.sha256


def test_what_a_killed_run_left_half_copied_is_removed_after_a_day(tmp_path: Path) -> None:
    inputs = folder(tmp_path / "in", leave_dot_csv=LEAVE)
    (tmp_path / "landing").mkdir()
    old, new = tmp_path / "landing" / ".landing-old", tmp_path / "landing" / ".landing-new"
    old.write_text("half")
    new.write_text("half")
    os.utime(old, (0, 0))
    _, (file,) = landed(inputs, tmp_path / "landing")
    assert set((tmp_path / "landing").iterdir()) == {new, file.path}
