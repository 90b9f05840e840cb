"""Files of a report: one text for one content, there whole, never written over."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reports import ReportError, write_manifest


def test_equal_manifests_are_equal_bytes(tmp_path: Path) -> None:
    one = write_manifest(tmp_path / "1", {"b": [1, {"d": None, "c": "é"}], "a": 12})
    other = write_manifest(tmp_path / "2", {"a": 12, "b": [1, {"c": "é", "d": None}]})
    assert one == tmp_path / "1" / "manifest.json"
    assert one.read_bytes() == other.read_bytes()
    assert one.read_bytes() == (
        b'{\n  "a": 12,\n  "b": [\n    1,\n    {\n      "c": "\\u00e9",\n      "d": null\n    }\n  ]\n}\n'
    )
    assert json.loads(one.read_bytes()) == {"a": 12, "b": [1, {"c": "é", "d": None}]}


def test_a_manifest_is_never_written_over(tmp_path: Path) -> None:
    path = write_manifest(tmp_path, {"a": 1})
    with pytest.raises(ReportError, match="never written over"):
        write_manifest(tmp_path, {"a": 2})
    assert json.loads(path.read_bytes()) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path], "nothing of the second writer stays"


@pytest.mark.parametrize("value", [float("nan"), dt.date(2026, 1, 1), Decimal(1), {1, 2}])
def test_what_is_not_json_is_refused_before_anything_is_written(tmp_path: Path, value: Any) -> None:
    with pytest.raises(ReportError, match=r"manifest\.json: the data holds .*: pass plain JSON"):
        write_manifest(tmp_path / "run", {"a": value})
    assert not (tmp_path / "run").exists()


def test_others_may_read_a_report(tmp_path: Path) -> None:
    neighbour = tmp_path / "neighbour"
    neighbour.touch()
    assert write_manifest(tmp_path, {}).stat().st_mode == neighbour.stat().st_mode
