"""Commands that read the warehouse: scores, what they are made of, what follows from them, and how runs went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from flows.cli.options import CITY_HELP, PERIOD_HELP, City, Home, PeriodText, WarehouseUrl, settings_from
from flows.cli.output import ColumnType, Format, Records, format_of, write
from flows.cli.problems import asked_of_warehouse
from flows.cli.revisions import AsOf, Revision, asked

if TYPE_CHECKING:
    from warehouse import Rows, Warehouse

COLUMN_TYPES: Final[Mapping[str, ColumnType]] = {
    "results_score": "decimal_2",
    "behaviour_score": "decimal_2",
    "score": "decimal_2",
    "achievement": "decimal_2",
    "weight": "decimal_2",
    "value": "decimal_6",
    "n": "integer",
    "numerator": "integer",
    "denominator": "integer",
    "revision": "integer",
    "row": "integer",
    "previous_revision": "integer",
    "n_added": "integer",
    "n_removed": "integer",
    "n_changed": "integer",
    "n_evaluated": "integer",
    "n_unexpected": "integer",
    "success": "boolean",
    "provisional": "boolean",
    "known_as_of": "instant",
    "started_at": "instant",
    "finished_at": "instant",
}
"""Columns of the warehouse's queries that are not text."""
CONSEQUENCE_TYPES: Final[Mapping[str, ColumnType]] = {
    "n_absent_days": "integer",
    "n_minutes": "integer",
    "n_days": "integer",
    "n_days_in_a_row": "integer",
    "required_level": "integer",
    "assessed": "decimal_6",
    "gap": "decimal_6",
    "number": "integer",
    "supervisor_must_act": "boolean",
    "is_different": "boolean",
    "n_rated": "integer",
    "n_sangat_baik": "integer",
    "n_baik": "integer",
    "n_butuh_perbaikan": "integer",
    "n_kurang": "integer",
    "n_sangat_kurang": "integer",
    "is_as_guided": "boolean",
    "revision": "integer",
}
"""The same of the queries on what follows from a score."""

_PANEL: Final = "Read what was found"

RunId = Annotated[
    str | None, typer.Option("--run", metavar="RUN_ID", help="Run to read, also one that published nothing.")
]
FormatOption = Annotated[
    Format | None, typer.Option("--format", help="How to write the rows; else by the ending of --output, else table.")
]
Output = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="File to write instead of the screen.")]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json; errors are JSON too.")]


class _Asked(NamedTuple):
    """What every reading command may be asked: where from, and how to write it."""

    warehouse: str | None
    home: Path | None
    format: Format | None
    output: Path | None
    json: bool


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (
        scores,
        indicators,
        followups,
        discipline,
        competencies,
        decisions,
        guidance,
        changes,
        quarantine,
        validations,
        runs,
    ):
        app.command(rich_help_panel=_PANEL)(command)


def scores(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show the score and rating of every employee.

    Example: kinerja scores --city kalianda --period 2026-Q3 --output scores.csv
    """
    first = ("employee_id", "name", "score", "proposed_rating", "status", "reason", "decided_rating")
    _read(
        f"scores of {city} {period}",
        lambda store: store.scores(city, period, asked(store, city, period, revision, as_of)),
        _Asked(warehouse, home, format, output, json),
        first=first,
        above=("revision", "run_id"),
    )


def indicators(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show every item of every employee: what was measured, from how much, and what it achieved.

    Example: kinerja indicators --city kalianda --period 2026-Q3 --revision 1 --format json
    """
    first = ("employee_id", "item_id", "achievement", "weight", "status", "reason", "value", "n")
    _read(
        f"indicators of {city} {period}",
        lambda store: store.indicators(city, period, asked(store, city, period, revision, as_of)),
        _Asked(warehouse, home, format, output, json),
        first=first,
        above=("revision", "run_id"),
    )


def followups(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show what each rating leads to: rewards, guidance, counselling, training, and who has no score.

    Example: kinerja followups --city kalianda --period 2026-Q3 --output followups.csv
    """
    first = ("employee_id", "action", "item_id", "course", "supervisor_must_act", "reason", "name")
    _read(
        f"follow-ups of {city} {period}",
        lambda store: store.follow_ups(city, period, asked(store, city, period, revision, as_of)),
        _Asked(warehouse, home, format, output, json),
        first=first,
        above=("revision", "run_id"),
        types=CONSEQUENCE_TYPES,
    )


def discipline(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show the days of unexcused absence of the calendar year of each PNS, and the level of PP 94/2021.

    Example: kinerja discipline --city kalianda --period 2026-Q3 --format csv
    """
    first = ("employee_id", "level", "n_days", "n_absent_days", "n_minutes", "n_days_in_a_row", "name")
    _read(
        f"discipline of {city} {period}",
        lambda store: store.discipline(city, period, asked(store, city, period, revision, as_of)),
        _Asked(warehouse, home, format, output, json),
        first=first,
        above=("revision", "run_id"),
        types=CONSEQUENCE_TYPES,
    )


def competencies(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show the required and the assessed level of each competency, and the gap.

    Example: kinerja competencies --city kalianda --period 2026-Q3 --output gaps.csv
    """
    first = ("employee_id", "competency", "required_level", "assessed", "gap", "band", "name")
    _read(
        f"competencies of {city} {period}",
        lambda store: store.competencies(city, period, asked(store, city, period, revision, as_of)),
        _Asked(warehouse, home, format, output, json),
        first=first,
        above=("revision", "run_id"),
        types=CONSEQUENCE_TYPES,
    )


def decisions(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show the rating that was decided beside the one that was proposed, and the reason given.

    Example: kinerja decisions --city kalianda --period 2026-Q3 --format json
    """
    first = ("employee_id", "proposed_rating", "decided_rating", "is_different", "reason", "name")
    _read(
        f"decisions of {city} {period}",
        lambda store: store.decisions(city, period, asked(store, city, period, revision, as_of)),
        _Asked(warehouse, home, format, output, json),
        first=first,
        above=("revision", "run_id"),
        types=CONSEQUENCE_TYPES,
    )


def guidance(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show each unit's own rating beside the ratings of its people (PermenPANRB 6/2022, annex).

    Example: kinerja guidance --city kalianda --period 2026-Q3 --format csv
    """
    first = ("unit_id", "unit_rating", "expected_rating", "is_as_guided", "n_rated")
    _read(
        f"guidance of {city} {period}",
        lambda store: store.guidance(city, period, asked(store, city, period, revision, as_of)),
        _Asked(warehouse, home, format, output, json),
        first=first,
        above=("revision", "run_id"),
        types=CONSEQUENCE_TYPES,
    )


def changes(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show what a revision changed: how many people came, went and differ, and how many moved between ratings.

    The first revision of a period replaced nothing. No person is named.
    Example: kinerja changes --city kalianda --period 2026-Q3 --revision 2
    """
    _read(
        f"changes of {city} {period}",
        lambda store: store.changes(city, period, asked(store, city, period, revision, as_of)),
        _Asked(warehouse, home, format, output, json),
        above=("revision", "previous_revision", "cause", "run_id"),
    )


def quarantine(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    run: RunId = None,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show the refused record too; it holds personal data.")
    ] = False,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show the rows of the latest run that were refused: which file, row and column, and why.

    Example: kinerja quarantine --city kalianda --period 2026-Q3 --output refused.csv
    """
    _read(
        f"refused rows of {city} {period}",
        lambda store: store.quarantine(city, period, asked(store, city, period, revision, as_of), run_id=run),
        _Asked(warehouse, home, format, output, json),
        above=("run_id",),
        hidden=() if show_values else ("record",),
    )


def validations(
    city: City,
    period: PeriodText,
    revision: Revision = None,
    as_of: AsOf = None,
    run: RunId = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show what each expectation found in the latest run, and what was done about it.

    Example: kinerja validations --city kalianda --period 2026-Q3
    """
    first = ("dataset", "expectation_id", "severity", "n_unexpected", "action", "n_evaluated", "success")
    _read(
        f"validations of {city} {period}",
        lambda store: store.validations(city, period, asked(store, city, period, revision, as_of), run_id=run),
        _Asked(warehouse, home, format, output, json),
        first=first,
        above=("run_id",),
    )


def runs(
    city: Annotated[str | None, typer.Option("--city", metavar="CITY", help=f"{CITY_HELP} All if not given.")] = None,
    period: Annotated[
        str | None, typer.Option("--period", metavar="PERIOD", help=f"{PERIOD_HELP} All if not given.")
    ] = None,
    format: FormatOption = None,  # noqa: A002 - the option's name
    output: Output = None,
    json: Json = False,
    warehouse: WarehouseUrl = None,
    home: Home = None,
) -> None:
    """Show the runs: when, how each ended, which revision it published and why.

    Example: kinerja runs --city kalianda
    """
    first = ("run_id", "city", "period", "status", "revision", "cause", "started_at", "message")
    title = " ".join(["runs", *(["of"] if city or period else []), *filter(None, (city, period))])
    _read(title, lambda store: store.runs(city, period), _Asked(warehouse, home, format, output, json), first=first)


def _read(
    title: str,
    query: Callable[[Warehouse], Rows],
    asked: _Asked,
    *,
    first: Sequence[str] = (),
    above: Sequence[str] = (),
    hidden: Sequence[str] = (),
    types: Mapping[str, ColumnType] = COLUMN_TYPES,
) -> None:
    """Write what a query of the warehouse gives."""
    chosen = format_of(asked.format, asked.output, as_json=asked.json)
    settings = settings_from(asked.home, asked.warehouse)
    from warehouse import open_warehouse

    with asked_of_warehouse():
        store = open_warehouse(settings.warehouse_url, create=False)
    with store:
        with asked_of_warehouse():
            found = query(store)
        kept = [place for place, name in enumerate(found.columns) if name not in hidden]
        records = Records(
            title=title,
            columns=[found.columns[place] for place in kept],
            rows=found.rows if not hidden else (tuple(row[place] for place in kept) for row in found.rows),
            types=types,
            first=first,
            above=above,
        )
        write(records, chosen, asked.output)
