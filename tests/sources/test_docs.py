"""The examples of docs/sources.md: the files and the mapping of each make the rows it shows."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

import sources
from sources.contracts import DATASETS
from sources.formats import READERS
from sources.mapping import ColumnSource, FileEntry

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text()
FENCE = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Example(NamedTuple):
    files: dict[str, str]
    dataset: str
    expected: str


def examples() -> list[Example]:
    """Blocks in order: files and a mapping gather until the rows they make."""
    found: list[Example] = []
    files: dict[str, str] = {}
    for language, name, content in FENCE.findall(PAGE):
        if language == "text":
            found.append(Example(files, name, content))
            files = {}
        else:
            files[name] = content
    assert not files, "an example without its rows"
    return found


def shown(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
    return str(value)


@pytest.mark.parametrize("example", examples(), ids=lambda example: " ".join(example.files))
def test_the_page_shows_what_comes_out(reader, example: Example) -> None:
    header, *expected = csv.reader(io.StringIO(example.expected))
    frame = reader(example.dataset, example.files).frame
    assert [[shown(cell) for cell in row] for row in frame.select(header).rows()] == expected


def test_every_key_stands_on_the_page() -> None:
    for model in (FileEntry, ColumnSource):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in PAGE
    for name in READERS:
        assert f"`{name}`" in PAGE


def test_every_dataset_of_an_example_exists() -> None:
    assert len(examples()) >= 9
    assert {example.dataset for example in examples()} <= set(DATASETS)


def test_the_page_shows_the_message_a_mistake_gets(tmp_path: Path) -> None:
    (message,) = re.findall(r"^```console\n(.*?)\n```$", PAGE, re.DOTALL | re.MULTILINE)
    example = next(one for one in examples() if one.dataset == "calendar")
    wrong = example.files | {"sources.yaml": example.files["sources.yaml"].replace("date:", "dat:")}
    for name, content in wrong.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(sources.SourceError) as caught:
        sources.load_source_map(tmp_path)
    assert caught.value.problems == (message,)
