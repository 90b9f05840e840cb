"""The policy of a city for a period: which files are in force, and every problem of theirs at once.

    <root>/cities/<city>/<in-force date>.yaml        the city's policy, `policies.model.Policy` without `national`
    <root>/national/<rule>/<in-force date>.yaml      a rule of `policies.model.National`

A file is in force from the date it is called by until the next file's. A period takes what is in force on its first
day; one that begins before the first file is an error, never a default.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, get_args

from policies.documents import Document, Place, PolicyError, read_document, suggestion
from policies.model import GROUPS, National, Parameters, PeriodKind, Policy, Rule
from policies.period import Period

PACKAGED: Final = Path(__file__).parent
"""The folder of the policies and rules that come with the platform."""
_NOT_IN_FORCE: Final = "no file in force"


def load_policy(
    city: str, period: Period, catalogue: Mapping[str, type[Parameters]], *, root: Path = PACKAGED
) -> Policy:
    """The policy of `city` in force when `period` begins, with the national rules in force then.

    `catalogue` gives the parameters of each indicator a policy may name. A `root` without a folder `national` takes
    the packaged rules. Raises PolicyError with every problem of every file that is read.
    """
    cities = _folders(root / "cities")
    if city not in cities:
        raise PolicyError([f"cities: no policy of a city {city!r}; {suggestion(city, cities)}"])
    own: list[str] = []
    of_rules: list[str] = []
    document = in_force_document(f"cities/{city}", period, root, own)
    national = _national(period, root if (root / "national").is_dir() else PACKAGED, of_rules)
    policy = None
    if document is not None:
        policy = _policy(document, city, period, catalogue, national)
        own += document.problems
    if policy is None or own or of_rules:
        raise PolicyError(_folded([*own, *of_rules]))
    return policy


def _folded(problems: list[str]) -> list[str]:
    """The problems, those of files that are not in force told once: they begin together, so they lack together."""
    places: dict[str, list[str]] = {}
    for problem in problems:
        place, _, text = problem.partition(": ")
        key = text if text.startswith(_NOT_IN_FORCE) else problem
        places.setdefault(key, []).append(place)
    return [key if key in problems else f"{', '.join(named)}: {key}" for key, named in places.items()]


def available_policies(root: Path = PACKAGED) -> list[tuple[str, dt.date, Path]]:
    """City, date in force and file of every policy, sorted; PolicyError where a file is not called by a date."""
    return available("cities", root)


def available(folder: str, root: Path) -> list[tuple[str, dt.date, Path]]:
    """City, date in force and file of all that lies under `<root>/<folder>/<city>`, sorted."""
    problems: list[str] = []
    found = [
        (city, day, path)
        for city in _folders(root / folder)
        for day, path in _dated(f"{folder}/{city}", root, problems).items()
    ]
    if problems:
        raise PolicyError(problems)
    return found


def policy_hash(policy: Policy) -> str:
    """SHA-256 (hex) of the policy as loaded, national rules, parameters and labels included.

    The order of keys and the way a number is written (35 or 35.0) do not change it.
    """
    canonical = json.dumps(
        policy.model_dump(mode="python"), default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: object) -> str:
    match value:
        case Decimal():
            text = f"{value:f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        case dt.date():
            return value.isoformat()
        case _:
            raise TypeError(f"a policy holds no {type(value).__name__}")


# --- which files ----------------------------------------------------------------------------------------------------


def _folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _dated(folder: str, root: Path, problems: list[str]) -> dict[dt.date, Path]:
    """The files of a folder by their date, ascending; one that is not called by a date is a problem."""
    found: dict[dt.date, Path] = {}
    for path in sorted(path for path in (root / folder).glob("*") if path.suffix.lower() in {".yaml", ".yml"}):
        day = _day(path.stem)
        if day is None or path.suffix != ".yaml":
            problems.append(f"{folder}/{path.name}:1: is not called by its date in force; name it like 2026-01-01.yaml")
        else:
            found[day] = path
    return found


def _day(text: object) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return day if day is not None and day.isoformat() == text else None


def in_force_document(folder: str, period: Period, root: Path, problems: list[str]) -> Document | None:
    """The file of `folder` in force when `period` begins, read; where there is none, a problem."""
    files = _dated(folder, root, problems)
    days = [day for day in files if day <= period.start]
    if not days:
        first = f"the first is in force from {min(files)}" if files else "there is no file"
        problems.append(
            f"{folder}: {_NOT_IN_FORCE} on {period.start}, when {period} begins; {first}; "
            "score a later period, or add the file that was in force then"
        )
        return None
    path = files[max(days)]
    document = read_document(path, f"{folder}/{path.name}")
    check_date(document, path)
    return document


def check_date(document: Document, path: Path) -> None:
    """Notes a problem where a file that is called by a date says another one."""
    written = document.data.get("in_force")
    if _day(written) not in {None, _day(path.stem) or _day(written)}:
        document.add(
            ("in_force",), f"{written!r} is not the date the file is called by, {path.stem}; make the two agree"
        )


def _national(period: Period, root: Path, problems: list[str]) -> National | None:
    rules: dict[str, Rule] = {}
    for name, field in National.model_fields.items():
        kind = field.annotation
        if not (isinstance(kind, type) and issubclass(kind, Rule)):
            raise TypeError(f"National.{name} is not a Rule")
        document = in_force_document(f"national/{name}", period, root, problems)
        if document is None:
            continue
        if document.data and (rule := document.validate(kind, document.data)):
            rules[name] = rule
            if rule.rule != name:
                document.add(("rule",), f"{rule.rule!r} is not the folder's name; write {name!r}")
        problems.extend(document.problems)
    return None if len(rules) < len(National.model_fields) else National.model_validate(rules)


# --- a city's policy ------------------------------------------------------------------------------------------------


def _policy(
    document: Document, city: str, period: Period, catalogue: Mapping[str, type[Parameters]], national: National | None
) -> Policy | None:
    """The policy in the document; the checks that need several entries come first, so that one problem hides none."""
    data = document.data
    if not data:
        return None
    if "national" in data:
        document.add(("national",), "unknown key; the national rules are files of their own: delete it")
    if data.get("city", city) != city:
        document.add(("city",), f"{data['city']!r} is not the folder's name; write {city!r}")
    for place, items in _item_lists(data):
        _check_items(place, items, document, catalogue)
    _check_group_weights(data, document)
    _check_training(data, document)
    _check_period(data, period, document)
    # Without the rules an empty stand-in lets the city's own problems be found beside theirs.
    stand_in: dict[str, Any] = dict.fromkeys(National.model_fields)
    return document.validate(Policy, data | {"national": national or National.model_construct(**stand_in)})


def _item_lists(data: dict[str, Any]) -> Iterator[tuple[Place, list[Any]]]:
    """Every list of items with its place: those of the groups, then those of the sectors."""
    places: list[Place] = [(group, "items") for group in GROUPS]
    sectors = data.get("sectors")
    if isinstance(sectors, dict):
        places += [("sectors", sector, group) for sector in sectors for group in GROUPS]
    for place in places:
        found: Any = data
        for step in place:
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, list):
            yield place, found


def _check_items(place: Place, items: list[Any], document: Document, catalogue: Mapping[str, type[Parameters]]) -> None:
    weights: list[Decimal | None] = []
    lines: dict[str, list[int]] = {}
    for position, item in enumerate(items):
        if not isinstance(item, dict):
            weights.append(None)
            continue
        at = (*place, position)
        weights.append(_number(item.get("weight")))
        if isinstance(item.get("id"), str):
            lines.setdefault(item["id"], []).append(document.lines[*at, "id"])
        if "indicator" in item:
            _check_measure(at, item, document)
        _read_parameters(at, item, document, catalogue)
    if items and None not in weights and (total := sum(filter(None, weights), Decimal(0))) != 100:
        document.add(place, f"weights sum to {total}, not 100; change them so that they do")
    for name, where in lines.items():
        if len(where) > 1:
            named = " and ".join(map(str, where))
            document.add(place, f"item id {name!r} repeats, on lines {named}; give each item its own", line=where[-1])


def _check_measure(at: Place, item: dict[str, Any], document: Document) -> None:
    given = [key for key in ("target", "scale") if item.get(key) is not None]
    if item["indicator"] == "outcome":
        if given:
            document.add(
                at, f"item {item.get('id')!r} has a {given[0]}, but each row of outcomes has its own; delete it"
            )
    elif len(given) != 1:
        document.add(
            at, f"item {item.get('id')!r} has {' and '.join(given) or 'no target or scale'}; give one of the two"
        )


def _read_parameters(
    at: Place, item: dict[str, Any], document: Document, catalogue: Mapping[str, type[Parameters]]
) -> None:
    """The item's parameters, typed as its indicator declares them, put in place of the text."""
    written = item.pop("parameters", None)
    indicator = item.get("indicator")
    if not isinstance(indicator, str):
        return  # the model says what is wrong with it
    if indicator not in catalogue:
        document.add((*at, "indicator"), f"{indicator!r} is not an indicator; {suggestion(indicator, catalogue)}")
        return
    parameters = document.validate(catalogue[indicator], {} if written is None else written, (*at, "parameters"))
    if parameters is not None:
        item["parameters"] = parameters


def _check_group_weights(data: dict[str, Any], document: Document) -> None:
    weights = [_number(group.get("weight")) for name in GROUPS if isinstance(group := data.get(name), dict)]
    if len(weights) == len(GROUPS) and None not in weights and (total := sum(filter(None, weights))) != 100:
        line = document.lines[GROUPS[0], "weight"]
        document.add((), f"group weights sum to {total}, not 100; change them so that they do", line=line)


def _check_training(data: dict[str, Any], document: Document) -> None:
    training = data.get("training")
    courses = training.get("catalogue") if isinstance(training, dict) else None
    if not isinstance(courses, list):
        return
    ids = [item.get("id") for _, items in _item_lists(data) for item in items if isinstance(item, dict)]
    known = {name for name in ids if isinstance(name, str)}
    for position, course in enumerate(courses):
        item = course.get("item") if isinstance(course, dict) else None
        if isinstance(item, str) and item not in known:
            at = ("training", "catalogue", position, "item")
            document.add(at, f"{item!r} is no item of this policy; {suggestion(item, known)}")


def _check_period(data: dict[str, Any], period: Period, document: Document) -> None:
    accepted = data.get("periods")
    if not isinstance(accepted, list) or not accepted or any(kind not in get_args(PeriodKind) for kind in accepted):
        return  # the model says what is wrong with it
    if period.kind not in accepted:
        kinds = " or a ".join(accepted)
        document.add(("periods",), f"{period} is a {period.kind}, which this policy does not accept; score a {kinds}")


def _number(text: object) -> Decimal | None:
    try:
        number = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
