"""Commands that read the warehouse: scores, what they are made of, what follows from them, and how runs went."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple

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

CONTRIBUTION_TYPES: Final[Mapping[str, ColumnType]] = {
    "numerator": "integer",
    "denominator": "integer",
    "unit_numerator": "integer",
    "unit_denominator": "integer",
    "result_share": "decimal_6",
    "work_share": "decimal_6",
    "duty_share": "decimal_6",
    "revision": "integer",
}
"""The same of the query on each person's part of a unit's results."""

COACHING_TYPES: Final[Mapping[str, ColumnType]] = {
    "achievement": "decimal_2",
    "place": "integer",
    "revision": "integer",
}
"""The same of the list of whom to help with what."""

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


WITHHELD: Final = "withheld"
INTERNAL: Final = frozenset(
    {
        "benchmarks",
        "drivers",
        "fairness",
        "guidance",
        "improvements",
        "indicator-health",
        "responsive",
        "services",
        "unit-gaps",
        "unit-handovers",
        "unit-obstacles",
        "units",
    }
)
"""Commands about places, which keep back what tells of few people unless they are asked for it."""


class Only(NamedTuple):
    """An option that keeps the rows with one value of a column; any text where `values` is empty."""

    column: str
    help: str
    values: Sequence[str] = ()


class Reading(NamedTuple):
    """A command that reads one table of a revision; another table is another row of `READINGS`.

    `frame` is what it reads: a query of the warehouse of that name, or an insight. `title` is what a table of it is
    called, `first` the columns a narrow one must not miss, `above` those said once above it. `types` are those of the
    columns that are not text; an insight's are the warehouse's own.
    """

    command: str
    frame: str
    title: str
    help: str
    example: str
    first: Sequence[str] = ()
    above: Sequence[str] = ("revision", "run_id")
    types: Mapping[str, ColumnType] | None = None
    only: Only | None = None


_OF_KIND: Final = Only("kind", "One kind only; all if not given.", ("document", "complaint", "information"))
READINGS: Final = (
    Reading(
        "scores",
        "scores",
        "scores",
        "Show the score and rating of every employee.",
        "--output scores.csv",
        ("employee_id", "name", "score", "proposed_rating", "status", "reason", "decided_rating"),
        types=COLUMN_TYPES,
    ),
    Reading(
        "indicators",
        "indicators",
        "indicators",
        "Show every item of every employee: what was measured, from how much, and what it achieved.",
        "--revision 1 --format json",
        ("employee_id", "item_id", "achievement", "weight", "status", "reason", "value", "n"),
        types=COLUMN_TYPES,
    ),
    Reading(
        "followups",
        "follow_ups",
        "follow-ups",
        "Show what each rating leads to: rewards, guidance, counselling, training, and who has no score.",
        "--output followups.csv",
        ("employee_id", "action", "item_id", "course", "supervisor_must_act", "reason", "name"),
        types=CONSEQUENCE_TYPES,
    ),
    Reading(
        "discipline",
        "discipline",
        "discipline",
        "Show the days of unexcused absence of the calendar year of each PNS, and the level of PP 94/2021.",
        "--format csv",
        ("employee_id", "level", "n_days", "n_absent_days", "n_minutes", "n_days_in_a_row", "name"),
        types=CONSEQUENCE_TYPES,
    ),
    Reading(
        "competencies",
        "competencies",
        "competencies",
        "Show the required and the assessed level of each competency, and the gap.",
        "--output gaps.csv",
        ("employee_id", "competency", "required_level", "assessed", "gap", "band", "name"),
        types=CONSEQUENCE_TYPES,
    ),
    Reading(
        "decisions",
        "decisions",
        "decisions",
        "Show the rating that was decided beside the one that was proposed, and the reason given.",
        "--format json",
        ("employee_id", "proposed_rating", "decided_rating", "is_different", "reason", "name"),
        types=CONSEQUENCE_TYPES,
    ),
    Reading(
        "guidance",
        "guidance",
        "guidance",
        "Show each unit's own rating beside the ratings of its people (PermenPANRB 6/2022, annex).",
        "--format csv",
        ("unit_id", "unit_rating", "expected_rating", "is_as_guided", "n_rated"),
        types=CONSEQUENCE_TYPES,
    ),
    Reading(
        "changes",
        "changes",
        "changes",
        "Show what a revision changed: how many people came, went and differ, and how many moved between ratings.\n\n"
        "The first revision of a period replaced nothing. No person is named.",
        "--revision 2",
        above=("revision", "previous_revision", "cause", "run_id"),
        types=COLUMN_TYPES,
    ),
    Reading(
        "units",
        "units",
        "units",
        "Show what the public got of each unit, agency and the city, beside the scores of its people.",
        "--level agency",
        ("level", "place_id", "ikm", "skm_grade", "on_time_share", "mean_score", "alarm", "n_open", "median_hours"),
        only=Only("level", "Units, agencies or the city only; all three if not given.", ("unit", "agency", "city")),
    ),
    Reading(
        "services",
        "services",
        "services against their standard",
        "Show how long each service may take and took, by unit, agency and city, and how often that was within.",
        "--level city",
        ("place_id", "service_type", "limit_hours", "median_hours", "p90_hours", "n_documents", "within_share"),
        only=Only("level", "Units, agencies or the city only; all three if not given.", ("unit", "agency", "city")),
    ),
    Reading(
        "responsive",
        "responsive",
        "responsive-city score",
        "Show how promptly and how well requests were answered, by day, week, month and quarter, with n and interval.",
        "--grain week",
        ("place_id", "grain", "bucket", "component", "n", "score", "low", "high"),
        only=Only("grain", "One grain only; all if not given.", ("day", "week", "month", "quarter")),
    ),
    Reading(
        "effects",
        "effects",
        "effects",
        "Show what changed from the day of an intervention on, beside other units and a placebo, with intervals.",
        "--outcome processing_time",
        ("intervention_id", "outcome", "design", "before", "after", "effect", "effect_low", "effect_high", "verdict"),
        only=Only("outcome", "One outcome only; all if not given.", ("processing_time", "satisfaction", "queue")),
    ),
    Reading(
        "drivers",
        "drivers",
        "drivers of satisfaction",
        "Show how satisfaction goes with speed and friendliness, by unit and audience.",
        "--audience patient",
        ("place_id", "audience", "driver", "n", "level_index", "overall_index", "correlation", "low", "high"),
        only=Only("audience", "One audience only; all if not given.", ("citizen", "patient", "student")),
    ),
    Reading(
        "productivity",
        "productivity",
        "productivity",
        "Show how much each employee settled, how much of it fast and right, and in how much of the time.",
        "--output productivity.csv",
        ("employee_id", "n_settled", "fast_and_accurate_share", "productivity", "standard_minutes", "name"),
    ),
    Reading(
        "benchmarks",
        "benchmarks",
        "benchmarks",
        "Show each unit beside its own past, its peers and the target somebody above the city set.",
        "--measure ikm",
        ("level", "place_id", "measure", "value", "baseline", "peer_percentile", "target", "is_target_met"),
        only=Only("measure", "One measure only, such as ikm or on_time_share; all if not given."),
    ),
    Reading(
        "indicator-health",
        "indicator_health",
        "health of the indicators",
        "Show whether each indicator tells people apart: ceiling, floor, spread, missing, and the weight it has.",
        "",
        ("item_id", "n_scored", "missing_share", "ceiling_share", "floor_share", "iqr", "rank_agreement", "flags"),
    ),
    Reading(
        "explain",
        "persons",
        "what is behind the scores",
        "Show what is behind each score: how sure it is, how much was measured, the smallest change that betters it.",
        "--output explained.csv",
        ("employee_id", "score", "low", "high", "data_grade", "proposed_rating", "next_rating", "step_item", "name"),
        only=Only("employee_id", "One employee only; all if not given."),
    ),
    Reading(
        "strengths",
        "person_items",
        "strengths and weaknesses",
        "Show each item of each employee against its target, his own past and the median of his peers.",
        "--format json",
        ("employee_id", "item_id", "achievement", "standing", "to_target", "change", "to_peers", "improvement"),
        only=Only("employee_id", "One employee only; all if not given."),
    ),
    Reading(
        "peers",
        "item_peers",
        "peers",
        "Show the groups of 10 people or more that employees are compared with, item by item, and their medians.",
        "--output peers.csv",
        ("peers", "peer_id", "item_id", "n_peers", "peer_median"),
    ),
    Reading(
        "rewards",
        "rewards",
        "rewards",
        "Show who is nominated for a reward, in order, and who is not eligible and why.",
        "--output rewards.csv",
        ("place", "employee_id", "score", "results_score", "data_grade", "is_eligible", "reason", "is_decided", "name"),
    ),
    Reading(
        "improvements",
        "improvements",
        "areas to improve",
        "Show what each unit has to improve: its items by their distance to the target.",
        "--output improvements.csv",
        ("unit_id", "place", "item_id", "mean_achievement", "to_target", "n"),
    ),
    Reading(
        "fairness",
        "fairness",
        "fairness",
        "Show how ratings come out for women and men, young and old, and wherever people work. No person is named.",
        "--dimension sex",
        ("outcome", "dimension", "group_name", "n", "good_share", "impact_ratio", "ratio_low", "is_flagged"),
        only=Only(
            "dimension",
            "One dimension only; all if not given.",
            ("sex", "age_band", "employment_type", "sector", "position_group", "agency", "unit"),
        ),
    ),
    Reading(
        "unit-gaps",
        "unit_gaps",
        "gaps within units",
        "Show where within a unit a group is rated lower than another that measures alike.",
        "--output gaps.csv",
        ("unit_id", "dimension", "lower_group", "n_lower", "n_other", "gap", "adjusted_gap", "p_value", "is_flagged"),
    ),
    Reading(
        "raters",
        "raters",
        "raters",
        "Show how each supervisor rates: level, spread, leniency against what was measured, ratings owed and missing.",
        "--output raters.csv",
        ("rater_id", "n_ratees", "n_missing", "mean_level", "leniency", "straight_share", "agreement", "review"),
    ),
    Reading(
        "owed",
        "owed",
        "what is owed",
        "Show who has no work plan and whom no supervisor rated.",
        "--what work_plan",
        ("employee_id", "what", "owed_by", "name"),
        only=Only("what", "One thing only, such as work_plan; all if not given."),
    ),
    Reading(
        "doubts",
        "doubts",
        "doubts",
        "Show traces that want a second look. A doubt is a question, no accusation, and no part of a score.",
        "--rule batch_closing",
        ("rule", "subject_id", "n_found", "n_of", "n_expected", "p_value", "first_date", "last_date", "unit_id"),
        only=Only("rule", "One rule only, such as batch_closing; all if not given."),
    ),
    Reading(
        "obstacles",
        "obstacles",
        "obstacles",
        "Show which obstacles each employee reported, how often, and what they touched.",
        "--output obstacles.csv",
        ("employee_id", "category", "n_reports", "n_late", "n_open", "items", "name"),
        only=Only("category", "One category only; all if not given."),
    ),
    Reading(
        "unit-obstacles",
        "unit_obstacles",
        "obstacles of units",
        "Show which obstacles each unit's people reported, and how often.",
        "--output obstacles.csv",
        ("unit_id", "category", "n_employees", "n_reports", "n_late", "n_open", "share"),
    ),
    Reading(
        "carried-obstacles",
        "carried_obstacles",
        "obstacles carried on",
        "Show the objectives that ended the period with an obstacle: what is to be taken up in the next one.",
        "--output carried.csv",
        ("employee_id", "objective_id", "category", "since", "last_date", "name"),
    ),
    Reading(
        "excused-scores",
        "excused_scores",
        "scores with obstacles excused",
        "Show what a score would be if what an obstacle held up were excused. A what-if: no score changes.",
        "--output excused.csv",
        ("employee_id", "score", "excused_score", "difference", "rating", "excused_rating", "name"),
    ),
    Reading(
        "coaching",
        "coaching",
        "whom to help with what",
        "Show each weak or missing item of each employee: its likely cause, what is proposed, and who must act.",
        "--cause obstacle",
        ("employee_id", "item_id", "achievement", "cause", "obstacle", "action", "who_acts", "who_id", "name"),
        types=COACHING_TYPES,
        only=Only("cause", "One cause only, such as own, obstacle, overload or unit; all if not given."),
    ),
    Reading(
        "development",
        "development",
        "effect of development",
        "Show whether training and mentoring helped: those who went beside others who started as low.",
        "--kind mentoring",
        ("kind", "item_id", "n", "n_others", "change", "expected_change", "effect", "effect_low", "verdict"),
        only=Only("kind", "One kind only; all if not given.", ("training", "mentoring", "guidance", "counselling")),
    ),
    Reading(
        "handovers",
        "handovers",
        "handovers",
        "Show with whom requests lay on their way, how long, and with whom they became late.",
        "--kind complaint",
        (
            "employee_id",
            "kind",
            "n_held",
            "n_handed_on",
            "median_hours",
            "n_held_when_due",
            "overdue_share",
            "is_flagged",
            "name",
        ),
        only=_OF_KIND,
    ),
    Reading(
        "unit-handovers",
        "unit_handovers",
        "handovers between units",
        "Show in which unit requests lay on their way, how long, and where they became late.",
        "--output handovers.csv",
        ("unit_id", "kind", "n_held", "n_handed_on", "median_hours", "n_held_when_due", "overdue_share"),
        only=_OF_KIND,
    ),
    Reading(
        "work-split",
        "work_split",
        "work of several people",
        "Show whose part of shared objectives and initiatives is how large, and what is nobody's.",
        "--state short",
        ("work_id", "employee_id", "role", "share", "part", "result", "state", "unattributed", "name"),
        only=Only("state", "One state only; all if not given.", ("whole", "short", "over", "undeclared")),
    ),
    Reading(
        "contributions",
        "contributions",
        "parts of the units' results",
        "Show each person's part of what the unit achieved, item by item; the rows make up the unit's numbers.",
        "--unit DKCS.0001",
        ("unit_id", "item_id", "employee_id", "numerator", "unit_numerator", "result_share", "work_share", "name"),
        types=CONTRIBUTION_TYPES,
        only=Only("unit_id", "One unit only; all if not given."),
    ),
    Reading(
        "work-elsewhere",
        "work_elsewhere",
        "work of others for a unit",
        "Show what was done for a unit by people of another, or by nobody who is named.",
        "--unit DKCS.0001",
        ("unit_id", "item_id", "worker_id", "numerator", "denominator"),
        only=Only("unit_id", "One unit only; all if not given."),
    ),
    Reading(
        "rule-table",
        "rule_outcomes",
        "on time and good",
        "Show which row of the policy's rule table applies to each person's objectives: on time and good, or not.",
        "--outcome positive",
        ("employee_id", "timeliness", "quality", "outcome", "n_objectives", "objectives", "name"),
        only=Only("outcome", "One outcome only; all if not given."),
    ),
    Reading(
        "forecast",
        "forecasts",
        "where scores are likely to end",
        "Show where provisional scores are likely to stand when the period ends, and between which bounds.",
        "--output forecast.csv",
        ("employee_id", "score", "forecast", "low", "high", "period_share", "missing_items", "name"),
        only=Only("employee_id", "One employee only; all if not given."),
    ),
)
"""The commands that differ only in what they read, in the order the help shows them."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands: list[Callable[..., None]] = [*map(_command, READINGS), quarantine, validations, runs]
    for command in commands:
        app.command(command.__name__, rich_help_panel=_PANEL)(command)


def _options(
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
    """Holds the options that all of `READINGS` have; never called."""


def _command(reading: Reading) -> Callable[..., None]:
    """The function that Typer makes a command of: its name, help, options, and what it does."""

    def command(**given: Any) -> None:
        kept, internal = given.pop("only", None), given.pop("internal", None)
        city, period, revision, as_of = (given.pop(name) for name in ("city", "period", "revision", "as_of"))

        def query(store: Warehouse) -> Rows:
            number = asked(store, city, period, revision, as_of)
            found: Rows
            if reading.types is None:
                found = store.insight(reading.frame, city, period, number)
            else:
                found = getattr(store, reading.frame)(city, period, number)
            if reading.only is not None and kept is not None:
                found = found.only(reading.only.column, kept)
            return store.withheld(reading.frame, found, city, period, number) if internal is False else found

        _read(
            f"{reading.title} of {city} {period}",
            query,
            _Asked(**given),
            first=reading.first if internal is not False else (*reading.first[:2], WITHHELD, *reading.first[2:]),
            above=reading.above,
            types=reading.types or (lambda store: store.insight_types(reading.frame)),
        )

    signature = inspect.signature(_options, eval_str=True)
    parameters = list(signature.parameters.values())
    if reading.only is not None:
        parameters.insert(4, _only(reading.only))
    if reading.command in INTERNAL:
        parameters.insert(4, _internal())
    command.__name__ = reading.command
    example = f"kinerja {reading.command} --city kalianda --period 2026-Q3 {reading.example}".rstrip()
    command.__doc__ = f"{reading.help}\n\nExample: {example}"
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by Typer
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _only(chosen: Only) -> inspect.Parameter:
    """The option of a reading that keeps some rows."""
    name = chosen.column.removesuffix("_id").replace("_", "-")
    option = typer.Option(f"--{name}", help=chosen.help, metavar=None if chosen.values else name.upper())
    value: Any = Literal[tuple(chosen.values)] if chosen.values else str
    annotation = Annotated[value | None, option]
    return inspect.Parameter("only", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=annotation)


def _internal() -> inspect.Parameter:
    """The option of a reading about places to show what tells of few people too."""
    option = typer.Option(
        "--internal", help="Show figures of fewer than 10 people too: for those in charge of them, not to be passed on."
    )
    return inspect.Parameter(
        "internal", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=False, annotation=Annotated[bool, option]
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
    types: Mapping[str, ColumnType] | Callable[[Warehouse], Mapping[str, ColumnType]] = COLUMN_TYPES,
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
            types=types(store) if callable(types) else types,
            first=first,
            above=above,
            n_left=found.n_left,
        )
        write(records, chosen, asked.output)
