"""The indicators, one function each, named by their id; the sentence of the rule stands in the docstring.

A function takes (person, item, facts) and returns what was measured: exact, nothing rounded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from policies.model import Item
from tests.oracle.exact import ZERO, achievement, mean, median, on_scale
from tests.oracle.facts import Event, Facts, Person, Row, Shift
from tests.oracle.spans import DAY, Span, end_of_day, parse_period

SCORED = "SCORED"
NOT_APPLICABLE = "NOT_APPLICABLE"
INSUFFICIENT_DATA = "INSUFFICIENT_DATA"

EXCLUDED_STATUSES = ("rejected", "not_in_authority", "postponed")
ELEMENTS = tuple(f"u{number}" for number in range(1, 10))


@dataclass(frozen=True)
class Measured:
    """What an indicator found; `value` is there if and only if `status` is SCORED."""

    status: str
    n: int
    value: Fraction | None = None
    numerator: int | None = None
    denominator: int | None = None
    reason: str | None = None
    achievement: Fraction | None = None
    """Only where the data carry their own target: the item's target or scale does not apply."""


def share(part: int, whole: int, missing: str | None) -> Measured:
    """Numerator over denominator; `missing` says why there is none where the denominator is 0."""
    if whole == 0:
        return Measured(NOT_APPLICABLE, 0, None, 0, 0, missing)
    return Measured(SCORED, whole, Fraction(part, whole), part, whole)


# --- service requests -----------------------------------------------------------------------------------------------


def hours(duration: dt.timedelta) -> Fraction:
    """Exact hours."""
    return Fraction(duration // dt.timedelta(microseconds=1), 3_600_000_000)


def is_closed(request: Row) -> bool:
    """Rule: "Closed = status closed and closed_at present." """
    return request["status"] == "closed" and request["closed_at"] is not None


def clock_start(request: Row) -> dt.datetime:
    """Rule: "coalesce(complete_at, submitted_at)" """
    return request["complete_at"] or request["submitted_at"]


def limit_hours(request: Row, facts: Facts) -> Fraction:
    """Rule: "Limit by service_type from service_standards, else the policy's `default_limit_hours`" """
    for standard in facts.rows("service_standards"):
        if standard["service_type"] == request["service_type"]:
            return Fraction(standard["limit_hours"])
    return Fraction(facts.policy.default_limit_hours)


def complaint_class(request: Row) -> str:
    """Rule: "kind information counts as class information, a complaint without class as non_supervisory" """
    if request["kind"] == "information":
        return "information"
    return request["complaint_class"] or "non_supervisory"


def limit_days(request: Row, facts: Facts) -> int:
    """Working days a complaint or a question may take, by its class."""
    return getattr(facts.policy.national.complaint_clocks, complaint_class(request))


def due(request: Row, facts: Facts) -> dt.datetime:
    """When a request is due.

    "Missing due_at: documents start + limit + paused; others the end of the 5th/14th/60th working day after submission
    for information / non_supervisory / supervisory". "A given due_at stands; paused hours extend only a document's
    computed due." A part of a microsecond is dropped: no instant lies in it.
    """
    if request["due_at"] is not None:
        return request["due_at"]
    if request["kind"] == "document":
        allowed = limit_hours(request, facts) + Fraction(request["paused_hours"] or 0)
        return clock_start(request) + dt.timedelta(microseconds=int(allowed * 3_600_000_000))
    submitted = facts.date_of(request["submitted_at"])
    return end_of_day(facts.calendar.nth_working_day(submitted, limit_days(request, facts)), facts.zone)


def requests_due(person: Person, facts: Facts) -> list[Row]:
    """Rule: "due_at in P, status not rejected/not_in_authority/postponed" """
    return [
        request
        for request in person.rows("service_requests")
        if request["status"] not in EXCLUDED_STATUSES and facts.p.holds(due(request, facts))
    ]


def complaints_due(person: Person, facts: Facts) -> list[Row]:
    """Rule: "complaints, due_at (as above) in P, same exclusions" """
    return [request for request in requests_due(person, facts) if request["kind"] == "complaint"]


def requests_closed(person: Person, facts: Facts) -> list[Row]:
    """Rule: "status closed, closed_at in P" """
    return [
        request
        for request in person.rows("service_requests")
        if is_closed(request) and facts.p.holds(request["closed_at"])
    ]


def document_completion_time(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "median of `(closed_at - coalesce(complete_at, submitted_at) - paused_hours, floor 0) / limit_hours`, in
    calendar hours", over "kind=document, status closed, closed_at in P".
    """
    ratios = []
    for request in requests_closed(person, facts):
        if request["kind"] == "document":
            took = hours(request["closed_at"] - clock_start(request)) - Fraction(request["paused_hours"] or 0)
            ratios.append(max(took, ZERO) / limit_hours(request, facts))
    if not ratios:
        return Measured(NOT_APPLICABLE, 0, reason="no_documents_closed")
    return Measured(SCORED, len(ratios), median(ratios))


def on_time_share(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "share closed at or before due", of "all kinds, due_at in P"."""
    owed = requests_due(person, facts)
    on_time = sum(is_closed(request) and request["closed_at"] <= due(request, facts) for request in owed)
    return share(on_time, len(owed), "no_requests_due")


def complaints_handled(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "share closed before the end of P"; "complaints_handled asks for closing before the end of P, not in
    time."
    """
    owed = complaints_due(person, facts)
    handled = sum(is_closed(request) and request["closed_at"] < facts.p.ends for request in owed)
    return share(handled, len(owed), "no_complaints_due")


def complaint_responsiveness(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "mean of `min(working days submitted->first response / limit days of its class, 2)`; first response =
    coalesce(first_response_at, closed_at); none before the end of P: counted to the last day of P". "Response before
    or on the day of submission = 0 working days; at or after the end of P = not yet."
    """
    ratios = []
    for request in complaints_due(person, facts):
        response = request["first_response_at"] or request["closed_at"]
        answered = response is not None and response < facts.p.ends
        until = facts.date_of(response) if answered else facts.p.last_day
        waited = facts.calendar.working_days(facts.date_of(request["submitted_at"]), until)
        ratios.append(min(Fraction(waited, limit_days(request, facts)), Fraction(2)))
    if not ratios:
        return Measured(NOT_APPLICABLE, 0, reason="no_complaints_due")
    return Measured(SCORED, len(ratios), mean(ratios))


def first_time_right(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "all kinds: share with reopened_count 0 or null", of "status closed, closed_at in P"."""
    closed = requests_closed(person, facts)
    right = sum(not request["reopened_count"] for request in closed)
    return share(right, len(closed), "no_requests_closed")


# --- satisfaction ---------------------------------------------------------------------------------------------------


def answered_responses(facts: Facts, audience: str) -> list[Row]:
    """Rule: "n counts responses with at least one answer", of the audience, submitted in P."""
    return [
        response
        for response in facts.rows("survey_responses")
        if response["audience"] == audience
        and facts.p.holds(response["submitted_at"])
        and any(response[element] is not None for element in ELEMENTS)
    ]


def satisfaction_index(responses: Iterable[Row]) -> Fraction:
    """Rule: "IKM = 25 * mean over elements of (mean of the answers to that element), elements with weight 1/9 each
    (elements nobody answered drop out; never 0.11)".
    """
    answers = {element: [Fraction(r[element]) for r in responses if r[element] is not None] for element in ELEMENTS}
    return 25 * mean(mean(given) for given in answers.values() if given)


def satisfaction(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "Employee n < min_n (5): the home unit's IKM (all the unit's responses) if that n >= min_n, flagged
    `unit_level`; else INSUFFICIENT_DATA. Otherwise shrunk to the unit if the unit has min_n: (n*own + k*unit)/(n+k),
    k=10; else own". "an employee's own are all that name him, in any unit; the unit's are all of that unit and
    audience in P, his own included; n of a unit-level result is the employee's own n."
    """
    min_n, k = item.parameters.min_n, Fraction(item.parameters.shrinkage)
    responses = answered_responses(facts, item.parameters.audience)
    own = [response for response in responses if response["employee_id"] == person.employee_id]
    unit = [response for response in responses if response["unit_id"] == person.home["unit_id"]]
    n = len(own)
    if n < min_n and len(unit) < min_n:
        return Measured(INSUFFICIENT_DATA, n, reason="too_few_responses")
    if n < min_n:
        return Measured(SCORED, n, satisfaction_index(unit), reason="unit_level")
    if len(unit) < min_n:
        return Measured(SCORED, n, satisfaction_index(own))
    return Measured(SCORED, n, (n * satisfaction_index(own) + k * satisfaction_index(unit)) / (n + k))


# --- attendance -----------------------------------------------------------------------------------------------------


def attendance_missing(person: Person, min_recorded_share: Fraction) -> tuple[str, str] | None:
    """(status, reason) where attendance cannot be scored.

    "No countable day, or events but no recorded day: NOT_APPLICABLE (no_recorded_day); else no event in P:
    INSUFFICIENT_DATA (no_attendance_record); recorded days fewer than half of the countable days: INSUFFICIENT_DATA
    (thin_record)."
    """
    n_recorded, n_countable = len(person.recorded_days), len(person.countable_days)
    if n_countable == 0 or (person.has_event_in_p and n_recorded == 0):
        return NOT_APPLICABLE, "no_recorded_day"
    if not person.has_event_in_p:
        return INSUFFICIENT_DATA, "no_attendance_record"
    if n_recorded < min_recorded_share * n_countable:
        return INSUFFICIENT_DATA, "thin_record"
    return None


def whole_minutes(duration: dt.timedelta) -> int:
    """Rule: "whole minutes (floor)"; 0 where there are none."""
    return max(0, duration // dt.timedelta(minutes=1))


def cut_for(minutes: int, item: Item) -> Fraction:
    """Rule: "Cut per late and per early: 1-30: 0.5; 31-60: 1; 61-90: 1.25; >90: 1.5" """
    if minutes == 0:
        return ZERO
    for band in sorted(item.parameters.late_and_early_cuts, key=lambda band: band.up_to_minutes):
        if minutes <= band.up_to_minutes:
            return Fraction(band.cut)
    return Fraction(item.parameters.cut_beyond)


def is_arrival(event: Event, shift: Shift) -> bool:
    """Rule: "in = arrival, out = departure, none = the nearer of start and end, arrival if equal" """
    if event.direction is not None:
        return event.direction == "in"
    return abs(event.at - shift.start) <= abs(event.at - shift.end)


def day_cut(events: list[Event], shift: Shift, item: Item) -> Fraction:
    """Cut of one recorded day.

    "Late minutes = whole minutes (floor) of first event after start; early = whole minutes of last event before end."
    "only one event in the day: the other side counts as >90; no event: 3".
    """
    if not events:
        return Fraction(item.parameters.cut_absent)
    late = cut_for(whole_minutes(events[0].at - shift.start), item)
    early = cut_for(whole_minutes(shift.end - events[-1].at), item)
    if len(events) == 1:
        other_side = Fraction(item.parameters.cut_beyond)
        return late + other_side if is_arrival(events[0], shift) else other_side + early
    return late + early


def discipline(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "mean over the months of P that have a recorded day of max(0, 100 - sum of the cuts of that month's
    recorded days)".
    """
    n = len(person.recorded_days)
    missing = attendance_missing(person, Fraction(item.parameters.min_recorded_share))
    if missing is not None:
        return Measured(missing[0], n, reason=missing[1])
    cuts: dict[tuple[int, int], Fraction] = {}
    for date in person.recorded_days:
        shift, month = person.shift_on(date), (date.year, date.month)
        cuts[month] = cuts.get(month, ZERO) + day_cut(person.events_by_day.get(date, []), shift, item)
    return Measured(SCORED, n, mean(max(ZERO, 100 - cut) for cut in cuts.values()))


def attendance_rate(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "recorded days with an event / recorded days" """
    n = len(person.recorded_days)
    attended = sum(date in person.events_by_day for date in person.recorded_days)
    missing = attendance_missing(person, Fraction(item.parameters.min_recorded_share))
    if missing is not None:
        return Measured(missing[0], n, None, attended, n, missing[1])
    return share(attended, n, None)


# --- work plan ------------------------------------------------------------------------------------------------------


def last_report(objective: Row, person: Person, facts: Facts) -> Row | None:
    """Rule: "only reports by the objective's owner count for it; "last" = latest reported_at that has realised (ties:
    later due_at, then higher realised)", "reported_at before the end of P"; "no due_at sorts before any".
    """
    reports = [
        row
        for row in person.rows("progress")
        if row["objective_id"] == objective["objective_id"]
        and row["realised"] is not None
        and row["reported_at"] is not None
        and row["reported_at"] < facts.p.ends
    ]
    return max(
        reports,
        key=lambda row: (
            row["reported_at"],
            row["due_at"] is not None,
            row["due_at"] or facts.p.begins,
            row["realised"],
        ),
        default=None,
    )


def expected(objective: Row, p: Span) -> Fraction:
    """Rule: "expected = target, but for direction higher and a due_date after P: target * (days from start_date to
    the end of P) / (days from start_date to due_date, both included)".
    """
    target = Fraction(objective["target"])
    if objective["direction"] == "lower" or objective["due_date"] <= p.last_day:
        return target
    gone = (p.last_day - objective["start_date"]).days + 1
    planned = (objective["due_date"] - objective["start_date"]).days + 1
    return target * Fraction(gone, planned)


def objective_achievement(objective: Row, person: Person, facts: Facts) -> Fraction:
    """Rule: "achievement(realised, expected, direction)"; "no progress counts 0" """
    report = last_report(objective, person, facts)
    if report is None:
        return ZERO
    cap = Fraction(facts.policy.national.achievement_cap.cap)
    return achievement(Fraction(report["realised"]), expected(objective, facts.p), objective["direction"], cap)


def work_plan_achievement(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "sum(w * achievement(realised, expected, direction)) / sum(w)"; "Objectives of all levels count." """
    plan = list(person.objectives())
    if not plan:
        return Measured(INSUFFICIENT_DATA, 0, reason="no_work_plan")
    weighted = sum((Fraction(o["weight"]) * objective_achievement(o, person, facts) for o in plan), ZERO)
    return Measured(SCORED, len(plan), weighted / sum((Fraction(o["weight"]) for o in plan), ZERO))


def owed_by_plan(found: Measured, person: Person) -> Measured:
    """Rule: "No objective overlapping P: INSUFFICIENT_DATA (no_work_plan)"; what was counted stays."""
    if any(person.objectives()):
        return found
    return Measured(INSUFFICIENT_DATA, found.n, None, found.numerator, found.denominator, "no_work_plan")


def milestones_on_time(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "share reported at or before due; not reported = late"; "Each progress row with due_at in P is one
    milestone; milestones and weeks take all of the employee's rows."
    """
    milestones = [row for row in person.rows("progress") if facts.p.holds(row["due_at"])]
    on_time = sum(row["reported_at"] is not None and row["reported_at"] <= row["due_at"] for row in milestones)
    return owed_by_plan(share(on_time, len(milestones), "no_milestones_due"), person)


def progress_reporting(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "weeks (Monday in P, with a countable day in P) having a report in P / such weeks" """
    weeks = {monday for date in person.countable_days if (monday := monday_of(date)) >= facts.p.start}
    reported = {
        monday_of(facts.date_of(row["reported_at"]))
        for row in person.rows("progress")
        if facts.p.holds(row["reported_at"])
    }
    return owed_by_plan(share(len(weeks & reported), len(weeks), "no_reporting_weeks"), person)


def monday_of(date: dt.date) -> dt.date:
    """The Monday of the date's week."""
    return date - (date.isoweekday() - 1) * DAY


# --- ratings --------------------------------------------------------------------------------------------------------


def latest_ratings(rows: Iterable[Row]) -> list[Row]:
    """Rule: "the latest row of each rater, role and item counts"; "Of equal times the last row of the file is the
    latest"
    """
    latest: dict[tuple[object, object, object], Row] = {}
    for row in rows:
        key = (row["rater_id"], row["rater_role"], row["item"])
        if key not in latest or row["submitted_at"] >= latest[key]["submitted_at"]:
            latest[key] = row
    return list(latest.values())


def rescaled(rating: Row) -> Fraction:
    """Rule: "`1 + 2*(level-1)/(level_max-1)`" """
    return 1 + 2 * (Fraction(rating["level"]) - 1) / (Fraction(rating["level_max"]) - 1)


def behaviour(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "supervisor's mean level, or 0.6 supervisor + 0.4 mean of peers and subordinates where any exist; `level`
    rescaled linearly to 1..3 by level_max; self is shown, never scored; no supervisor rating: INSUFFICIENT_DATA".
    "peers and subordinates pooled".
    """
    ratings = latest_ratings(
        row for row in person.rows("ratings") if row["instrument"] == "behaviour" and facts.p.holds(row["submitted_at"])
    )
    supervisor = [rescaled(row) for row in ratings if row["rater_role"] == "supervisor"]
    others = [rescaled(row) for row in ratings if row["rater_role"] in ("peer", "subordinate")]
    n = len(supervisor) + len(others)
    if not supervisor:
        return Measured(INSUFFICIENT_DATA, n, reason="no_supervisor_rating")
    if not others:
        return Measured(SCORED, n, mean(supervisor))
    weight = Fraction(item.parameters.supervisor_share)
    return Measured(SCORED, n, weight * mean(supervisor) + (1 - weight) * mean(others))


def competency_match(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "assessed = 0.7 supervisor + 0.3 self (self missing: supervisor alone); 100 * sum(min(assessed,
    required)) / sum(required); ratings of the calendar year up to the end of P; any required competency without a
    supervisor rating: INSUFFICIENT_DATA". "Several raters of one competency: their mean."
    """
    position = person.home["position_id"]
    required = {
        row["competency"]: Fraction(row["required_level"])
        for row in facts.rows("competency_standards")
        if row["position_id"] == position
    }
    if not required:
        return Measured(NOT_APPLICABLE, 0, reason="no_competency_standard")
    year = Span(dt.date(facts.p.start.year, 1, 1), facts.p.end, facts.zone)
    ratings = latest_ratings(
        row for row in person.rows("ratings") if row["instrument"] == "competency" and year.holds(row["submitted_at"])
    )
    matched = ZERO
    for competency, level in required.items():
        assessed = assessed_level([row for row in ratings if row["item"] == competency], item)
        if assessed is None:
            return Measured(INSUFFICIENT_DATA, len(required), reason="competency_not_rated")
        matched += min(assessed, level)
    return Measured(SCORED, len(required), 100 * matched / sum(required.values(), ZERO))


def assessed_level(ratings: list[Row], item: Item) -> Fraction | None:
    """Rule: "assessed = 0.7 supervisor + 0.3 self (self missing: supervisor alone)"; None without a supervisor."""
    supervisor = [Fraction(row["level"]) for row in ratings if row["rater_role"] == "supervisor"]
    oneself = [Fraction(row["level"]) for row in ratings if row["rater_role"] == "self"]
    if not supervisor:
        return None
    if not oneself:
        return mean(supervisor)
    weight = Fraction(item.parameters.supervisor_share)
    return weight * mean(supervisor) + (1 - weight) * mean(oneself)


# --- initiatives and outcomes ---------------------------------------------------------------------------------------


def initiative(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "number adopted * 3 / months in P", of "initiatives submitted in P"; "the months in P of initiative ...
    are those of the whole period". None submitted is a value of 0.
    """
    submitted = [row for row in person.rows("initiatives") if facts.p.holds(row["submitted_at"])]
    adopted = sum(row["status"] == "adopted" for row in submitted)
    return Measured(SCORED, len(submitted), Fraction(adopted * item.parameters.per_months, facts.whole.n_months()))


def outcome(person: Person, item: Item, facts: Facts) -> Measured:
    """Rule: "outcomes for the employee, else for the home unit; latest period inside P"; "within P wholly; the
    employee's rows before the unit's; latest end, then the longest period"; "actual against that row's own target and
    direction". P is the whole period here.
    """
    rows = [row for row in facts.rows("outcomes") if row["measure"] == item.parameters.measure]
    own = [row for row in rows if row["employee_id"] == person.employee_id]
    unit = [row for row in rows if row["employee_id"] is None and row["unit_id"] == person.home["unit_id"]]
    row = latest_outcome(own, facts.whole) or latest_outcome(unit, facts.whole)
    if row is None:
        return Measured(INSUFFICIENT_DATA, 0, reason="no_outcome")
    actual = Fraction(row["actual"])
    cap = Fraction(facts.policy.national.achievement_cap.cap)
    reached = achievement(actual, Fraction(row["target"]), row["direction"], cap)
    return Measured(SCORED, 1, actual, achievement=reached)


def latest_outcome(rows: Iterable[Row], whole: Span) -> Row | None:
    """The row whose period lies in the whole period, ends last, and of these is the longest."""
    inside = []
    for row in rows:
        dates = parse_period(row["period"])
        if dates is not None and whole.start <= dates[0] and dates[1] <= whole.end:
            inside.append((dates[1], dates[1] - dates[0], row))
    return max(inside, key=lambda found: found[:2])[2] if inside else None


INDICATORS: dict[str, Callable[[Person, Item, Facts], Measured]] = {
    function.__name__: function
    for function in (
        document_completion_time,
        on_time_share,
        complaints_handled,
        complaint_responsiveness,
        first_time_right,
        satisfaction,
        discipline,
        attendance_rate,
        work_plan_achievement,
        milestones_on_time,
        progress_reporting,
        behaviour,
        competency_match,
        initiative,
        outcome,
    )
}


def item_achievement(found: Measured, item: Item, cap: Fraction) -> Fraction | None:
    """Achievement of an item: "non-null if and only if SCORED"."""
    if found.value is None:
        return None
    if found.achievement is not None:
        return found.achievement
    if item.scale is not None:
        return on_scale(found.value, item.scale.points, cap)
    return achievement(found.value, Fraction(item.target), item.direction, cap)
