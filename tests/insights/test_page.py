"""docs/insights.md: its commands are there, its policy text loads."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from flows.cli.reading import READINGS
from policies.model import InsightRules

PAGE = (Path(__file__).parents[2] / "docs" / "insights.md").read_text(encoding="utf-8")


def test_its_commands_are_those_of_the_program() -> None:
    shown = re.findall(r"^\| `kinerja ([a-z-]+)(?: \[--([a-z]+) [^\]]*\])?` \|", PAGE, re.MULTILINE)
    readings = {reading.command: reading for reading in READINGS}
    assert len(shown) >= 7
    for command, option in shown:
        only = readings[command].only
        assert option == ("" if only is None else only.column.removesuffix("_id")), command


def test_its_policy_text_loads() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    rules = InsightRules.model_validate(yaml.safe_load(text)["insights"])
    assert [one.id for one in rules.interventions] == ["online_queue"]
    assert rules.standard_time is not None
    assert [one.measure for one in rules.benchmarks] == ["ikm"]
