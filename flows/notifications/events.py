"""What is told: one notice an event, in Indonesian or English, without a personal value.

`Notice.event_key` is what an event is known by: a notice of the same key goes to a recipient once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final, Literal, cast

import yaml

Language = Literal["id", "en"]
Kind = Literal[
    "run_failed",
    "run_stopped",
    "run_crashed",
    "run_late",
    "run_stuck",
    "delivery_warning",
    "data_late",
    "report_due",
    "report_overdue",
    "report_escalated",
    "report_weekly",
    "report_stale",
    "test",
]
RUN_KINDS: Final[tuple[Kind, ...]] = (
    "run_failed",
    "run_stopped",
    "run_crashed",
    "run_late",
    "run_stuck",
    "delivery_warning",
)
"""Events of runs: alarms, which no quiet hours hold back."""
CONFIGURED: Final[tuple[Kind, ...]] = (*RUN_KINDS, "data_late")
"""Events that offices hear of; the others go to the people they are about."""
REPORT_KINDS: Final[tuple[Kind, ...]] = (
    "report_due",
    "report_overdue",
    "report_escalated",
    "report_weekly",
    "report_stale",
)
_SHOWN_PROBLEMS: Final = 3
_LONGEST_PROBLEM: Final = 300


@dataclass(frozen=True, kw_only=True)
class Notice:
    """An event to be told. `facts` fill the text; `role` is who is told of a report, as the text depends on it."""

    event_key: str
    kind: Kind
    city: str
    period: str | None = None
    run_id: str | None = None
    role: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: Language) -> tuple[str, str]:
        """Subject and body."""
        text = _texts()[f"{self.kind}.{self.role}" if self.role else self.kind][language]
        known = {"city": city_name(self.city), "period": self.period, "run_id": self.run_id or "-"}
        shown = {**known, **{name: _shown(fact, language) for name, fact in self.facts.items()}}
        return f"[kinerja] {text['title'].format_map(shown)}", text["body"].format_map(shown)


def city_name(city: str) -> str:
    """`tangerang_selatan` as it is written."""
    return city.replace("_", " ").title()


def _shown(fact: object, language: Language) -> str:
    match fact:
        case dt.datetime():
            return f"{_day(fact.date(), language)} {fact:%H:%M}"
        case dt.date():
            return _day(fact, language)
        case str():
            return fact
        case Sequence():
            return _listed([str(one) for one in fact], language)
    return str(fact)


def _listed(problems: Sequence[str], language: Language) -> str:
    """The first problems, one a line."""
    lines = [f"- {text if len(text) <= _LONGEST_PROBLEM else text[: _LONGEST_PROBLEM - 1] + '…'}" for text in problems]
    more = len(lines) - _SHOWN_PROBLEMS
    if more > 0:
        lines[_SHOWN_PROBLEMS:] = [f"- ... dan {more} lagi" if language == "id" else f"- ... and {more} more"]
    return "\n".join(lines)


def _day(day: dt.date, language: Language) -> str:
    return f"{day.day} {_MONTHS[language].split()[day.month - 1]} {day.year}"


_MONTHS: Final[Mapping[Language, str]] = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "en": "January February March April May June July August September October November December",
}


@cache
def _texts() -> Mapping[str, Mapping[Language, Mapping[str, str]]]:
    """Title and body of every kind (and role) of notice."""
    text = (resources.files("flows.notifications") / "texts.yaml").read_text(encoding="utf-8")
    return cast("Mapping[str, Mapping[Language, Mapping[str, str]]]", yaml.safe_load(text))
