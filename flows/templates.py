"""Empty files to fill in, for those who have no system to export from: one a dataset, and what each column may hold.

Made from the contracts, so that what a template asks for is what reading takes. `petunjuk.csv` and the sheet
`petunjuk` (guide) say it for people; in a workbook a column with a list offers its words, and whatever a spreadsheet
would spoil (numbers of people, dates, moments) is kept as text.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policies import Period
from policies.model import Policy
from sources.contracts import DATASETS, Column, Dataset, Kind
from transforms import READS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

GUIDE: Final = "petunjuk"
EXAMPLES: Final = "contoh"
"""Folder of the example rows: files of their own, so that nobody's scores are made of them."""
ROWS: Final = 5_000
"""Rows of a sheet that offer the words of a list."""
ALWAYS: Final = ("employees", "decisions", "unit_achievements", "developments")
"""Datasets that serve every city, whatever its policy scores."""
_HEADINGS: Final = ("dataset", "kolom", "wajib", "bentuk", "pilihan", "arti", "contoh")
_FORMS: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "teks",
    Kind.ID: "nomor sebagai teks",
    Kind.INTEGER: "bilangan bulat",
    Kind.DECIMAL: "angka, titik sebagai koma desimal",
    Kind.DATE: "tanggal 2026-07-31",
    Kind.TIME: "jam 07:30",
    Kind.INSTANT: "waktu 2026-07-31T07:30:00",
    Kind.END_INSTANT: "waktu 2026-07-31T16:00:00, atau tanggal saja: akhir hari itu",
}
_NUMBERS: Final = (Kind.INTEGER, Kind.DECIMAL)
_EXAMPLE: Final[Mapping[str, Mapping[str, str]]] = {
    "employees": {"supervisor_id": "", "schedule_id": "", "end_date": "", "birth_date": "1985-01-01", "sex": "F"},
    "schedules": {"end_time": "16:00", "day_starts_at": ""},
    "service_requests": {
        "status": "open", "first_response_at": "", "closed_at": "", "complete_at": "", "due_at": "",
        "paused_hours": "", "reopened_count": "", "complaint_class": "",
    },
    "progress": {"obstacle_category": "", "obstacle_note": ""},
    "ratings": {"instrument": "behaviour", "level": "2", "level_max": "3"},
    "outcomes": {"unit_id": ""},
}  # fmt: skip
"""Cells of the example rows where the kind of the column does not say what fits the rest of the row."""
_EMPLOYEE: Final = "198501012010012001"


def wanted_by(policy: Policy) -> list[str]:
    """The datasets a city should deliver, in the contracts' order."""
    read = {name for item in policy.all_items() for name in READS[item.indicator]}
    return [name for name in DATASETS if name in read or name in ALWAYS]


def example_row(dataset: Dataset, period: Period) -> dict[str, str]:
    """A row that is valid beside the example rows of the other datasets."""
    given = _EXAMPLE.get(dataset.name, {})
    return {column.name: given.get(column.name, _cell(column, period)) for column in dataset.columns}


def _cell(column: Column, period: Period) -> str:
    if column.name in {"employee_id", "rater_id", "decided_by", "supervisor_id"}:
        return _EMPLOYEE
    if column.allowed:
        return column.allowed[0]
    first, last = period.start, period.end - dt.timedelta(days=1)
    match column.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            return str(max(1, column.minimum or 0, (column.above or 0) + 1))
        case Kind.DATE:
            return (last if column.name in {"end_date", "due_date"} else first).isoformat()
        case Kind.TIME:
            return "07:30"
        case Kind.INSTANT | Kind.END_INSTANT:
            return f"{first.isoformat()}T09:00:00"
        case Kind.ID:
            return f"{column.name.removesuffix('_id').upper()}-1"
        case Kind.TEXT:
            return {"period": period.name, "sector": "general"}.get(column.name, f"contoh {column.name}")


def guide_rows(dataset: Dataset, period: Period) -> list[tuple[str, ...]]:
    """What each column may hold, as `_HEADINGS`."""
    example = example_row(dataset, period)
    return [
        (
            dataset.name,
            column.name,
            "ya" if column.required else "boleh kosong",
            _FORMS[column.kind] + _bounds(column),
            " | ".join(column.allowed),
            column.meaning,
            example[column.name],
        )
        for column in dataset.columns
    ]


def _bounds(column: Column) -> str:
    if column.above is not None:
        return f", lebih dari {column.above}"
    if column.minimum is not None and column.maximum is not None:
        return f", {column.minimum} sampai {column.maximum}"
    return "" if column.minimum is None else f", {column.minimum} atau lebih"


def write_csv_templates(names: Iterable[str], period: Period, out: Path) -> list[Path]:
    """`<dataset>.csv` with a header only, `petunjuk.csv`, and example rows in a folder of their own."""
    out.mkdir(parents=True, exist_ok=True)
    (out / EXAMPLES).mkdir(exist_ok=True)
    datasets = [DATASETS[name] for name in names]
    written = []
    for dataset in datasets:
        example = example_row(dataset, period)
        written.append(_write(out / f"{dataset.name}.csv", [dataset.names]))
        _write(out / EXAMPLES / f"{dataset.name}.csv", [dataset.names, list(example.values())])
    rows = [row for dataset in datasets for row in guide_rows(dataset, period)]
    return [*written, _write(out / f"{GUIDE}.csv", [_HEADINGS, *rows])]


def _write(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return path


def write_workbook_templates(names: Iterable[str], period: Period, out: Path) -> list[Path]:
    """`<dataset>.xlsx` with a sheet to fill in and its guide, and the `sources.yaml` that reads them."""
    from xlsxwriter import Workbook

    out.mkdir(parents=True, exist_ok=True)
    datasets = [DATASETS[name] for name in names]
    written = []
    for dataset in datasets:
        path = out / f"{dataset.name}.xlsx"
        with Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
            _fill_in(book, book.add_worksheet(dataset.name[:31]), dataset)
            guide = book.add_worksheet(GUIDE)
            for number, row in enumerate([_HEADINGS, *guide_rows(dataset, period)]):
                guide.write_row(number, 0, row)
            guide.set_column(0, len(_HEADINGS) - 1, 24)
        written.append(path)
    lines = ["# Hapus baris dan berkas yang tidak dipakai: berkas tanpa isi menghentikan proses.", "version: 1"]
    lines += ["datasets:", *(f"  {one.name}: {{file: {one.name}.xlsx, sheet: {one.name[:31]}}}" for one in datasets)]
    mapping = out / "sources.yaml"
    mapping.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [*written, mapping]


def _fill_in(book: Workbook, sheet: Worksheet, dataset: Dataset) -> None:
    """The sheet to fill in: header, kinds of cells, words to choose from, bounds."""
    text = book.add_format({"num_format": "@"})
    headings = {
        required: book.add_format({"bold": True, "bg_color": "#DDEBF7" if required else "#F2F2F2"})
        for required in (True, False)
    }
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(dataset.columns):
        sheet.set_column(place, place, max(14, len(column.name) + 2), None if column.kind in _NUMBERS else text)
        sheet.write_string(0, place, column.name, headings[column.required])
        sheet.write_comment(
            0, place, f"{column.meaning}\n{_FORMS[column.kind]}{_bounds(column)}{' (wajib)' if column.required else ''}"
        )
        if rule := _rule(column):
            shown = {"error_title": column.name[:32], "ignore_blank": True}
            sheet.data_validation(1, place, ROWS, place, {**rule, **shown})


def _rule(column: Column) -> dict[str, Any] | None:
    """What a spreadsheet holds a cell to; None: any text."""
    if column.allowed:
        return {"validate": "list", "source": list(column.allowed), "error_message": "Pilih dari daftar."}
    kind = "integer" if column.kind is Kind.INTEGER else "decimal"
    said = {"error_message": f"Isi {_FORMS[column.kind]}{_bounds(column)}."}
    if column.above is not None:
        return {"validate": kind, "criteria": ">", "value": column.above, **said}
    if column.minimum is not None and column.maximum is not None:
        between = {"minimum": column.minimum, "maximum": column.maximum}
        return {"validate": kind, "criteria": "between", **between, **said}
    return None if column.minimum is None else {"validate": kind, "criteria": ">=", "value": column.minimum, **said}
