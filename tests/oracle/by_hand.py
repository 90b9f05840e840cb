"""Policies written by hand from the methodology, so that neither oracle nor golden cases lean on the policy files.

`item(id)` gives every item with its default target, `policy_of(items...)` a policy made of them, `CITIES` the five
cities' weights.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from policies.model import (
    AchievementCap,
    ComplaintClocks,
    DisciplineLadder,
    EmployeeId,
    EmployeeNumber,
    Grade,
    Group,
    Item,
    Label,
    LadderStep,
    National,
    Parameters,
    Policy,
    RatingMatrix,
    Scale,
    SectorVariant,
    SkmGrades,
    Thresholds,
    WorkingDay,
    WorkingTime,
)

BY_HAND = "the methodology, by hand"
IN_FORCE = dt.date(2026, 1, 1)


class Cut(Parameters):
    """Cut of a day that is late, or ends early, by up to so many minutes."""

    up_to_minutes: int
    cut: Decimal


class SatisfactionParameters(Parameters):
    audience: str
    min_n: int = 5
    shrinkage: Decimal = Decimal(10)


class DisciplineParameters(Parameters):
    late_and_early_cuts: tuple[Cut, ...] = (
        Cut(up_to_minutes=30, cut=Decimal("0.5")),
        Cut(up_to_minutes=60, cut=Decimal(1)),
        Cut(up_to_minutes=90, cut=Decimal("1.25")),
    )
    cut_beyond: Decimal = Decimal("1.5")
    cut_absent: Decimal = Decimal(3)
    min_recorded_share: Decimal = Decimal("0.5")


class AttendanceRateParameters(Parameters):
    min_recorded_share: Decimal = Decimal("0.5")


class SupervisorShare(Parameters):
    supervisor_share: Decimal


class CompetencyParameters(SupervisorShare):
    optimal_from: Decimal = Decimal(90)
    fairly_from: Decimal = Decimal(78)


class OutcomeParameters(Parameters):
    measure: str


class InitiativeParameters(Parameters):
    per_months: int = 3


def scale(*points: tuple[int, int]) -> Scale:
    """Breakpoints (value, achievement)."""
    return Scale(points=tuple((Decimal(value), Decimal(gives)) for value, gives in points))


def _lines() -> dict[str, dict[str, object]]:
    """Item id -> direction, target or scale, parameters; section 4's defaults."""
    lower, higher = {"direction": "lower"}, {"direction": "higher"}
    audiences = {
        "citizen_satisfaction": "citizen",
        "patient_satisfaction": "patient",
        "student_satisfaction": "student",
    }
    share = {**higher, "target": Decimal("0.95")}
    return {
        "document_completion_time": {**lower, "target": Decimal(1)},
        "on_time_share": share,
        "complaints_handled": share,
        "complaint_responsiveness": {**lower, "target": Decimal(1)},
        "first_time_right": share,
        **{
            item_id: {
                **higher,
                "indicator": "satisfaction",
                "target": Decimal(80),
                "parameters": SatisfactionParameters(audience=audience),
            }
            for item_id, audience in audiences.items()
        },
        "discipline": {
            **higher,
            "scale": scale((0, 0), (90, 90), (98, 100), (100, 115)),
            "parameters": DisciplineParameters(),
        },
        "attendance_rate": {**higher, "target": Decimal(1), "parameters": AttendanceRateParameters()},
        "work_plan_achievement": {**higher, "target": Decimal(100)},
        "milestones_on_time": {**higher, "target": Decimal("0.9")},
        "progress_reporting": {**higher, "target": Decimal("0.9")},
        "behaviour": {
            **higher,
            "scale": scale((1, 60), (2, 100), (3, 120)),
            "parameters": SupervisorShare(supervisor_share=Decimal("0.6")),
        },
        "competency_match": {
            **higher,
            "target": Decimal(90),
            "parameters": CompetencyParameters(supervisor_share=Decimal("0.7")),
        },
        "initiative": {
            **higher,
            "scale": scale((0, 70), (1, 100), (2, 120)),
            "parameters": InitiativeParameters(),
        },
        "immunization_coverage": {
            **higher,
            "indicator": "outcome",
            "parameters": OutcomeParameters(measure="immunization_coverage"),
        },
        "teaching_quality": {
            **higher,
            "indicator": "outcome",
            "parameters": OutcomeParameters(measure="teaching_quality"),
        },
    }


CATALOGUE: dict[str, type[Parameters]] = {
    "document_completion_time": Parameters,
    "on_time_share": Parameters,
    "complaints_handled": Parameters,
    "complaint_responsiveness": Parameters,
    "first_time_right": Parameters,
    "satisfaction": SatisfactionParameters,
    "discipline": DisciplineParameters,
    "attendance_rate": AttendanceRateParameters,
    "work_plan_achievement": Parameters,
    "milestones_on_time": Parameters,
    "progress_reporting": Parameters,
    "behaviour": SupervisorShare,
    "competency_match": CompetencyParameters,
    "initiative": InitiativeParameters,
    "outcome": OutcomeParameters,
}
"""Parameters of each indicator, for the loader of the policy files."""

LINES = _lines()
ITEM_IDS = tuple(LINES)


def item(item_id: str, weight: Decimal | int | str = 100, **changes: object) -> Item:
    """The item as section 4 has it, with its weight in percent of the group; `changes` override its fields."""
    label = Label(id=item_id, en=item_id)
    fields = {"indicator": item_id, **LINES[item_id], **changes}
    return Item(id=item_id, weight=Decimal(weight), label=label, meaning=label, source=BY_HAND, **fields)


def outcome_item(measure: str, weight: int = 100) -> Item:
    """An outcome of any measure: its achievement is that of the row in `outcomes`."""
    label = Label(id=measure, en=measure)
    return Item(
        id=measure,
        indicator="outcome",
        weight=Decimal(weight),
        direction="higher",
        parameters=OutcomeParameters(measure=measure),
        label=label,
        meaning=label,
        source=BY_HAND,
    )


@cache
def national() -> National:
    """The national rules of sections 1, 2 and 4."""
    dated = {"in_force": IN_FORCE, "source": BY_HAND}
    step = lambda days, level: LadderStep(from_days=days, level=level, label=Label(id=level, en=level))  # noqa: E731
    matrix = {
        "above": {"below": "Kurang/Misconduct", "meets": "Baik", "above": "Sangat Baik"},
        "meets": {"below": "Kurang/Misconduct", "meets": "Baik", "above": "Baik"},
        "below": {"below": "Sangat Kurang", "meets": "Butuh Perbaikan", "above": "Butuh Perbaikan"},
    }
    ends = {1: "16:00", 2: "16:00", 3: "16:00", 4: "16:00", 5: "16:30"}
    return National(
        rating_matrix=RatingMatrix(rule="rating_matrix", matrix=matrix, **dated),
        achievement_cap=AchievementCap(rule="achievement_cap", cap=Decimal(120), **dated),
        working_time=WorkingTime(
            rule="working_time",
            days=tuple(WorkingDay(weekday=day, start_time="07:30", end_time=end) for day, end in ends.items()),
            **dated,
        ),
        complaint_clocks=ComplaintClocks(
            rule="complaint_clocks", information=5, non_supervisory=14, supervisory=60, **dated
        ),
        skm_grades=SkmGrades(
            rule="skm_grades",
            grades=tuple(
                Grade(grade=grade, at_least=Decimal(least))
                for grade, least in (("A", "88.31"), ("B", "76.61"), ("C", "65"), ("D", "25"))
            ),
            **dated,
        ),
        discipline_ladder=DisciplineLadder(
            rule="discipline_ladder",
            minutes_per_day=450,
            consecutive_days=10,
            consecutive_level="dismissal",
            steps=tuple(
                step(days, level)
                for days, level in (
                    (3, "oral_warning"),
                    (4, "written_warning"),
                    (7, "written_dissatisfaction"),
                    (11, "moderate_6_months"),
                    (14, "moderate_9_months"),
                    (17, "moderate_12_months"),
                    (21, "lower_post"),
                    (25, "released_to_pelaksana"),
                    (28, "dismissal"),
                )
            ),
            **dated,
        ),
        employee_number=EmployeeNumber(rule="employee_number", pns=r"^\d{18}$", pppk=r"^\d{18}$", **dated),
    )


def items_of(weights: dict[str, int]) -> tuple[Item, ...]:
    """Items by id and weight."""
    return tuple(item(item_id, weight) for item_id, weight in weights.items())


def policy_by_hand(
    results: tuple[Item, ...],
    behaviour: tuple[Item, ...],
    results_weight: int = 70,
    sectors: dict[str, SectorVariant] | None = None,
    **changes: object,
) -> Policy:
    """A policy of these items with the defaults of section 3; `changes` override its fields."""
    fields: dict[str, object] = {
        "city": "by_hand",
        "name": "By hand",
        "in_force": IN_FORCE,
        "timezone": "Asia/Jakarta",
        "periods": ("month", "quarter", "year"),
        "employee_id": EmployeeId(pattern="any"),
        "min_coverage": Decimal("0.6"),
        "min_weight": Decimal("0.3"),
        "min_days": 10,
        "default_limit_hours": Decimal(24),
        "thresholds": Thresholds(above=Decimal(110), meets=Decimal(90), source=BY_HAND),
        "results": Group(weight=Decimal(results_weight), items=results),
        "behaviour": Group(weight=Decimal(100 - results_weight), items=behaviour),
        "sectors": sectors or {},
        "national": national(),
    }
    return Policy(**{**fields, **changes})


def results_of(**sectors: dict[str, int]) -> dict[str, SectorVariant]:
    """Sectors whose results group has items of its own."""
    return {sector: SectorVariant(results=items_of(weights)) for sector, weights in sectors.items()}


def _cities() -> dict[str, Policy]:
    """Section 5, line by line."""
    return {
        "kalianda": policy_by_hand(
            items_of({"document_completion_time": 35, "citizen_satisfaction": 35, "complaints_handled": 30}),
            items_of({"discipline": 50, "behaviour": 50}),
            70,
            results_of(
                health={"patient_satisfaction": 50, "on_time_share": 50},
                education={"student_satisfaction": 40, "work_plan_achievement": 60},
            ),
            city="kalianda",
        ),
        "pauh": policy_by_hand(
            items_of({"citizen_satisfaction": 40, "on_time_share": 40, "initiative": 20}),
            items_of({"discipline": 60, "behaviour": 40}),
            60,
            results_of(
                health={"immunization_coverage": 40, "citizen_satisfaction": 40, "initiative": 20},
                education={"teaching_quality": 40, "student_satisfaction": 40, "initiative": 20},
            ),
            city="pauh",
        ),
        "sibolga": policy_by_hand(
            items_of({"work_plan_achievement": 70, "citizen_satisfaction": 30}),
            items_of({"milestones_on_time": 40, "behaviour": 60}),
            60,
            city="sibolga",
        ),
        "bangko": policy_by_hand(
            items_of({"on_time_share": 30, "first_time_right": 30, "citizen_satisfaction": 40}),
            items_of({"competency_match": 60, "discipline": 40}),
            60,
            city="bangko",
        ),
        "tangerang_selatan": policy_by_hand(
            items_of(
                {
                    "work_plan_achievement": 35,
                    "document_completion_time": 25,
                    "citizen_satisfaction": 20,
                    "complaint_responsiveness": 20,
                }
            ),
            items_of({"progress_reporting": 40, "discipline": 30, "behaviour": 30}),
            70,
            city="tangerang_selatan",
        ),
    }


CITIES = _cities()

EVERYTHING = policy_by_hand(
    items_of(
        {
            "document_completion_time": 10,
            "on_time_share": 10,
            "complaints_handled": 10,
            "complaint_responsiveness": 10,
            "first_time_right": 10,
            "citizen_satisfaction": 10,
            "patient_satisfaction": 5,
            "student_satisfaction": 5,
            "work_plan_achievement": 10,
            "initiative": 10,
            "immunization_coverage": 5,
            "teaching_quality": 5,
        }
    ),
    items_of(
        {
            "discipline": 20,
            "attendance_rate": 20,
            "milestones_on_time": 15,
            "progress_reporting": 15,
            "behaviour": 15,
            "competency_match": 15,
        }
    ),
    60,
    city="everything",
)
"""Every item at once, for every sector."""


def single_item_policy(tested: Item) -> Policy:
    """A policy whose results group is one item; its behaviour group is the ratings of behaviour alone."""
    others = item("behaviour") if tested.id != "behaviour" else item("discipline")
    return policy_by_hand((tested,), (others,))


def with_parameters(policy: Policy, catalogue: Mapping[str, type[Parameters]]) -> Policy:
    """The same policy, its parameters as the types of another catalogue (indicator id -> type)."""

    def retyped(items: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(
            one.model_copy(update={"parameters": catalogue[one.indicator].model_validate(one.parameters.model_dump())})
            for one in items
        )

    def group(old: Group) -> Group:
        return old.model_copy(update={"items": retyped(old.items)})

    sectors = {
        name: variant.model_copy(
            update={
                side: retyped(items)
                for side in ("results", "behaviour")
                if (items := getattr(variant, side)) is not None
            }
        )
        for name, variant in policy.sectors.items()
    }
    changes = {"results": group(policy.results), "behaviour": group(policy.behaviour), "sectors": sectors}
    return policy.model_copy(update=changes)
