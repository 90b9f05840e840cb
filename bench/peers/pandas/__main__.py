"""Kalianda's scores in pandas: `python -m bench.peers.pandas FOLDER csv|parquet FIRST_DAY LAST_DAY OUTPUT`.

What a careful notebook would do: vectorised throughout, columns chosen at the read, pyarrow's CSV reader. No row is
refused and nothing is kept of what a score was made of.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

ELEMENTS = [f"u{number}" for number in range(1, 10)]
NOT_OWED = ["rejected", "not_in_authority", "postponed"]
CLOCKS = {"information": 5, "non_supervisory": 14, "supervisory": 60}
DAY, INSTANT = pd.Timedelta(days=1), pd.Timedelta(microseconds=1)


class Inputs:
    """The files of one folder, only the columns asked for; instants as wall-clock time."""

    def __init__(self, folder: str, form: str) -> None:
        self.folder, self.form = Path(folder), form

    def read(self, name: str, texts: list[str], instants: tuple[str, ...] = (), numbers: tuple[str, ...] = ()):
        columns = [*texts, *instants, *numbers]
        path = self.folder / f"{name}.{self.form}"
        if self.form == "parquet":
            frame = pd.read_parquet(path, columns=columns)
            for column in instants:
                moments = pd.to_datetime(frame[column])  # a date comes as an object
                frame[column] = moments.dt.tz_localize(None).astype("datetime64[us]")
        else:
            frame = pd.read_csv(path, usecols=columns, dtype=dict.fromkeys(columns, "str"), engine="pyarrow")
        if self.form == "csv":
            for column in instants:
                text = frame[column]
                # Every offset in these files is Jakarta's own, +07:00: the wall-clock time is the first 19 characters.
                moments = pd.to_datetime(text.str.slice(0, 19), format="ISO8601").astype("datetime64[us]")
                is_day = text.str.len() == 10  # a deadline written as a date alone is the end of that day
                frame[column] = moments.mask(is_day, moments + DAY - INSTANT) if column == "due_at" else moments
        for column in numbers:
            frame[column] = pd.to_numeric(frame[column])
        return frame


def main(folder: str, form: str, first_day: str, last_day: str, output: str) -> None:
    inputs = Inputs(folder, form)
    first, last = pd.Timestamp(first_day), pd.Timestamp(last_day)
    end = last + DAY
    employees = inputs.read(
        "employees", ["employee_id", "unit_id", "sector", "schedule_id"], instants=("start_date", "end_date")
    )
    holidays = inputs.read("calendar", ["kind"], instants=("date",))["date"]
    employees["until"] = employees["end_date"].fillna(pd.Timestamp("2200-01-01"))
    spells = employees.drop(columns="end_date")
    people = people_of(spells, first, last)
    items = pd.concat(
        [
            request_items(inputs, people, holidays, first, end),
            satisfaction(inputs, people, first, end),
            work_plan(inputs, people, first, last),
            discipline(inputs, people, spells, holidays, first, last),
            behaviour(inputs, people, first, end),
        ]
    )
    counted = countable_days(people)
    scores(items, people, counted).to_parquet(output, index=False)


def people_of(spells: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    spells["opens"], spells["closes"] = spells["start_date"].clip(lower=first), spells["until"].clip(upper=last)
    inside = spells[spells["opens"] <= spells["closes"]].copy()
    inside["length"] = inside["closes"] - inside["opens"]
    home = inside.sort_values(["employee_id", "length", "start_date"]).drop_duplicates("employee_id", keep="last")
    home["kind"] = home["sector"].where(home["sector"].isin(["health", "education"]), "general")
    return home[["employee_id", "unit_id", "kind"]].reset_index(drop=True)


def item(people: pd.DataFrame, kinds: list[str], group: str, weight: int, achievement, is_idle=None) -> pd.DataFrame:
    """One row a person of these kinds; `achievement` and `is_idle` (not applicable) by employee_id."""
    owing = people.loc[people["kind"].isin(kinds), ["employee_id"]]
    idle = False if is_idle is None else owing["employee_id"].map(is_idle).fillna(True).astype(bool)
    return owing.assign(
        group=group, weight=weight, achievement=owing["employee_id"].map(achievement).astype(float), is_idle=idle
    )


def working_day_clock(holidays: pd.Series, submitted_on: pd.Series, days: pd.Series) -> pd.Series:
    off = np.array(holidays.dt.date.unique(), dtype="datetime64[D]")
    on = submitted_on.to_numpy().astype("datetime64[D]")
    return pd.Series(np.busday_offset(on, days.to_numpy(), roll="backward", holidays=off), index=submitted_on.index)


def request_items(inputs: Inputs, people, holidays, first, end) -> pd.DataFrame:
    requests = inputs.read(
        "service_requests",
        ["employee_id", "kind", "service_type", "complaint_class", "status"],
        instants=("submitted_at", "complete_at", "closed_at", "due_at"),
        numbers=("paused_hours",),
    ).dropna(subset="employee_id")
    standards = inputs.read("service_standards", ["service_type"], numbers=("limit_hours",))
    requests["limit"] = requests["service_type"].map(standards.set_index("service_type")["limit_hours"]).fillna(24)
    paused = requests["paused_hours"].fillna(0)
    started = requests["complete_at"].fillna(requests["submitted_at"])
    is_document = requests["kind"] == "document"
    clock = requests["complaint_class"].fillna("non_supervisory").mask(requests["kind"] == "information", "information")
    by_class = working_day_clock(holidays, requests["submitted_at"].dt.normalize(), clock.map(CLOCKS))
    by_limit = started + pd.to_timedelta(((requests["limit"] + paused) * 3.6e9).astype("int64"), unit="us")
    computed = by_limit.where(is_document, by_class.astype("datetime64[us]") + DAY - INSTANT)
    due = requests["due_at"].fillna(computed)
    closed = requests["closed_at"]
    is_closed = (requests["status"] == "closed") & closed.notna()
    spent = ((closed - started) / pd.Timedelta(hours=1) - paused).clip(lower=0) / requests["limit"]
    in_quarter = (closed >= first) & (closed < end)
    completion = spent[is_document & is_closed & in_quarter].groupby(requests["employee_id"]).median()
    owed = (due >= first) & (due < end) & ~requests["status"].isin(NOT_OWED)
    facts = (
        pd.DataFrame(
            {
                "employee_id": requests["employee_id"],
                "complaint": owed & (requests["kind"] == "complaint"),
                "handled": owed & (requests["kind"] == "complaint") & is_closed & (closed < end),
                "due": owed,
                "in_time": owed & is_closed & (closed <= due),
            }
        )
        .groupby("employee_id")[["complaint", "handled", "due", "in_time"]]
        .sum()
    )
    handled = facts["handled"] / facts["complaint"].where(facts["complaint"] > 0)
    on_time = facts["in_time"] / facts["due"].where(facts["due"] > 0)
    return pd.concat(
        [
            item(people, ["general"], "results", 35, (100 * (2 - completion)).clip(0, 120), completion.isna()),
            item(people, ["general"], "results", 30, (100 * handled / 0.95).clip(0, 120), handled.isna()),
            item(people, ["health"], "results", 50, (100 * on_time / 0.95).clip(0, 120), on_time.isna()),
        ]
    )


def index_of(answers: pd.DataFrame, key: str) -> pd.DataFrame:
    grouped = answers.groupby([key, "audience"])
    return pd.DataFrame({"n": grouped.size(), "ikm": 25 * grouped[ELEMENTS].mean().mean(axis=1)}).reset_index()


def satisfaction(inputs: Inputs, people, first, end) -> pd.DataFrame:
    answers = inputs.read(
        "survey_responses", ["employee_id", "unit_id", "audience"], instants=("submitted_at",), numbers=tuple(ELEMENTS)
    )
    inside = (answers["submitted_at"] >= first) & (answers["submitted_at"] < end)
    answers = answers[inside & answers[ELEMENTS].notna().any(axis=1)]
    audience = {"health": "patient", "education": "student", "general": "citizen"}
    asked = people.assign(audience=people["kind"].map(audience))
    both = asked.merge(index_of(answers, "employee_id"), on=["employee_id", "audience"], how="left").merge(
        index_of(answers, "unit_id"), on=["unit_id", "audience"], how="left", suffixes=("_own", "_unit")
    )
    has_own, has_unit = both["n_own"] >= 5, both["n_unit"] >= 5
    shrunk = (both["n_own"] * both["ikm_own"] + 10 * both["ikm_unit"]) / (both["n_own"] + 10)
    value = both["ikm_unit"].where(has_unit).mask(has_own, both["ikm_own"]).mask(has_own & has_unit, shrunk)
    achievement = (100 * value / 80).clip(0, 120).set_axis(both["employee_id"])
    return pd.concat(
        item(people, [kind], "results", weight, achievement)
        for kind, weight in (("general", 35), ("health", 50), ("education", 40))
    )


def work_plan(inputs: Inputs, people, first, last) -> pd.DataFrame:
    objectives = inputs.read(
        "objectives",
        ["objective_id", "employee_id", "direction"],
        instants=("start_date", "due_date"),
        numbers=("target", "weight"),
    )
    objectives = objectives[(objectives["start_date"] <= last) & (objectives["due_date"] >= first)]
    progress = inputs.read(
        "progress", ["objective_id", "employee_id"], instants=("due_at", "reported_at"), numbers=("realised",)
    )
    progress = progress[(progress["reported_at"] < last + DAY) & progress["realised"].notna()]
    latest = progress.sort_values(["reported_at", "due_at", "realised"], na_position="first").drop_duplicates(
        ["employee_id", "objective_id"], keep="last"
    )
    plan = objectives.merge(latest, on=["employee_id", "objective_id"], how="left")
    so_far = (last - plan["start_date"]).dt.days + 1
    in_all = (plan["due_date"] - plan["start_date"]).dt.days + 1
    is_higher = plan["direction"] == "higher"
    expected = plan["target"].where(~(is_higher & (plan["due_date"] > last)), plan["target"] * so_far / in_all)
    ratio = plan["realised"] / expected
    reached = (100 * ratio).where(is_higher, 100 * (2 - ratio)).clip(0, 120).fillna(0)
    sums = (
        pd.DataFrame({"reached": plan["weight"] * reached, "weight": plan["weight"]}).groupby(plan["employee_id"]).sum()
    )
    return item(people, ["education"], "results", 60, sums["reached"] / sums["weight"])


def hours_of(inputs: Inputs, holidays, first, last) -> tuple[pd.DataFrame, pd.Timedelta]:
    """Working days of every schedule, to the day after the quarter; when the night's window opens."""
    clock = inputs.read("schedules", ["schedule_id", "weekday", "start_time", "end_time", "day_starts_at"])
    usual = pd.DataFrame(
        [("", day, "07:30", "16:30" if day == 5 else "16:00", None) for day in range(1, 6)], columns=clock.columns
    )
    clock = pd.concat([clock, usual])
    for column in ("start_time", "end_time", "day_starts_at"):
        text = clock[column].astype("str").where(clock[column].notna(), "00:00").str.slice(0, 5)
        clock[column] = pd.to_timedelta(text + ":00")
    dates = pd.DataFrame({"date": pd.date_range(first, last + DAY, unit="us")})
    dates = dates[~dates["date"].isin(holidays)]
    dates["weekday"] = dates["date"].dt.day_of_week + 1
    hours = dates.merge(clock.astype({"weekday": int}), on="weekday")
    later = pd.to_timedelta((hours["start_time"] < hours["day_starts_at"]).astype(int), unit="D")
    hours["starts_at"] = hours["date"] + hours["start_time"] + later
    hours["ends_at"] = hours["date"] + hours["end_time"]
    hours["ends_at"] += pd.to_timedelta((hours["ends_at"] <= hours["starts_at"]).astype(int), unit="D")
    hours["is_night"] = hours["day_starts_at"] > pd.Timedelta(0)
    return hours[["schedule_id", "date", "starts_at", "ends_at", "is_night"]], clock["day_starts_at"].max()


def cut(minutes: pd.Series) -> np.ndarray:
    bands = [minutes <= 0, minutes <= 30, minutes <= 60, minutes <= 90]
    return np.select(bands, [0, 0.5, 1, 1.25], default=1.5)


def leave_days(inputs: Inputs, first, last) -> pd.DataFrame:
    leave = inputs.read("leave", ["employee_id"], instants=("start_date", "end_date"))
    opens, closes = leave["start_date"].clip(lower=first), leave["end_date"].clip(upper=last)
    leave = leave.assign(opens=opens, n=(closes - opens).dt.days + 1)
    days = leave[leave["n"] > 0]
    days = days.loc[days.index.repeat(days["n"])]
    days["date"] = days["opens"] + pd.to_timedelta(days.groupby(level=0).cumcount(), unit="D")
    return days[["employee_id", "date"]].drop_duplicates()


def moments_of(inputs: Inputs, first, last, opening) -> pd.DataFrame:
    """First and last event of each half day a window may open in."""
    events = inputs.read("attendance", ["employee_id", "direction"], instants=("timestamp",))
    events = events[(events["timestamp"] >= first) & (events["timestamp"] < last + 2 * DAY)]
    events["date"] = events["timestamp"].dt.normalize()
    events["is_late_half"] = events["timestamp"] - events["date"] >= opening
    events["has_in"], events["has_out"] = events["direction"] == "in", events["direction"] == "out"
    grouped = events.groupby(["employee_id", "date", "is_late_half"], sort=False)
    return grouped.agg(
        first=("timestamp", "min"), last=("timestamp", "max"), has_in=("has_in", "max"), has_out=("has_out", "max")
    ).reset_index()


def recorded_of(moments: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """Distinct unit_id, date, is_night that somebody of the unit has an event in."""
    night = moments[["employee_id"]].assign(date=moments["date"].where(moments["is_late_half"], moments["date"] - DAY))
    seen = []
    for days, is_night in ((moments[["employee_id", "date"]], False), (night, True)):
        own = days.drop_duplicates().merge(spells[["employee_id", "unit_id", "start_date", "until"]], on="employee_id")
        own = own[(own["date"] >= own["start_date"]) & (own["date"] <= own["until"])]
        seen.append(own[["unit_id", "date"]].drop_duplicates().assign(is_night=is_night))
    return pd.concat(seen)


def attended_of(moments: pd.DataFrame, working: pd.DataFrame) -> pd.DataFrame:
    key = ["employee_id", "date"]
    later = working.merge(moments, on=key)
    later = later[later["is_late_half"] | ~later["is_night"]]
    morning = moments[~moments["is_late_half"]]
    taken = working.loc[~working["is_night"], key].assign(is_taken=True)
    morning = morning.merge(taken, on=key, how="left")
    morning = morning[morning["is_taken"].isna()].drop(columns="is_taken")
    morning["date"] -= DAY
    before = working[working["is_night"]].merge(morning, on=key)
    owned = pd.concat([later, before])
    days = (
        owned.groupby([*key, "starts_at", "ends_at"], sort=False)
        .agg(first=("first", "min"), last=("last", "max"), has_in=("has_in", "max"), has_out=("has_out", "max"))
        .reset_index()
    )
    is_single = days["first"] == days["last"]
    is_nearer = (days["first"] - days["starts_at"]).abs() <= (days["first"] - days["ends_at"]).abs()
    is_arrival = days["has_in"].where(days["has_in"] != days["has_out"], is_nearer)
    minute = pd.Timedelta(minutes=1)
    late = ((days["first"] - days["starts_at"]) // minute).where(~is_single | is_arrival)
    early = ((days["ends_at"] - days["last"]) // minute).where(~is_single | ~is_arrival)
    return days[key].assign(cuts=cut(late) + cut(early))


def discipline(inputs: Inputs, people, spells, holidays, first, last) -> pd.DataFrame:
    hours, opening = hours_of(inputs, holidays, first, last)
    own = spells.copy()
    own["schedule_id"] = own["schedule_id"].where(own["schedule_id"].isin(hours["schedule_id"]), "")
    working = own.merge(hours, on="schedule_id")
    working = working[(working["date"] >= working["start_date"]) & (working["date"] <= working["until"])]
    working = working[["employee_id", "unit_id", "date", "is_night", "starts_at", "ends_at"]]
    moments = moments_of(inputs, first, last, opening)
    attended = attended_of(moments, working)
    key = ["employee_id", "date"]
    days = working[working["date"] <= last].merge(
        leave_days(inputs, first, last).assign(is_on_leave=True), on=key, how="left"
    )
    days = days[days["is_on_leave"].isna()]
    days = days.merge(
        recorded_of(moments, spells).assign(is_recorded=True), on=["unit_id", "date", "is_night"], how="left"
    ).merge(attended, on=key, how="left")
    days["is_recorded"] = days["is_recorded"].notna()
    days["cuts"] = days["cuts"].fillna(3).where(days["is_recorded"], 0)
    days["month"] = days["date"].dt.month
    months = (
        days.groupby(["employee_id", "month"], sort=False)
        .agg(n_countable=("date", "size"), n_recorded=("is_recorded", "sum"), cuts=("cuts", "sum"))
        .reset_index()
    )
    months["left"] = (100 - months["cuts"]).clip(lower=0).where(months["n_recorded"] > 0)
    facts = months.groupby("employee_id").agg(
        n_countable=("n_countable", "sum"), n_recorded=("n_recorded", "sum"), value=("left", "mean")
    )
    facts = facts.reindex(people["employee_id"]).fillna({"n_countable": 0, "n_recorded": 0})
    people["n_countable"] = facts["n_countable"].to_numpy()
    appeared = facts.index.isin(moments.loc[moments["date"] <= last, "employee_id"].unique())
    enough = appeared & (facts["n_recorded"] > 0) & (2 * facts["n_recorded"] >= facts["n_countable"])
    achievement = pd.Series(np.interp(facts["value"], [0, 90, 98, 100], [0, 90, 100, 115]), facts.index).where(enough)
    is_idle = (facts["n_countable"] == 0) | (appeared & (facts["n_recorded"] == 0))
    return item(people, ["general", "health", "education"], "behaviour", 50, achievement, is_idle)


def countable_days(people: pd.DataFrame) -> pd.Series:
    return people.set_index("employee_id")["n_countable"]


def behaviour(inputs: Inputs, people, first, end) -> pd.DataFrame:
    ratings = inputs.read(
        "ratings",
        ["rater_id", "employee_id", "rater_role", "instrument", "item"],
        instants=("submitted_at",),
        numbers=("level", "level_max"),
    )
    ratings = ratings[
        (ratings["instrument"] == "behaviour")
        & (ratings["rater_role"] != "self")
        & (ratings["submitted_at"] >= first)
        & (ratings["submitted_at"] < end)
    ]
    ratings = ratings.sort_values("submitted_at", kind="stable").drop_duplicates(
        ["employee_id", "rater_id", "rater_role", "item"], keep="last"
    )
    level = 1 + 2 * (ratings["level"] - 1) / (ratings["level_max"] - 1)
    is_supervisor = ratings["rater_role"] == "supervisor"
    supervisor = level[is_supervisor].groupby(ratings["employee_id"]).mean()
    others = level[~is_supervisor].groupby(ratings["employee_id"]).mean().reindex(supervisor.index)
    value = (0.6 * supervisor + 0.4 * others).fillna(supervisor)
    achievement = pd.Series(np.interp(value, [1, 2, 3], [60, 100, 120]), value.index)
    return item(people, ["general", "health", "education"], "behaviour", 50, achievement)


def stored(numbers: pd.Series) -> pd.Series:
    """Two decimals; leans away from binary dust, so that ties go as they do on paper."""
    return np.floor((numbers + 1e-9) * 100 + 0.5) / 100


def rating_of(numbers: pd.Series) -> pd.Series:
    words = np.select([numbers >= 110, numbers >= 90, numbers.notna()], ["above", "meets", "below"], default="")
    return pd.Series(words, numbers.index).replace("", None)


def scores(items: pd.DataFrame, people: pd.DataFrame, n_countable: pd.Series) -> pd.DataFrame:
    is_scored = items["achievement"].notna()
    items["live"] = items["weight"].where(~items["is_idle"], 0)
    items["scored"] = items["weight"].where(is_scored, 0)
    items["points"] = items["weight"] * items["achievement"].fillna(0)
    sums = items.groupby(["employee_id", "group"])[["weight", "live", "scored", "points"]].sum()
    covered = (
        (sums["scored"] > 0) & (10 * sums["scored"] >= 6 * sums["live"]) & (10 * sums["scored"] >= 3 * sums["weight"])
    )
    groups = (sums["points"] / sums["scored"]).where(covered).unstack("group").reindex(people["employee_id"])
    too_short = n_countable.reindex(groups.index) < 10
    missing = groups["results"].isna() | groups["behaviour"].isna()
    found = pd.DataFrame(
        {
            "results_score": stored(groups["results"]),
            "behaviour_score": stored(groups["behaviour"]),
            "score": stored(0.7 * groups["results"] + 0.3 * groups["behaviour"]).mask(too_short),
        }
    )
    found["results_rating"] = rating_of(found["results_score"])
    found["behaviour_rating"] = rating_of(found["behaviour_score"])
    results, manner = found["results_rating"], found["behaviour_rating"]
    words = np.select(
        [
            found["score"].isna(),
            (manner == "below") & (results == "below"),
            manner == "below",
            results == "below",
            (results == "above") & (manner == "above"),
        ],
        ["", "Sangat Kurang", "Kurang/Misconduct", "Butuh Perbaikan", "Sangat Baik"],
        default="Baik",
    )
    found["proposed_rating"] = pd.Series(words, found.index).replace("", None)
    found["status"] = np.select([too_short, missing], ["NOT_APPLICABLE", "INSUFFICIENT_DATA"], default="SCORED")
    return found.reset_index()


if __name__ == "__main__":
    main(*sys.argv[1:])
