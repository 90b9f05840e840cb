"""The methodology page of a policy: what it says, put together for `reports`, and a person scored with it.

`python -m flows.methodology docs/methodology` writes the pages of the packaged policies, in both languages; a test
fails while they are out of date. `kinerja policies show CITY --format html` writes any policy's.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, get_args

from flows.worked_case import worked_case
from policies import Period, Policy, available_policies, load_policy, policy_hash
from policies.model import GROUPS, Item, Rule
from reports import methodology_document as document
from reports.figures import Lang
from reports.methodology import render_methodology
from transforms import CATALOGUE, READS
from transforms.grading import achievement, points_of

PageFormat = Literal["html", "md"]
_GENERAL: Final = "general"
_LARGEST: Final[Mapping[str, int]] = {
    "on_time_share": 1,
    "complaints_handled": 1,
    "first_time_right": 1,
    "attendance_rate": 1,
    "milestones_on_time": 1,
    "progress_reporting": 1,
    "satisfaction": 100,
    "competency_match": 100,
}
"""The largest value that an indicator can have, where it has one."""


def methodology_page(policy: Policy, page_format: PageFormat, lang: Lang) -> str:
    """The page of a policy as one text."""
    return render_methodology(methodology(policy, worked_case(policy)), page_format=page_format, lang=lang)


def methodology(policy: Policy, worked: document.Worked) -> document.Methodology:
    """What the page of a policy says; `worked` is the case scored with it."""
    items = _distinct(policy)
    return document.Methodology(
        city=policy.city,
        name=policy.name,
        in_force=policy.in_force,
        timezone=policy.timezone,
        periods=policy.periods,
        employee_id=policy.employee_id.pattern,
        policy_hash=policy_hash(policy),
        group_weights={group: policy.group_weight(group) for group in GROUPS},
        min_coverage=policy.min_coverage,
        min_weight=policy.min_weight,
        min_days=policy.min_days,
        default_limit_hours=policy.default_limit_hours,
        above=policy.thresholds.above,
        meets=policy.thresholds.meets,
        thresholds_source=policy.thresholds.source,
        items=[_item(policy, group, item) for group, item in items],
        sectors=[_sector(policy, name, items) for name in (_GENERAL, *policy.sectors)],
        follow_ups=[
            document.FollowUp(
                rating=one.rating,
                action=one.action,
                supervisor_must_act=one.supervisor_must_act,
                label=_words(one.label.id, one.label.en),
            )
            for one in policy.follow_ups
        ],
        training_below=None if policy.training is None else policy.training.below,
        consultations=[
            document.Consultation(date=one.date, heard=one.heard, outcome=one.outcome) for one in policy.consultations
        ],
        requires=policy.requires,
        rules={name: _rule(getattr(policy.national, name)) for name in type(policy.national).model_fields},
        worked=worked,
    )


# --- parts of it ----------------------------------------------------------------------------------------------------


def _words(in_indonesian: str, in_english: str) -> document.Words:
    return document.Words(id=in_indonesian, en=in_english)


_Distinct = Sequence[tuple[str, Item]]


def _distinct(policy: Policy) -> _Distinct:
    """Every item of every sector with its group; those that differ in nothing but their weight come once."""
    found: list[tuple[str, Item]] = []
    for sector in (_GENERAL, *policy.sectors):
        for group in GROUPS:
            for item in policy.items(sector, group):
                if not any(_same(group, item, other) for other in found):
                    found.append((group, item))
    return found


def _same(group: str, item: Item, other: tuple[str, Item]) -> bool:
    return group == other[0] and item == other[1].model_copy(update={"weight": item.weight})


def _own_lines(policy: Policy, sector: str) -> Mapping[str, Sequence[Item]]:
    """The groups of which a sector has items of its own, with them."""
    if sector == _GENERAL:
        return {group: policy.items(sector, group) for group in GROUPS}
    variant = policy.sectors[sector]  # type: ignore[index]  # the names come from there
    return {group: items for group in GROUPS if (items := getattr(variant, group)) is not None}


def _sector(policy: Policy, sector: str, items: _Distinct) -> document.Sector:
    groups = {}
    for group, own in _own_lines(policy, sector).items():
        groups[group] = [
            document.Line(
                item=next(place for place, other in enumerate(items) if _same(group, item, other)), weight=item.weight
            )
            for item in own
        ]
    return document.Sector(sector=sector, groups=groups)


def _item(policy: Policy, group: str, item: Item) -> document.Item:
    weights: dict[str, Decimal] = {
        sector: own.weight
        for sector in (_GENERAL, *policy.sectors)
        for own in _own_lines(policy, sector).get(group, ())
        if _same(group, own, (group, item))
    }
    catalogue = () if policy.training is None else policy.training.catalogue
    return document.Item(
        id=item.id,
        indicator=item.indicator,
        group=group,
        weights=weights,
        direction=item.direction,
        target=item.target,
        is_scale=item.scale is not None,
        points=_points(item, policy.national.achievement_cap.cap),
        parameters=item.parameters.model_dump(mode="python"),
        label=_words(item.label.id, item.label.en),
        meaning=_words(item.meaning.id, item.meaning.en),
        source=item.source,
        reads=READS[item.indicator],
        courses=[_words(one.course.id, one.course.en) for one in catalogue if one.item == item.id],
    )


def _points(item: Item, cap: Decimal) -> list[tuple[Decimal, Decimal]]:
    """Where the line from value to achievement bends, as the engine has it, and the target, where it is 100.

    No point lies beyond the indicator's largest value: that one is the last, with what it gives to two decimals, as
    achievements are stored.
    """
    points = points_of(item, cap)
    shown = set(points)
    if item.target is not None:
        shown.add((Fraction(item.target), Fraction(100)))
    largest = _LARGEST.get(item.indicator)
    if largest is not None and max(shown)[0] > largest:
        shown = {point for point in shown if point[0] < largest}
        shown.add((Fraction(largest), achievement(Fraction(largest), points)))
    return [(_decimal(value), _decimal(gives)) for value, gives in sorted(shown)]


def _decimal(number: Fraction) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact if Fraction(exact) == number else exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _rule(rule: Rule) -> document.Rule:
    says = rule.model_dump(mode="python", exclude={"rule", "in_force", "source"})
    return document.Rule(rule=rule.rule, in_force=rule.in_force, source=rule.source, says=says)


# --- the pages that are kept ----------------------------------------------------------------------------------------


def kept_pages() -> dict[str, str]:
    """Name and text of each page kept in docs/methodology: the packaged policies, in both languages."""
    pages = {}
    for city, in_force, _ in available_policies():
        policy = load_policy(city, Period.parse(f"{in_force:%Y-%m}"), CATALOGUE)
        said = methodology(policy, worked_case(policy))
        for lang in get_args(Lang):
            pages[f"{city}.{lang}.md"] = render_methodology(said, page_format="md", lang=lang)
    return pages


def main(folder: Path) -> None:
    """Write the kept pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in kept_pages().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
