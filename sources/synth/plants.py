"""Effects that somebody who looks for them must find: planted on purpose, in known places.

A plant changes what some people or units did; everybody else's rows stay what they are without it. In every ten blocks
of a hundred people one is chosen for a plant (every second one for `before_after`), so that its share of the world is
the same at any size. What was planted where goes to the manifest beside the files, for tests to compare with: it is no
input of a run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from sources.synth.agencies import BLOCK, UNIT_KINDS
from sources.synth.common_work import has_done_half, passed_on, sat_on, shared
from sources.synth.world import OFFSET, World, instant_text, midnight

_REGISTRY, _CLINIC, _SCHOOL, _LICENSING, _DISTRICT, _MIDDLE_SCHOOL = range(6)
_ELEMENTS: Final = tuple(f"u{number}" for number in range(1, 10))
_BUSY_DUTY: Final = 0.22
"""From this draw of `duty` on somebody deals with papers and with complaints."""
STUFFED_ANSWERS: Final = 30
UNIT_ANSWERS: Final = 100
UNIT_REQUESTS: Final = 120

Targets = Callable[[World, pl.DataFrame], pl.DataFrame]
Change = Callable[[World, pl.DataFrame, pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Plant:
    """One effect: whom it is planted on (`targets` picks rows of a frame of people) and what changes, by dataset.

    `named` is the column of the targets that the manifest names them by, `as_` how it calls them. `people` changes who
    they are, before anything they do is drawn.
    """

    name: str
    meaning: str
    as_: str
    named: str
    targets: Targets
    changes: Mapping[str, Change] = field(default_factory=dict)
    people: Change | None = None


def _is_chosen(world: World, name: str) -> pl.Expr:
    """Whether a block is the one of its ten; only whole blocks are, but for a world that is smaller than one."""
    whole_blocks = max(1, world.employees // BLOCK)
    tens, rest = divmod(whole_blocks, 10)
    ten = pl.col("block") // 10
    of_ten = world.chance.whole(f"plant {name}", ten, 10)
    of_rest = world.chance.whole(f"plant {name}", ten, max(1, rest))
    place = pl.when(ten < tens).then(of_ten).when((ten == tens) & (rest > 0)).then(of_rest)
    return pl.col("block") % 10 == place


def _heads(name: str, kind: int) -> Targets:
    """The head of the chosen blocks' unit of that kind."""

    def targets(world: World, persons: pl.DataFrame) -> pl.DataFrame:
        return persons.filter(pl.col("kind") == kind, pl.col("place") == 0, _is_chosen(world, name))

    return targets


def _staff(name: str, kind: int, number: int = 1, *, serves_citizens: bool = False) -> Targets:
    """The first of the chosen blocks' staff of that kind of unit who were there and recorded the whole period."""

    def targets(world: World, persons: pl.DataFrame) -> pl.DataFrame:
        index = pl.col("index")
        fit = persons.filter(
            pl.col("kind") == kind,
            pl.col("place") >= 2,
            pl.col("career") == "stays",
            pl.col("long_from").is_null(),
            ~world.chance.happens("not enrolled", index, 0.012),
            _is_chosen(world, name),
        )
        if serves_citizens:
            fit = fit.filter(world.chance.unit("duty", index) >= _BUSY_DUTY)
        return fit.group_by("block", maintain_order=True).head(number).select(persons.columns)

    return targets


def _among(rows: pl.DataFrame, targets: pl.DataFrame, column: str, of: str = "employee_id") -> pl.Series:
    return rows[column].is_in(targets[of].implode()).fill_null(value=False)


def _inserted(rows: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """The rows with more of them, each after those of its person; `index` is the person's."""
    return pl.concat([rows, more.select(rows.columns)]).sort("index", maintain_order=True)


# --- ratings --------------------------------------------------------------------------------------------------------


def _top_marks(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    is_supervisor = pl.col("role") == "supervisor"
    given = is_supervisor & _among(rows, targets, "rater_id") & world.chance.happens("lenient", pl.col("draw"), 0.93)
    return rows.with_columns(level=pl.when(given).then("level_max").otherwise("level"))


def _same_marks(_: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    given = pl.col("role") == "supervisor"
    middle = (pl.col("level_max") + 1) // 2
    return rows.with_columns(level=pl.when(given & _among(rows, targets, "rater_id")).then(middle).otherwise("level"))


def _women(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    return persons.filter(pl.col("kind") == _CLINIC, pl.col("sex") == "F", _is_chosen(world, "biased_unit"))


def _lower_marks(_: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    given = (pl.col("instrument") == "behaviour") & (pl.col("role") != "self") & _among(rows, targets, "employee_id")
    lower = (pl.col("level") - pl.col("level_max") // 2).clip(lower_bound=1)
    return rows.with_columns(level=pl.when(given).then(lower).otherwise("level"))


# --- requests -------------------------------------------------------------------------------------------------------

_IS_CLOSED = pl.col("status") == "closed"
_READY = pl.max_horizontal("submitted", "complete")


def _closed_at(rows: pl.DataFrame, moment: pl.Expr, where: pl.Expr) -> pl.DataFrame:
    text = instant_text(moment, pl.col("writes_offset"))
    return rows.with_columns(closed_at=pl.when(where).then(text).otherwise("closed_at"))


def _in_a_batch(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Everything that was ready by then is closed within one minute, late in the period."""
    minute = midnight(pl.lit(world.start)) + pl.duration(days=world.days * 4 // 5, hours=15, minutes=40)
    where = _IS_CLOSED & (minute > _READY) & _among(rows, targets, "employee_id")
    return _closed_at(rows, minute + pl.duration(seconds=pl.col("turn") % 60), where)


def _just_in_time(_: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    moment = pl.col("due") - pl.duration(seconds=1 + pl.col("turn") % 20)
    where = _IS_CLOSED & (moment > _READY) & _among(rows, targets, "employee_id")
    return _closed_at(rows, moment.dt.truncate("1s"), where)


def _only_to_be_closed(_: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Closed half a minute after they came, without an answer, and opened again."""
    where = _IS_CLOSED & _among(rows, targets, "employee_id")
    return _closed_at(rows, _READY + pl.duration(seconds=30), where).with_columns(
        first_response_at=pl.when(~where).then("first_response_at"),
        reopened_count=pl.when(where).then(1).otherwise("reopened_count"),
    )


def _deadlines_after(_: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Every second request is closed days too late, and its deadline is then written an hour after that."""
    closed = (pl.col("due") + pl.duration(hours=20 + 3 * (pl.col("turn") % 9))).dt.truncate("1s")
    where = _IS_CLOSED & (pl.col("turn") % 2 == 0) & _among(rows, targets, "employee_id")
    moved = instant_text(closed + pl.duration(hours=1), pl.lit(value=False))
    return _closed_at(rows, closed, where).with_columns(due_at=pl.when(where).then(moved).otherwise("due_at"))


def turning_point(world: World) -> dt.date:
    """The day from which `before_after` makes documents faster: the middle of the period."""
    return world.start + dt.timedelta(days=world.days // 2)


def _faster_units(_: World, persons: pl.DataFrame) -> pl.DataFrame:
    return persons.filter(pl.col("kind").is_in([_REGISTRY, _LICENSING]), pl.col("place") == 0, pl.col("block") % 2 == 0)


def _faster(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """A document that comes from then on takes half the time."""
    where = (
        (pl.col("kind") == "document")
        & (pl.col("submitted") >= midnight(pl.lit(turning_point(world))))
        & _among(rows, targets, "unit_id", "unit_id")
    )
    closed = _halved(_READY, pl.col("done"))
    answered = _halved(pl.col("submitted"), pl.col("answered"))
    offset = pl.col("writes_offset")
    rows = _closed_at(rows, closed, where & pl.col("closed_at").is_not_null())
    told = where & pl.col("first_response_at").is_not_null()
    return rows.with_columns(
        first_response_at=pl.when(told).then(instant_text(answered, offset)).otherwise("first_response_at")
    )


def _halved(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return start + pl.duration(seconds=(end - start).dt.total_seconds() // 2)


def _left_lying(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Requests that are the unit's alone, overdue and open when the period ends."""
    more = _of_the_unit(world, targets, UNIT_REQUESTS)
    submitted = midnight(pl.lit(world.start)) + pl.duration(
        days=pl.col("number") % (world.days * 2 // 3), hours=9, minutes=pl.col("number")
    )
    more = more.with_columns(
        request_id=pl.format("R{}-U{}-{}", pl.lit(world.label), pl.col("index"), pl.col("number")),
        kind=pl.lit("information"),
        submitted_at=instant_text(submitted, pl.col("writes_offset")),
        status=pl.lit("open"),
    )
    return _inserted(rows, _filled(more, rows))


def _overwhelmed(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Each request comes three times, and is closed days after it was due."""
    own = rows.filter(_among(rows, targets, "employee_id"))
    more = pl.concat([own.with_columns(request_id=pl.col("request_id") + f"-{copy}") for copy in ("B", "C")])
    both = _inserted(rows, more)
    closed = (pl.max_horizontal("due", _READY) + pl.duration(hours=30 + 7 * (pl.col("turn") % 5))).dt.truncate("1s")
    return _closed_at(both, closed, _IS_CLOSED & _among(both, targets, "employee_id"))


# --- surveys --------------------------------------------------------------------------------------------------------


def _stuffed(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Full marks by the dozen within one minute."""
    more = targets.join(pl.DataFrame({"number": range(STUFFED_ANSWERS)}), how="cross", maintain_order="left_right")
    minute = midnight(pl.lit(world.start)) + pl.duration(days=world.days * 3 // 4, hours=10, minutes=12)
    more = more.with_columns(
        response_id=pl.format("S{}-M{}-{}", pl.lit(world.label), pl.col("index"), pl.col("number")),
        submitted_at=instant_text(minute + pl.duration(seconds=2 * pl.col("number")), pl.col("writes_offset")),
        audience=pl.lit("citizen"),
        **{element: pl.lit(4, pl.Int64) for element in _ELEMENTS},
    )
    return _inserted(rows, _filled(more, rows))


def _complaining(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Low marks that name nobody."""
    more = _of_the_unit(world, targets, UNIT_ANSWERS)
    number = pl.col("number")
    moment = midnight(pl.lit(world.start)) + pl.duration(
        days=number % world.days, hours=8 + number % 9, minutes=number % 60
    )
    answers = {element: (1 + (number + place) % 2).cast(pl.Int64) for place, element in enumerate(_ELEMENTS)}
    more = more.with_columns(
        response_id=pl.format("S{}-U{}-{}", pl.lit(world.label), pl.col("index"), number),
        submitted_at=instant_text(moment, pl.col("writes_offset")),
        audience=pl.lit("citizen"),
        **answers,
    )
    return _inserted(rows, _filled(more, rows))


def _of_the_unit(_: World, targets: pl.DataFrame, number: int) -> pl.DataFrame:
    """So many rows a target, beside its head's and naming nobody."""
    heads = targets.filter(pl.col("place") == 0).with_columns(employee_id=pl.lit(None, pl.String))
    return heads.join(pl.DataFrame({"number": range(number)}), how="cross", maintain_order="left_right")


def _filled(more: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    """The columns of `like`, empty where `more` has none or one of another meaning."""
    return more.select(
        pl.col(name).cast(dtype) if more.schema.get(name) == dtype else pl.lit(None, dtype).alias(name)
        for name, dtype in like.schema.items()
    )


# --- attendance -----------------------------------------------------------------------------------------------------


def _with_index(rows: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    return rows.join(persons.select("employee_id", "index"), on="employee_id", how="left", maintain_order="left")


def _one_for_two(_: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Who stands second punches whenever the first does: one hand, two cards."""
    pairs = targets.group_by("block", maintain_order=True).agg(
        first="employee_id", employee_id=pl.col("employee_id").last(), index=pl.col("index").last()
    )
    pairs = pairs.filter(pl.col("first").list.len() == 2).with_columns(first=pl.col("first").list.first())
    kept = rows.filter(~_among(rows, pairs, "employee_id"))
    copied = rows.drop("index", "employee_id", strict=False).with_columns(first=rows["employee_id"])
    copied = copied.join(pairs.select("first", "employee_id", "index"), on="first", maintain_order="left")
    return _inserted(kept, copied)


def _in_two_places(_: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Every fourth event has another, forty seconds later, on the device of the middle school of the block."""
    device = "FP-" + (pl.col("block") * len(UNIT_KINDS) + _MIDDLE_SCHOOL + 1).cast(pl.String).str.zfill(5)
    own = rows.join(targets.select("employee_id", there=device), on="employee_id", maintain_order="left")
    text = pl.col("timestamp").str.head(19)
    moment = text.str.strptime(pl.Datetime("us"), "%Y-%m-%dT%H:%M:%S") + pl.duration(seconds=40)
    own = own.filter(pl.int_range(pl.len()).over("employee_id") % 4 == 0).with_columns(
        timestamp=instant_text(moment, pl.col("timestamp").str.ends_with(OFFSET)), device_id="there"
    )
    return _inserted(rows, own)


# --- people and units -----------------------------------------------------------------------------------------------


def _whole_unit(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    return persons.filter(pl.col("kind") == _REGISTRY, _is_chosen(world, "poor_unit_good_people"))


def _good_people(_: World, targets: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    chosen = _among(persons, targets, "index", "index")
    return persons.with_columns(
        pl.when(chosen).then(0.85 + 0.15 * pl.col(name)).otherwise(name).alias(name) for name in ("results", "conduct")
    )


def _rated_poor(_: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    poor = _among(rows, targets, "unit_id", "unit_id")
    return rows.with_columns(rating=pl.when(poor).then(pl.lit("Kurang")).otherwise("rating"))


# --- development ----------------------------------------------------------------------------------------------------

WEAK_CONDUCT: Final = 0.45
"""Conduct under which a supervisor's ratings fall short of the target."""


def _sent(name: str, share: float) -> Targets:
    """That share of those who are rated low, wherever they work."""

    def targets(world: World, persons: pl.DataFrame) -> pl.DataFrame:
        return persons.filter(
            pl.col("conduct") < WEAK_CONDUCT,
            pl.col("career") == "stays",
            pl.col("long_from").is_null(),
            ~pl.col("is_lead"),
            world.chance.happens(f"plant {name}", pl.col("index"), share),
        )

    return targets


def _went(kind: str, item: str) -> Change:
    """A row each, of the first weeks of the period."""

    def change(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        day = pl.lit(world.start) + pl.duration(days=3 + pl.col("index") % 15)
        more = targets.select(
            "index",
            "employee_id",
            development_id=pl.format("D{}-{}-{}", pl.lit(world.label), pl.lit(kind), pl.col("index")),
            kind=pl.lit(kind),
            item=pl.lit(item),
            completed_at=day.dt.strftime("%Y-%m-%d"),
        )
        return _inserted(rows, more)

    return change


def _better_marks(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """On three of four items of behaviour everybody but himself sees him a level higher."""
    higher = (
        (pl.col("instrument") == "behaviour")
        & (pl.col("role") != "self")
        & _among(rows, targets, "employee_id")
        & world.chance.happens("better after", pl.col("draw"), 0.75)
    )
    level = pl.min_horizontal(pl.col("level") + 1, "level_max")
    return rows.with_columns(level=pl.when(higher).then(level).otherwise("level"))


# --- work of several hands ------------------------------------------------------------------------------------------


def _teams(_: World, persons: pl.DataFrame) -> pl.DataFrame:
    return persons.filter(pl.col("kind") == _LICENSING)


def _handed_on(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return _inserted(rows, passed_on(world, targets))


def _team_of_a_sitter(world: World, persons: pl.DataFrame) -> pl.DataFrame:
    """The chosen team, each under the number of the one of them who sits on things."""
    sitter = _staff("sits_on_requests", _LICENSING)(world, persons)
    return persons.drop("employee_id").join(
        sitter.select("unit_id", "employee_id"), on="unit_id", maintain_order="left"
    )


def _sat_on(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    more = sat_on(world, targets)
    return _inserted(rows.filter(~_among(rows, more, "request_id", "request_id")), more)


def _does_half(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Most of what the unit gets done is in the name of one."""
    own = rows.select("unit_id").join(
        targets.select("unit_id", hers="employee_id"), on="unit_id", how="left", maintain_order="left"
    )
    hers = own.get_column("hers")
    taken = hers.is_not_null() & rows.select(has_done_half(world.chance)).to_series()
    return rows.with_columns(employee_id=pl.when(taken).then(hers).otherwise("employee_id"))


def _whole_split(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The two of a unit share an objective of the first, 60 to 40."""
    pairs = targets.with_columns(owner=pl.col("index").first().over("unit_id"))
    is_owner = pl.col("index") == pl.col("owner")
    return _inserted(rows, shared(world, pairs, "owner", pl.when(is_owner).then(60).otherwise(40)))


def _short_split(world: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Of somebody's objective 70 % are his; whose the rest is nobody says."""
    return _inserted(rows, shared(world, targets.with_columns(owner="index"), "owner", pl.lit(70)))


def _late_but_good(_: World, targets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Every report comes two days late and tells of more than was asked for."""
    where = _among(rows, targets, "employee_id")
    moment = midnight(pl.col("due") + pl.duration(days=2)) + pl.duration(hours=9)
    good = pl.when("lower").then(pl.col("target_no") // 2).otherwise(pl.col("target_no") * 2)
    return rows.with_columns(
        reported_at=pl.when(where).then(instant_text(moment, pl.col("writes_offset"))).otherwise("reported_at"),
        realised=pl.when(where).then(good.cast(pl.String)).otherwise("realised"),
    )


PLANTS: Final = (
    Plant(
        "lenient_rater",
        "a supervisor who gives nearly everybody the top level on every item",
        "raters",
        "employee_id",
        _heads("lenient_rater", _SCHOOL),
        {"ratings": _top_marks},
    ),
    Plant(
        "straight_lining_rater",
        "a supervisor who gives everybody the middle level on every item",
        "raters",
        "employee_id",
        _heads("straight_lining_rater", _MIDDLE_SCHOOL),
        {"ratings": _same_marks},
    ),
    Plant(
        "biased_unit",
        "a unit in which women are rated half the scale lower than their conduct earns",
        "units",
        "unit_id",
        _women,
        {"ratings": _lower_marks},
    ),
    Plant(
        "batch_closing",
        "somebody who closes all that is ready within one minute",
        "employees",
        "employee_id",
        _staff("batch_closing", _DISTRICT, serves_citizens=True),
        {"service_requests": _in_a_batch},
    ),
    Plant(
        "closed_just_before_due",
        "somebody who closes every request seconds before it is due",
        "employees",
        "employee_id",
        _staff("closed_just_before_due", _REGISTRY, serves_citizens=True),
        {"service_requests": _just_in_time},
    ),
    Plant(
        "closed_and_reopened",
        "somebody who closes every request at once without an answer, and has it opened again",
        "employees",
        "employee_id",
        _staff("closed_and_reopened", _DISTRICT, serves_citizens=True),
        {"service_requests": _only_to_be_closed},
    ),
    Plant(
        "identical_punches",
        "two people whose events are always of the same second",
        "employees",
        "employee_id",
        _staff("identical_punches", _REGISTRY, 2),
        {"attendance": _one_for_two},
    ),
    Plant(
        "impossible_punches",
        "somebody who is at two units' devices within a minute",
        "employees",
        "employee_id",
        _staff("impossible_punches", _LICENSING),
        {"attendance": _in_two_places},
    ),
    Plant(
        "stuffed_survey",
        f"{STUFFED_ANSWERS} answers with full marks for one person within a minute",
        "employees",
        "employee_id",
        _staff("stuffed_survey", _DISTRICT),
        {"survey_responses": _stuffed},
    ),
    Plant(
        "moved_deadlines",
        "somebody whose late requests have a deadline an hour after they were closed",
        "employees",
        "employee_id",
        _staff("moved_deadlines", _LICENSING, serves_citizens=True),
        {"service_requests": _deadlines_after},
    ),
    Plant(
        "before_after",
        "units whose documents take half the time from the middle of the period on",
        "units",
        "unit_id",
        _faster_units,
        {"service_requests": _faster},
    ),
    Plant(
        "poor_unit_good_people",
        "a unit that citizens and its own rating call poor while all its people do well",
        "units",
        "unit_id",
        _whole_unit,
        {
            "service_requests": _left_lying,
            "survey_responses": _complaining,
            "unit_achievements": _rated_poor,
        },
        people=_good_people,
    ),
    Plant(
        "overwhelmed",
        "somebody who gets three times the requests of others and closes them late",
        "employees",
        "employee_id",
        _staff("overwhelmed", _DISTRICT, serves_citizens=True),
        {"service_requests": _overwhelmed},
    ),
    Plant(
        "effective_mentoring",
        "people of weak conduct who were mentored, and are seen better for it",
        "employees",
        "employee_id",
        _sent("effective_mentoring", 0.3),
        {"developments": _went("mentoring", "behaviour"), "ratings": _better_marks},
    ),
    Plant(
        "idle_training",
        "people of weak conduct who were trained in discipline, and come no more in time for it",
        "employees",
        "employee_id",
        _sent("idle_training", 0.3),
        {"developments": _went("training", "discipline")},
    ),
    Plant(
        "handed_on",
        "units where every second request lies with a colleague first, who passes it on in time",
        "units",
        "unit_id",
        _teams,
        {"request_events": _handed_on},
    ),
    Plant(
        "sits_on_requests",
        "somebody with whom every late request of the unit lay until it was late",
        "employees",
        "employee_id",
        _team_of_a_sitter,
        {"request_events": _sat_on},
    ),
    Plant(
        "does_half_the_work",
        "somebody in whose name most requests of the unit are",
        "employees",
        "employee_id",
        _staff("does_half_the_work", _CLINIC, serves_citizens=True),
        {"service_requests": _does_half},
    ),
    Plant(
        "split_work",
        "two who share an objective, and say how",
        "employees",
        "employee_id",
        _staff("split_work", _REGISTRY, 2),
        {"work_shares": _whole_split},
    ),
    Plant(
        "unattributed_work",
        "somebody who shares an objective, and of whose result a part is nobody's",
        "employees",
        "employee_id",
        _staff("unattributed_work", _DISTRICT),
        {"work_shares": _short_split},
    ),
    Plant(
        "late_but_good",
        "somebody whose reports are all late and all good",
        "employees",
        "employee_id",
        _staff("late_but_good", _SCHOOL),
        {"progress": _late_but_good},
    ),
)
"""Every plant, in the order they are applied."""

NAMES: Final = tuple(plant.name for plant in PLANTS)


class Planting:
    """The plants of one world: applies them chunk by chunk and remembers on whom."""

    def __init__(self, world: World, names: Sequence[str]) -> None:
        self._world = world
        self._plants = [plant for plant in PLANTS if plant.name in names]
        self._found: dict[str, list[str]] = {plant.name: [] for plant in self._plants}

    def people(self, persons: pl.DataFrame) -> pl.DataFrame:
        """The people as the plants make them."""
        for plant in self._plants:
            if plant.people is not None:
                persons = plant.people(self._world, plant.targets(self._world, persons), persons)
        return persons

    def rows(self, dataset: str, persons: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        """The dataset's rows of these people with what is planted in them."""
        if dataset == "employees":
            for plant in self._plants:
                ids = plant.targets(self._world, persons)[plant.named].unique(maintain_order=True)
                self._found[plant.name] += ids.to_list()
            return rows
        for plant in self._plants:
            if (change := plant.changes.get(dataset)) is None:
                continue
            if dataset == "attendance" and "index" not in rows.columns:
                rows = _with_index(rows, persons)
            rows = change(self._world, plant.targets(self._world, persons), rows)
        return rows

    def manifest(self) -> dict[str, Any]:
        """What was planted where: by plant its meaning and the ids of those it was planted on."""
        world = self._world
        plants: dict[str, dict[str, Any]] = {
            plant.name: {"meaning": plant.meaning, plant.as_: self._found[plant.name]} for plant in self._plants
        }
        if "before_after" in plants:
            plants["before_after"]["from"] = turning_point(world).isoformat()
        return {"period": world.label, "employees": world.employees, "seed": world.seed, "plants": plants}
