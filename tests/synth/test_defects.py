"""Every spoiled row is refusable for its own reason alone, is counted, and leaves the sound rows as they were."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sources.contracts import DATASETS
from sources.synth.defects import DEFECTS, Defect
from tests.synth.refusals import refusals
from tests.synth.worlds import MadeWorld, made


def test_each_row_is_refused_for_one_reason_and_counted(spoiled_town: MadeWorld) -> None:
    for name, found in refusals(spoiled_town).items():
        assert max(map(len, found), default=0) <= 1, name
        counts = Counter(reason for reasons in found for reason in reasons)
        made_here = {kind: count for kind, count in spoiled_town.report.defects[name].items() if count}
        assert counts == made_here, name
        assert len(found) == spoiled_town.report.rows[name], name


def test_what_is_left_is_the_world_without_defects(town: MadeWorld, spoiled_town: MadeWorld) -> None:
    found = refusals(spoiled_town)
    for name in DATASETS:
        records = spoiled_town.records(name)
        sound = [row for row, reasons in zip(records, found[name], strict=True) if not reasons]
        assert sound == town.records(name), name


def test_the_share_holds_and_stays_far_from_half(spoiled_town: MadeWorld) -> None:
    for name, counts in spoiled_town.report.defects.items():
        rows = spoiled_town.report.rows[name]
        if rows >= 1000:
            assert 0.14 < sum(counts.values()) / rows < 0.19, name  # 0.2 / 1.2


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.kind)
def test_one_kind_alone(defect: Defect) -> None:
    with made(25, seed=9, defects=0.4, defect_kinds=[defect.kind]) as world:
        found = refusals(world)
        made_here = world.report.defects
    counts = {name: Counter(reason for reasons in each for reason in reasons) for name, each in found.items()}
    assert {name for name, count in counts.items() if count} <= set(defect.changes)
    assert any(count[defect.kind] for count in counts.values())
    for name, count in counts.items():
        assert count == {kind: times for kind, times in made_here[name].items() if times}


def test_parquet_has_no_defect_of_text(tmp_path: Path) -> None:
    with made(60, seed=9, defects=0.3, format="parquet") as world:
        kinds = {kind for counts in world.report.defects.values() for kind in counts}
    assert kinds == {defect.kind for defect in DEFECTS if not defect.csv_only}
