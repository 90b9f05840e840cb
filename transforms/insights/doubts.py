"""Traces that want a second look: in how requests were closed, surveys answered, deadlines written, cards punched.

Source: seed (gaming detectors). A doubt is a question, no accusation: each rule has an innocent explanation, which its
page names, and none changes a score. Thresholds are the platform's defaults. What is found is set beside what would be
found if nothing were wrong (`n_expected`).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
import polars as pl

from transforms.days import wall_clock
from transforms.insights.evidence import Evidence
from transforms.insights.rounding import SCORE, SHARE, probability, rounded
from transforms.insights.significance import adjusted, beta_binomial, chance_of_so_many, poisson_tail
from transforms.insights.surveys import responses

FALSE_ALARMS: Final = 0.01
"""Share of false alarms tolerated among all that are tested by one rule (Benjamini-Hochberg)."""
BATCH: Final = 5
"""Closings of one person within a minute that are a batch."""
LAST_SECONDS: Final = 60
"""Seconds before the deadline that are the last moment; the hour before it is what they are compared with."""
LAST_MOMENTS: Final = 3
AT_ONCE_MINUTES: Final = 10
"""Minutes from ready to closed within which nothing can have been dealt with that is then opened again."""
REOPENED: Final = 3
REOPENED_SHARE: Final = 0.3
MOVED: Final = 3
MOVED_SHARE: Final = 0.2
STUFFED: Final = 5
"""Answers that name one person within a minute."""
STUFFED_UNIT: Final = 15
"""Answers about one unit that name nobody within a minute."""
TOGETHER: Final = 5
"""Events of two people in the same second at one device."""
TOGETHER_SHARE: Final = 0.2
CROWD: Final = 5
"""More people than this in one second are a queue that one device cannot have seen: a batch of its clock, no pair."""
TWO_PLACES: Final = 3
TWO_PLACES_SECONDS: Final = 60
WORKING_MINUTES: Final = 450
"""Minutes of a working day over which what is done alone would spread."""
ROWS_AT_ONCE: Final = 16_000_000
"""Events that are compared in memory at once: of 12 bytes each, and as much again while they are compared."""
_NO_DEVICE: Final = 2**32 - 1
"""Stands for the device of an event that names none: no code of one is as large."""
_NARROW_FIRST: Final = pl.QueryOptFlags(predicate_pushdown=False)
"""Numbers first, then rows: a row of three numbers is cheaper to leave out than one of two texts and an instant."""
_DAY_END: Final = dt.time(23, 59, 59, 999999)


def doubts(evidence: Evidence) -> Mapping[str, pl.DataFrame]:
    """Frame `doubts`: one row a rule and person (or two, or unit) to look at, numbered from 1.

    rule; subject (employee or unit), subject_id, other_employee_id (of a pair), unit_id (the home unit, or the unit
    itself); n_found of n_of things; n_expected if nothing were wrong; p_value where the rule has one (adjusted over all
    it tested); first_date and last_date of what was found. Rules:

    batch_closing: 5 or more requests closed within a minute. Expected: closings spread over the working minutes of the
    days on which he closed. Innocent: a system that closes by itself, a form for many at once.
    closed_at_the_last_second: 3 or more closed within a minute before they were due, against the hour before. Innocent:
    a system that closes what falls due.
    closed_and_reopened: 3 or more, and 0.3 of all, closed within ten minutes and opened again or never answered;
    against the city's habit. Innocent: answers given at the counter.
    moved_deadline: 3 or more, and 0.2 of all with a written deadline, closed after the day on which the clock ran out
    and by a later written deadline; against the city's habit. Innocent: an extension that is on paper.
    stuffed_survey: 5 or more answers naming one person (15 about a unit, naming nobody) within a minute; those of
    students are left out, for a class answers together. Innocent: forms on paper, typed in together.
    identical_punches: two people within the same second at one device 5 or more times, and in 0.2 of the events of the
    one with fewer; against the other pairs of the device. Innocent: two doors, one device name.
    two_places: 3 or more times at devices of two units within a minute. Innocent: a device that was moved.
    """
    found = [rule(evidence) for rule in _RULES]
    homes = evidence.results.employees.select("employee_id", home="unit_id")
    rows = pl.concat([pl.DataFrame(schema=_FOUND), *found]).join(homes, on="employee_id", how="left")
    is_unit = pl.col("employee_id").is_null()
    return {
        "doubts": rows.with_columns(
            subject=pl.when(is_unit).then(pl.lit("unit")).otherwise(pl.lit("employee")),
            subject_id=pl.coalesce("employee_id", "unit_id"),
            unit_id=pl.coalesce("unit_id", "home"),
            n_expected=rounded("n_expected", SCORE),
            p_value=probability("p_value"),
        )
        .sort("rule", "unit_id", "subject_id", "other_employee_id", nulls_last=True)
        .with_columns(number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
        .select(pl.col(name).cast(kind) for name, kind in _SCHEMA.items())
    }


def _closings(evidence: Evidence) -> pl.DataFrame:
    """Requests closed in P by people who are scored, at a known time of the day: read once for all rules on them.

    person, at (when it was closed, wall-clock), left (seconds until it was due), and whether it was closed at once and
    then opened again or never answered (is_reopened), or closed after its clock ran out and by a later written deadline
    (is_moved; null: it has none).
    """
    closed = evidence.requests.filter(pl.col("person").is_not_null(), evidence.span.covers("closed_at"))
    at_once = pl.col("closed_at") - pl.col("started_at") <= pl.duration(minutes=AT_ONCE_MINUTES)
    is_unanswered = ~pl.col("is_answered").fill_null(value=False)
    # To the end of the day: a deadline is often written as a day.
    is_late = pl.col("at").dt.date() > pl.col("ran_out_on")
    # Far from P, where it may be off by hours, its day is before or after that of the closing all the same.
    ran_out_on = wall_clock("ran_out", evidence.span).dt.date()
    return (
        closed.with_columns(at=wall_clock("closed_at", evidence.span), ran_out_on=ran_out_on)
        .filter(~pl.col("at").dt.time().is_in([dt.time(), _DAY_END]))  # only the day is known
        .select(
            "person",
            "at",
            left=(pl.col("due") - pl.col("closed_at")).dt.total_seconds(),
            is_reopened=at_once & (pl.col("is_reopened").fill_null(value=False) | is_unanswered),
            is_moved=pl.when(pl.col("written_due").is_not_null()).then(
                (is_late & (pl.col("written_due") >= pl.col("closed_at"))).fill_null(value=False)
            ),
        )
        .collect()
    )


def _named(evidence: Evidence, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows by person, with their employee_id."""
    numbers = evidence.results.employees.get_column("employee_id")  # a person is his place among them
    return rows.with_columns(employee_id=numbers.gather(rows.get_column("person")))


def _shaped(frame: pl.DataFrame, rule: str, **columns: pl.Expr) -> pl.DataFrame:
    """The rows as `_FOUND` has them; what they lack is empty."""
    frame = frame.with_columns(rule=pl.lit(rule), **columns)
    missing = {name: pl.lit(None, kind) for name, kind in _FOUND.items() if name not in frame.columns}
    return frame.with_columns(**missing).select(pl.col(name).cast(kind) for name, kind in _FOUND.items())


def _crowding(n: str, minutes: pl.Expr, crowd: int) -> pl.Expr:
    """How many of n things that fall on minutes at random share theirs with `crowd` - 1 others or more."""
    rate = pl.col(n) / minutes
    fewer = sum((rate.pow(k) / math.factorial(k) for k in range(crowd - 1)), pl.lit(0.0)) * (-rate).exp()
    return pl.col(n) * (1 - fewer).clip(lower_bound=0.0)


def _of_closings(evidence: Evidence) -> pl.DataFrame:
    closings = _closings(evidence)
    moved = closings.filter(pl.col("is_moved").is_not_null())
    found = [
        _batches(closings),
        _last_seconds(closings),
        _against_habit(closings, "is_reopened", "closed_and_reopened", REOPENED, REOPENED_SHARE),
        _against_habit(moved, "is_moved", "moved_deadline", MOVED, MOVED_SHARE),
    ]
    return pl.concat(_shaped(_named(evidence, rows), rule) for rule, rows in found)


def _batches(closings: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    found = _crowds(closings, "person", BATCH).filter(pl.col("n_found") >= BATCH)
    expected = _crowding("n_of", pl.col("n_days") * WORKING_MINUTES, BATCH)
    return "batch_closing", found.with_columns(n_expected=expected)


def _crowds(rows: pl.DataFrame, key: str, crowd: int) -> pl.DataFrame:
    """Of those (`key`, UInt32 or Categorical) with so many rows in a minute (of `at`, wall-clock), or more.

    n_of, n_found (in such a minute), n_days, first_date and last_date (of such minutes).
    """
    minute = pl.col("at").dt.epoch("s") // 60
    moment = pl.col(key).to_physical().cast(pl.UInt64) * 2**32 + minute.cast(pl.UInt64)
    moments = rows.select(moment).to_series().sort()
    # In order, a crowd is a row whose like stands so many places before it: most data has none.
    crowded = moments.filter(moments == moments.shift(crowd - 1)) // 2**32
    minutes = (
        rows.filter(pl.col(key).to_physical().is_in(crowded.unique().cast(pl.UInt32).implode()))
        .group_by(key, minute=minute)
        .agg(n=pl.len().cast(pl.Int64), day=pl.col("at").first().dt.date())
        .with_columns(in_batch=pl.col("n") >= crowd)
    )
    day = pl.col("day").filter("in_batch")
    return minutes.group_by(key).agg(
        n_of=pl.col("n").sum(),
        n_found=pl.col("n").filter("in_batch").sum(),
        n_days=pl.col("day").n_unique(),
        first_date=day.min(),
        last_date=day.max(),
    )


def _counted(closings: pl.DataFrame, is_hit: pl.Expr) -> pl.DataFrame:
    """person, n_of and n_found."""
    return closings.group_by("person").agg(n_of=pl.len(), n_found=is_hit.sum())


def _dated(found: pl.DataFrame, closings: pl.DataFrame, is_hit: pl.Expr) -> pl.DataFrame:
    """With first_date and last_date of their hits."""
    day = pl.col("at").dt.date()
    hits = closings.filter(pl.col("person").is_in(found.get_column("person").implode()), is_hit)
    return found.join(hits.group_by("person").agg(first_date=day.min(), last_date=day.max()), on="person")


def _last_seconds(closings: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    near, is_hit = closings.filter(pl.col("left").is_between(0, 3600)), pl.col("left") <= LAST_SECONDS
    found = _counted(near, is_hit)
    share = LAST_SECONDS / 3600
    p_values = adjusted(chance_of_so_many(found["n_found"], found["n_of"], share, 0.0))
    found = found.with_columns(p_value=pl.Series(p_values), n_expected=pl.col("n_of") * share).filter(
        pl.col("n_found") >= LAST_MOMENTS, pl.col("p_value") <= FALSE_ALARMS
    )
    return "closed_at_the_last_second", _dated(found, near, is_hit)


def _against_habit(closings: pl.DataFrame, hit: str, rule: str, least: int, share: float) -> tuple[str, pl.DataFrame]:
    """Those with so many hits, so large a share, and more than people's habits explain."""
    found = _counted(closings, pl.col(hit))
    hits, of = found["n_found"].to_numpy(), found["n_of"].to_numpy()
    mean, correlation = beta_binomial(hits, of)
    # Where nobody else has one, one in all is what the rest of them could have had.
    mean = max(mean, 1 / max(1, int(of.sum())))
    p_values = adjusted(chance_of_so_many(hits, of, mean, correlation))
    unusual = (pl.col("n_found") >= least) & (pl.col("n_found") >= share * pl.col("n_of"))
    found = found.with_columns(p_value=pl.Series(p_values), n_expected=pl.col("n_of") * mean).filter(
        unusual, pl.col("p_value") <= FALSE_ALARMS
    )
    return rule, _dated(found, closings, pl.col(hit))


def _stuffed(evidence: Evidence) -> pl.DataFrame:
    answers = (
        responses(evidence)
        .filter(pl.col("audience") != "student", pl.col("at").dt.time() != dt.time())
        .select("at", "employee", unit=pl.col("unit_id").cast(pl.Categorical))
    )
    names_somebody = pl.col("employee").is_not_null()
    return pl.concat(
        [
            _crowded(answers.filter(names_somebody), "employee", STUFFED),
            _crowded(answers.filter(~names_somebody, pl.col("unit").is_not_null()), "unit", STUFFED_UNIT),
        ]
    )


def _crowded(answers: pl.DataFrame, key: str, crowd: int) -> pl.DataFrame:
    found = _crowds(answers, key, crowd).filter(pl.col("n_found") >= crowd).rename({key: f"{key}_id"})
    return _shaped(found, "stuffed_survey", n_expected=_crowding("n_of", pl.col("n_days") * WORKING_MINUTES, crowd))


def _punches(evidence: Evidence) -> pl.DataFrame:
    """Both rules on events in P of people who are scored, read once: a part at a time."""
    parts = _Parts(evidence)
    used: list[pl.DataFrame] = []
    shared: list[pl.DataFrame] = []
    near: list[pl.DataFrame] = []
    for events in parts:
        used.append(_used(events, evidence.results.employees.height))
        shared.append(_shared_seconds(parts.with_devices(events)))
        near.append(_near(events, used[-1], parts.length))
    counts = pl.concat(used).group_by("person", "device").agg(pl.col("n").sum())
    return pl.concat(
        [
            _together(evidence, pl.concat(shared), parts.with_devices(counts), parts.day()),
            _two_places(evidence, pl.concat(near), counts, parts.day()),
        ]
    )


class _Parts:
    """Events in P of people who are scored, some days at a time: never more in memory than about `ROWS_AT_ONCE`.

    A part has person, second (of P) and device (null: none is named), and is `length` seconds long.
    """

    def __init__(self, evidence: Evidence) -> None:
        attendance, span = evidence.frames["attendance"], evidence.span
        n_rows = attendance.select(pl.len()).collect(engine="streaming").item()
        n_parts = max(1, -(-n_rows // ROWS_AT_ONCE))
        self.start = int(span.start_at.timestamp())
        n_seconds = int(span.end_at.timestamp()) - self.start
        self.length = length = -(-n_seconds // n_parts)
        self._homes = evidence.results.employees.get_column("unit_id").cast(pl.Categorical)
        rows = attendance.select(
            evidence.person(),
            # What is so far away that it does not fit is not of P.
            second=((pl.col("timestamp").to_physical() - self.start * 10**6) // 10**6).cast(pl.Int32, strict=False),
            device=pl.col("device_id").cast(pl.Categorical),
        )
        self._rows = [
            rows.filter(
                pl.col("second").is_between(part * length, min(n_seconds, (part + 1) * length), closed="left"),
                pl.col("person").is_not_null(),
            )
            for part in range(n_parts)
        ]

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for rows in self._rows:
            yield rows.collect(engine="streaming", optimizations=_NARROW_FIRST).rechunk()

    def with_devices(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the home unit for the device where none is named."""
        if rows.get_column("device").null_count() == 0:
            return rows
        home = self._homes.gather(rows.get_column("person"))
        return rows.with_columns(device=pl.coalesce("device", home))

    def day(self) -> pl.Expr:
        """The day of a second."""
        return pl.from_epoch(pl.col("second").cast(pl.Int64) + self.start, time_unit="s").dt.date()


def _used(events: pl.DataFrame, n_people: int) -> pl.DataFrame:
    """person, device and how many events (n) he has there: one row of each person and device, or two.

    Nearly everybody uses one device: only events at another one than that of one of his events are grouped.
    """
    person = events.get_column("person").to_numpy()
    device = events.get_column("device").to_physical().fill_null(_NO_DEVICE).to_numpy()
    usual = np.zeros(n_people, dtype=np.uint32)
    usual[person] = device
    elsewhere = np.flatnonzero(usual[person] != device)
    n = np.bincount(person, minlength=n_people) - np.bincount(person[elsewhere], minlength=n_people)
    at_usual = pl.DataFrame({"person": np.arange(n_people, dtype=np.uint32), "device": usual, "n": n})
    code = pl.col("device")
    is_named = pl.when(code != _NO_DEVICE).then(code)
    others = events[elsewhere].group_by("person", "device").agg(n=pl.len().cast(pl.Int64))
    return pl.concat([at_usual.filter(pl.col("n") > 0).with_columns(device=is_named.cat.to(pl.Categorical)), others])


def _near(events: pl.DataFrame, used: pl.DataFrame, length: int) -> pl.DataFrame:
    """Events of a person no more than a minute apart, one after another, at several devices: all of each such run.

    Of events that name a device. Runs at an end of the part are kept too: they may go on in the next one.
    """
    several = used.get_column("person").filter(used.get_column("person").is_duplicated())
    has_several = np.zeros(int(used.get_column("person").max() or 0) + 1, dtype=np.bool_)  # type: ignore[arg-type]
    has_several[several.to_numpy()] = True
    into = pl.col("second") % length
    at_end = (into < TWO_PLACES_SECONDS) | (into >= length - TWO_PLACES_SECONDS)
    is_of_several = pl.Series(has_several[events.get_column("person").to_numpy()])
    rows = events.filter(is_of_several | at_end, pl.col("device").is_not_null()).sort("person", "second")
    apart = (pl.col("person") != pl.col("person").shift()) | (pl.col("second").diff() > TWO_PLACES_SECONDS)
    device = pl.col("device").to_physical()
    runs = rows.with_columns(run=apart.fill_null(value=True).cum_sum())
    kept = runs.group_by("run").agg(is_kept=(device.min() != device.max()) | at_end.any()).filter("is_kept")
    return runs.join(kept, on="run", how="semi").drop("run")


def _shared_seconds(events: pl.DataFrame) -> pl.DataFrame:
    """One row a device and second with 2 people or more, but no crowd: person, a list of them in order."""
    # A moment and who was there, as one number: in order, people of one second at one device are neighbours.
    columns = [events.get_column(name).to_physical() for name in ("device", "second", "person")]
    bits = [int(column.max() or 0).bit_length() for column in columns]  # type: ignore[arg-type]
    if sum(bits) > 64:
        raise OverflowError("attendance: too many people and devices to compare their punches; score fewer in one run")
    seen = columns[0].to_numpy().astype(np.uint64)
    for column, width in zip(columns[1:], bits[1:], strict=True):
        seen <<= np.uint64(width)
        seen |= column.to_numpy().astype(np.uint32, copy=False)
    seen.sort()
    near = np.flatnonzero((seen[1:] ^ seen[:-1]) < np.uint64(1 << bits[2]))
    seen = np.unique(np.concatenate([seen[near], seen[near + 1]]))
    shared = pl.DataFrame(
        {
            "device": (seen >> np.uint64(bits[1] + bits[2])).astype(np.uint32),
            "second": ((seen >> np.uint64(bits[2])) & np.uint64((1 << bits[1]) - 1)).astype(np.int32),
            "person": (seen & np.uint64((1 << bits[2]) - 1)).astype(np.uint32),
        }
    )
    # What is unique is in order: who shares a moment follows.
    together = shared.group_by("device", "second", maintain_order=True).agg("person")
    return together.filter(pl.col("person").list.len().is_between(2, CROWD)).with_columns(
        pl.col("device").cat.to(pl.Categorical)
    )


def _pairs(shared: pl.DataFrame, counts: pl.DataFrame, day: pl.Expr) -> pl.DataFrame:
    """One row a device and pair of people with the same second there: n_found, n_of (events of the rarer), n_people."""
    pairs = (
        shared.explode("person", empty_as_null=False, keep_nulls=False)
        .join(shared, on=["device", "second"], suffix="s")
        .explode("persons", empty_as_null=False, keep_nulls=False)
        .filter(pl.col("person") < pl.col("persons"))
    )
    counted = pairs.group_by("device", "person", other="persons").agg(
        n_found=pl.len().cast(pl.Int64), first_date=day.min(), last_date=day.max()
    )
    own = counts.group_by("device", "person").agg(pl.col("n").sum())
    per_device = own.group_by("device").agg(n_people=pl.len().cast(pl.Int64))
    return (
        counted.join(own, on=["device", "person"])
        .join(own.rename({"person": "other", "n": "n_other"}), on=["device", "other"])
        .join(per_device, on="device")
        .with_columns(pl.col("device").cast(pl.String), n_of=pl.min_horizontal("n", "n_other"))
        .select("device", "person", "other", "n_found", "n_of", "n_people", "first_date", "last_date")
        .sort("device", "person", "other")
    )


def _together(evidence: Evidence, shared: pl.DataFrame, counts: pl.DataFrame, day: pl.Expr) -> pl.DataFrame:
    """`counts`: events (n) of each person and device."""
    pairs = _pairs(shared, counts, day)
    if pairs.is_empty():
        return pl.DataFrame(schema=_FOUND)
    # What another pair of the device has, the suspected one left out; one in all where there is no other.
    n_pairs = pl.col("n_people") * (pl.col("n_people") - 1) // 2
    all_found = pl.col("n_found").sum().over("device")
    usual = (all_found - pl.col("n_found") + 1) / pl.max_horizontal(n_pairs - 1, pl.lit(1))
    pairs = pairs.with_columns(n_expected=usual)
    p_values = adjusted(poisson_tail(pairs["n_found"], pairs["n_expected"]))
    people = evidence.people.select("person", "employee_id").collect()
    found_pairs = (
        pairs.with_columns(p_value=pl.Series(p_values))
        .filter(
            pl.col("n_found") >= TOGETHER,
            pl.col("n_found") >= TOGETHER_SHARE * pl.col("n_of"),
            pl.col("p_value") <= FALSE_ALARMS,
        )
        .join(people, on="person")
        .join(people.rename({"person": "other", "employee_id": "other_employee_id"}), on="other")
        .group_by("employee_id", "other_employee_id")  # a pair may meet at several devices
        .agg(
            pl.col("n_found", "n_of", "n_expected").sum(),
            pl.col("p_value").min(),
            pl.col("first_date").min(),
            pl.col("last_date").max(),
        )
    )
    return _shaped(found_pairs, "identical_punches")


def _two_places(evidence: Evidence, near: pl.DataFrame, counts: pl.DataFrame, day: pl.Expr) -> pl.DataFrame:
    """`near`: see `_near`; a device is of the unit that uses it most."""
    homes = evidence.results.employees.get_column("unit_id")
    used = counts.filter(pl.col("device").is_not_null())
    used = used.with_columns(unit_id=homes.gather(used.get_column("person")))
    owner = (
        used.group_by("device", "unit_id")
        .agg(pl.col("n").sum())
        .sort("device", "n", "unit_id")
        .group_by("device", maintain_order=True)
        .agg(place=pl.col("unit_id").last())
    )
    # In order, so that the row before is the event before; the first event of a person follows none.
    follows = pl.col("person") == pl.col("person").shift()
    is_near = pl.col("second").diff() <= TWO_PLACES_SECONDS
    elsewhere = pl.col("place") != pl.col("place").shift()
    hits = (
        near.join(owner, on="device")
        .sort("person", "second", "place")
        .filter((follows & is_near & elsewhere).fill_null(value=False))
        .group_by("person")
        .agg(n_found=pl.len(), first_date=day.min(), last_date=day.max())
        .filter(pl.col("n_found") >= TWO_PLACES)
    )
    n_of = used.group_by("person").agg(n_of=pl.col("n").sum())
    found = hits.join(n_of, on="person")
    return _shaped(_named(evidence, found), "two_places", n_expected=pl.lit(0.0))


Rule = Callable[[Evidence], pl.DataFrame]
_RULES: Final[tuple[Rule, ...]] = (_of_closings, _stuffed, _punches)
_FOUND: Final = pl.Schema(
    {
        "rule": pl.String(),
        "employee_id": pl.String(),
        "other_employee_id": pl.String(),
        "unit_id": pl.String(),
        "n_found": pl.Int64(),
        "n_of": pl.Int64(),
        "n_expected": pl.Float64(),
        "p_value": pl.Float64(),
        "first_date": pl.Date(),
        "last_date": pl.Date(),
    }
)
_SCHEMA: Final = pl.Schema(
    {
        "number": pl.Int64(),
        "rule": pl.String(),
        "subject": pl.String(),
        "subject_id": pl.String(),
        "other_employee_id": pl.String(),
        "unit_id": pl.String(),
        "n_found": pl.Int64(),
        "n_of": pl.Int64(),
        "n_expected": pl.Decimal(38, SCORE),
        "p_value": pl.Decimal(38, SHARE),
        "first_date": pl.Date(),
        "last_date": pl.Date(),
    }
)
