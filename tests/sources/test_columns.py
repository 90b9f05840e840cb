from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sources
from sources.columns import _written
from sources.mapping import Rescale

JAKARTA = ZoneInfo("Asia/Jakarta")


def mapped(dataset: str, file: str, columns: str) -> str:
    indented = "\n".join(f"      {line}" for line in columns.strip().splitlines())
    return f"version: 1\ndatasets:\n  {dataset}:\n    file: {file}\n    columns:\n{indented}\n"


CALENDAR = "tanggal,jenis\n2026-08-17,libur\n2026-08-18,cuti bersama\n2026-08-19,\n2026-08-20,lain\n"


def test_value_maps(reader) -> None:
    mapping = mapped(
        "calendar", "hari.csv", "date: tanggal\nkind: {from: jenis, map: {libur: holiday, '': joint_leave}}"
    )
    outcome = reader("calendar", {"hari.csv": CALENDAR, "sources.yaml": mapping})
    assert outcome.frame["kind"].to_list() == ["holiday", None, "joint_leave", None]
    assert outcome.problems == [
        (3, "kind: not in the map of sources.yaml"),
        (5, "kind: not in the map of sources.yaml"),
    ]


def test_a_default_takes_what_the_map_does_not_name(reader) -> None:
    mapping = mapped(
        "calendar", "hari.csv", "date: tanggal\nkind: {from: jenis, map: {libur: holiday}, default: joint_leave}"
    )
    outcome = reader("calendar", {"hari.csv": CALENDAR, "sources.yaml": mapping})
    # An empty cell is not a value: it stays empty.
    assert outcome.frame["kind"].to_list() == ["holiday", "joint_leave", None, "joint_leave"]
    assert outcome.problems == []


def test_yes_and_no_are_words(reader) -> None:
    mapping = mapped("calendar", "hari.csv", "date: tanggal\nkind: {from: jenis, map: {yes: holiday, 1: joint_leave}}")
    content = "tanggal,jenis\n2026-08-17,yes\n2026-08-18,1\n"
    outcome = reader("calendar", {"hari.csv": content, "sources.yaml": mapping})
    assert outcome.frame["kind"].to_list() == ["holiday", "joint_leave"]


def test_constants_fill_every_record_that_could_be_split(reader) -> None:
    mapping = mapped("calendar", "hari.csv", "date: tanggal\nkind: {constant: holiday}")
    outcome = reader("calendar", {"hari.csv": CALENDAR + "x,y,z\n", "sources.yaml": mapping})
    assert outcome.frame["kind"].to_list() == ["holiday"] * 4 + [None]


def test_a_column_of_the_canonical_name_needs_no_line_and_null_leaves_it_empty(reader) -> None:
    content = "employee_id,timestamp,direction\n1,2026-07-01T08:00,in\n"
    mapping = mapped("attendance", "log.csv", "device_id: {constant: gate}")
    outcome = reader("attendance", {"log.csv": content, "sources.yaml": mapping})
    assert outcome.frame["direction"].to_list() == ["in"]
    mapping = mapped("attendance", "log.csv", "direction: null")
    outcome = reader("attendance", {"log.csv": content, "sources.yaml": mapping})
    assert outcome.frame["direction"].to_list() == [None]
    assert outcome.read.notes == ("log.csv: 1 columns not used: direction",)


WHO = "system,pin,nip\ngate,7,198501012010011001\ngate,8,198501012010011002\nother,7,000\n"
LOG = "pin,timestamp\n7,2026-07-01T08:00\n9,2026-07-01T08:00\n,2026-07-01T08:00\n"
LOOKUP = "employee_id: {from: pin, lookup: {file: who.csv, where: {system: gate}, key: pin, value: nip}%s}"


def test_a_lookup_that_misses_is_a_problem(reader) -> None:
    files = {"log.csv": LOG, "who.csv": WHO, "sources.yaml": mapped("attendance", "log.csv", LOOKUP % "")}
    outcome = reader("attendance", files)
    assert outcome.frame["employee_id"].to_list() == ["198501012010011001", None, None]
    # An empty cell has nothing to look up: that it is required is for validation to say.
    assert outcome.problems == [(3, "employee_id: not in the crosswalk")]


def test_a_lookup_that_may_miss_is_null(reader) -> None:
    files = {
        "log.csv": LOG,
        "who.csv": WHO,
        "sources.yaml": mapped("attendance", "log.csv", LOOKUP % ", missing: null"),
    }
    outcome = reader("attendance", files)
    assert outcome.frame["employee_id"].to_list() == ["198501012010011001", None, None]
    assert outcome.problems == []


def test_a_lookup_may_start_from_a_mapped_column(reader) -> None:
    columns = (LOOKUP % "") + "\ndevice_id: {of: employee_id, lookup: {file: units.csv, key: nip, value: unit}}"
    files = {
        "log.csv": LOG,
        "who.csv": WHO,
        "units.csv": "nip,unit\n198501012010011001,U1\n",
        "sources.yaml": mapped("attendance", "log.csv", columns),
    }
    outcome = reader("attendance", files)
    assert outcome.frame["device_id"].to_list() == ["U1", None, None]
    # The miss is told once, where it happened.
    assert outcome.problems == [(3, "employee_id: not in the crosswalk")]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (WHO + "gate,7,other\n", "1 of its keys have more than one value"),
        (
            "system,pim,nip\n",
            "a lookup needs the column 'pin', which this file lacks; it has 'pim', which resembles 'pin'.",
        ),
    ],
)
def test_a_crosswalk_that_cannot_be_used(reader, who: str, said: str) -> None:
    files = {"log.csv": LOG, "who.csv": who, "sources.yaml": mapped("attendance", "log.csv", LOOKUP % "")}
    with pytest.raises(sources.UnreadableFile) as caught:
        reader("attendance", files)
    assert said in str(caught.value)
    assert "198501012010011001" not in str(caught.value)


def test_a_key_that_stands_twice_with_one_value_is_no_contradiction(reader) -> None:
    files = {"log.csv": LOG, "who.csv": WHO + WHO[17:], "sources.yaml": mapped("attendance", "log.csv", LOOKUP % "")}
    assert reader("attendance", files).frame["employee_id"][0] == "198501012010011001"


SURVEY = """
response_id: id
submitted_at: {constant: 2026-07-01}
unit_id: {constant: U}
audience: {constant: citizen}
u7: {from: stars, rescale: {from: [1, 5], to: [1, 4]}}
u8: {from: marks, rescale: {from: [0, 7], to: [1, 4]}}
"""


def test_a_scale_is_moved_exactly(reader) -> None:
    """1-5 to 1-4: 1 + 3/4 (x - 1). 0-7 to 1-4: 1 + 3/7 x, which never ends: six decimals, half away from zero."""
    content = "id,stars,marks\n1,1,0\n2,2,1\n3,3,2\n4,4,3.5\n5,5,7\n6,,\n7,five,NaN\n8,2.5,1e0\n"
    outcome = reader(
        "survey_responses", {"s.csv": content, "sources.yaml": mapped("survey_responses", "s.csv", SURVEY)}
    )
    assert outcome.frame["u7"].to_list() == [
        Decimal(1), Decimal("1.75"), Decimal("2.5"), Decimal("3.25"), Decimal(4), None, None, Decimal("2.125"),
    ]  # fmt: skip
    assert outcome.frame["u8"].to_list() == [
        Decimal(1), Decimal("1.428571"), Decimal("1.857143"), Decimal("2.5"), Decimal(4), None, None,
        Decimal("1.428571"),
    ]  # fmt: skip
    assert [row for row, _ in outcome.problems] == [8]


@given(number=st.fractions(min_value=-1000, max_value=1000, max_denominator=1000))
def test_a_rescaled_number_is_exact_or_right_to_the_sixth_decimal(number: Fraction) -> None:
    written = Fraction(_written(number))
    if 10**18 % number.denominator == 0:
        assert written == number
    else:
        assert abs(written - number) <= Fraction(1, 2 * 10**6)


@given(st.integers(1, 5))
def test_the_ends_of_a_scale_meet(value: int) -> None:
    rescale = Rescale.model_validate({"from": ["1", "5"], "to": ["4", "1"]})
    assert rescale.apply(Fraction(value)) == 4 - Fraction(3, 4) * (value - 1)


def test_date_and_time_in_two_cells(reader) -> None:
    content = (
        "id,day,clock\n"
        "1,2026-07-01,08:30:15\n"
        "2,2026-07-01 00:00:00,1899-12-31 08:30:15\n"
        "3,2026-07-01,0.3543402777777778\n"
        "4,2026-07-01,\n"
        "5,,08:30\n"
        "6,,\n"
        "7,2026-07-01,noon\n"
    )
    columns = SURVEY.replace("id: id", "id: id", 1).replace("{constant: 2026-07-01}", "{date: day, time: clock}")
    columns = "\n".join(line for line in columns.splitlines() if "rescale" not in line)
    outcome = reader(
        "survey_responses", {"s.csv": content, "sources.yaml": mapped("survey_responses", "s.csv", columns)}
    )
    moment = datetime(2026, 7, 1, 8, 30, 15, tzinfo=JAKARTA)
    assert outcome.frame["submitted_at"].to_list() == [moment, moment, moment, None, None, None, None]
    empty = "submitted_at: one of its two cells (date, time) is empty"
    assert outcome.problems == [
        (5, empty),
        (6, empty),
        (8, "submitted_at: does not parse as a moment YYYY-MM-DDTHH:MM:SS"),
    ]


def test_two_cells_with_a_format_of_their_own(reader) -> None:
    content = "pin,tanggal,jam\n1,03/06/2026,8:05\n"
    mapping = mapped(
        "attendance", "a.csv", "employee_id: pin\ntimestamp: {date: tanggal, time: jam, formats: '%d/%m/%Y %H:%M'}"
    )
    outcome = reader("attendance", {"a.csv": content, "sources.yaml": mapping})
    assert outcome.frame["timestamp"].to_list() == [datetime(2026, 6, 3, 8, 5, tzinfo=JAKARTA)]


def test_numbers_as_indonesia_writes_them(reader) -> None:
    content = "service_type;limit\na;1.234,5\nb;0,25\nc;12\nd;1.5\ne;1,2,3\n"
    mapping = """
version: 1
datasets:
  service_standards: {file: s.csv, delimiter: ;, columns: {limit_hours: {from: limit, decimal_comma: true}}}
"""
    outcome = reader("service_standards", {"s.csv": content, "sources.yaml": mapping})
    assert outcome.frame["limit_hours"].to_list() == [Decimal("1234.5"), Decimal("0.25"), Decimal(12), None, None]
    assert [row for row, _ in outcome.problems] == [5, 6]


def test_one_file_may_feed_a_dataset_twice(reader) -> None:
    """In and out on one row: two entries, each of its own column."""
    content = "nip,day,came,went\n1,2026-07-01,08:00,16:00\n"
    mapping = """
version: 1
datasets:
  attendance:
    - file: absen.csv
      columns: {employee_id: nip, timestamp: {date: day, time: came}, direction: {constant: in}}
    - file: absen.csv
      columns: {employee_id: nip, timestamp: {date: day, time: went}, direction: {constant: out}}
"""
    outcome = reader("attendance", {"absen.csv": content, "sources.yaml": mapping})
    assert outcome.frame.select("direction", "_row").rows() == [("in", 2), ("out", 2)]
    assert outcome.frame["timestamp"].dt.hour().to_list() == [8, 16]


def test_columns_the_mapping_needs_are_all_named(reader) -> None:
    mapping = mapped("calendar", "hari.csv", "date: tangal\nkind: {of: date, map: {a: b}}")
    with pytest.raises(
        sources.UnreadableFile, match="'tangal' \\(for date\\), which this file lacks; it has 'tanggal'"
    ):
        reader("calendar", {"hari.csv": CALENDAR, "sources.yaml": mapping})
    mapping = mapped("attendance", "log.csv", "employee_id: pin\ndevice_id: {of: direction}")
    with pytest.raises(sources.UnreadableFile, match="'direction' \\(for device_id\\)"):
        reader("attendance", {"log.csv": LOG, "sources.yaml": mapping})


def test_a_misnamed_header_is_answered_with_the_line_to_write(reader) -> None:
    with pytest.raises(sources.UnreadableFile) as caught:
        reader("attendance", {"attendance.csv": "employee_id,time_stamp\n198501012010011001,2026-07-01T08:00\n"})
    assert str(caught.value) == (
        "attendance.csv: header: attendance needs the column 'timestamp', which this file lacks; "
        "it has 'time_stamp', which resembles 'timestamp'. Add or rename the columns, or write under 'columns:' in "
        "sources.yaml where each comes from, such as timestamp: 'time_stamp'."
    )
