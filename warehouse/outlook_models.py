"""The tables of what comes next: whether development helped, and where provisional scores are likely to end."""

from __future__ import annotations

from collections.abc import Mapping as FramesOf
from typing import Final

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.models import (
    Base,
    Hundredths,
    Id,
    Millionths,
    RunId,
    _counts,
    _of_an_employee,
    _one_of,
    _within_0_and_120,
)

KINDS: Final = ("training", "mentoring", "guidance", "counselling")
VERDICTS: Final = ("better", "worse", "not_found", "doubtful", "too_little")


class DevelopmentEffect(Base):
    """One row a kind of development and item, or the score: those who went, beside others who started as low.

    No figures of fewer than 10 who went, or 30 others.
    """

    __tablename__ = "development_effect"
    __table_args__ = (
        _one_of("kind", KINDS),
        _one_of("verdict", VERDICTS),
        _counts("n_proposed", "n_carried_out", "n", "n_others"),
        CheckConstraint("n_carried_out <= n_proposed", name="carried_out_of_the_proposed"),
        CheckConstraint("effect_low <= effect AND effect <= effect_high", name="interval"),
        CheckConstraint("(n >= 10 AND n_others >= 30) OR mean_before IS NULL", name="small_groups_are_not_told"),
        CheckConstraint("(verdict = 'too_little') = (effect IS NULL)", name="verdict_of_an_effect"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[RunId]
    kind: Mapped[Id] = mapped_column(primary_key=True, comment=f"One of {', '.join(KINDS)}")
    item_id: Mapped[Id] = mapped_column(primary_key=True, comment="Item it was for; score: it was for none of them")
    n_proposed: Mapped[int] = mapped_column(comment="People the period before proposes it to")
    n_carried_out: Mapped[int] = mapped_column(comment="Of them those who went")
    n: Mapped[int] = mapped_column(comment="People who went and were scored in both periods")
    n_others: Mapped[int] = mapped_column(comment="People who went nowhere, scored in both, who started as low")
    mean_before: Mapped[Hundredths | None] = mapped_column(comment="Mean before of those who went (points); null: few")
    others_before: Mapped[Hundredths | None] = mapped_column(comment="Mean before of the others (points); null: few")
    change: Mapped[Hundredths | None] = mapped_column(
        comment="Mean change of those who went (points): not the effect; null as above"
    )
    others_change: Mapped[Hundredths | None] = mapped_column(comment="Mean change of the others (points); null: few")
    expected_change: Mapped[Hundredths | None] = mapped_column(
        comment="Change they would have had without, as the others from where they started: regression to the mean"
    )
    effect: Mapped[Hundredths | None] = mapped_column(comment="Change less expected change (points); null: too little")
    effect_low: Mapped[Hundredths | None] = mapped_column(comment="Lower end of its 95 % interval; null as above")
    effect_high: Mapped[Hundredths | None] = mapped_column(comment="Upper end; null as above")
    effect_p: Mapped[Millionths | None] = mapped_column(
        comment="Probability of it or more by chance, adjusted over all rows; 0.000001: that or less; null as above"
    )
    elsewhere_effect: Mapped[Hundredths | None] = mapped_column(
        comment="The same of the mean of their other items, for which they did not go (points); null: too little"
    )
    elsewhere_p: Mapped[Millionths | None] = mapped_column(comment="Its probability; null as above")
    verdict: Mapped[str] = mapped_column(comment=f"One of {', '.join(VERDICTS)}; doubtful: elsewhere moved as well")
    previous_period: Mapped[Id] = mapped_column(comment="Period before, in which they were low")


class ScoreForecast(Base):
    """One row an employee of a provisional run: where his score is likely to stand when the period ends."""

    __tablename__ = "score_forecast"
    __table_args__ = (
        _of_an_employee(),
        _counts("n_items", "n_items_before", "n_items_others"),
        _within_0_and_120("score"),
        _within_0_and_120("forecast"),
        CheckConstraint("low <= forecast AND forecast <= high", name="interval"),
        CheckConstraint("n_items_before + n_items_others <= n_items", name="parts_of_the_items"),
        CheckConstraint("period_share > 0 AND period_share < 1", name="period_goes_on"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True, comment="Run the row belongs to")
    employee_id: Mapped[Id] = mapped_column(primary_key=True, comment="Employee number. Personal data")
    period_share: Mapped[Millionths] = mapped_column(comment="Share of the period that is over")
    score: Mapped[Hundredths | None] = mapped_column(comment="Provisional score (points); null: none yet")
    forecast: Mapped[Hundredths | None] = mapped_column(comment="Likely final score (points); null: too little known")
    low: Mapped[Hundredths | None] = mapped_column(
        comment="Lower end of the interval that holds it eight times in ten (points); null as above"
    )
    high: Mapped[Hundredths | None] = mapped_column(comment="Upper end (points); null as above")
    n_items: Mapped[int] = mapped_column(comment="Items it is made of")
    n_items_before: Mapped[int] = mapped_column(comment="Of them those not measured yet, taken from the period before")
    n_items_others: Mapped[int] = mapped_column(comment="Of them those owed, taken to come as they came to others")
    missing_items: Mapped[str | None] = mapped_column(
        comment="Items nobody has yet and no period before tells of, joined by `;`; null: none"
    )


OUTLOOK_INSIGHTS: Final[FramesOf[str, type[Base]]] = {
    "development": DevelopmentEffect,
    "forecasts": ScoreForecast,
}
"""The frames of these insights and the table each is stored in."""
