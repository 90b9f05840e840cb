"""`kinerja policies`: which policies there are, what each says, whether it is sound, what changed."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from flows.cli.options import Json, settings_from
from flows.cli.output import Format, Records, as_json, new_table, say_json, screen, write
from flows.cli.problems import CommandError

if TYPE_CHECKING:
    from policies import Period, Policy
    from policies.model import Item

CityArgument = Annotated[str, typer.Argument(metavar="CITY", help="City, as `kinerja policies list` names it.")]
_Check = Callable[[Path, str, dt.date, str | None], dict[str, Any]]
_NAMES: Final = ("id", "item", "action", "weekday", "grade", "level")
"""Keys by which an entry of a list is known, so that a comparison follows the entry and not its place."""


class PolicyFormat(StrEnum):
    """How a policy is shown."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    HTML = "html"
    MD = "md"


class Language(StrEnum):
    """The language of a page."""

    ID = "id"
    EN = "en"


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="List, show, check and compare the policies of the cities.")
    for name, command in (("list", list_all), ("show", show), ("check", check), ("diff", diff)):
        group.command(name)(command)
    app.add_typer(group, name="policies", rich_help_panel="Prepare")


def list_all(json: Json = False) -> None:
    """List the cities with the dates their policies are in force from.

    Example: kinerja policies list
    """
    rows = []
    for city, day, path in _available():
        policy = _at(path, city, day)
        rows.append((city, policy.name, day, policy.timezone, ", ".join(policy.periods), len(policy.all_items())))
    columns = ("city", "name", "in_force", "timezone", "periods", "items")
    records = Records(title="policies", columns=columns, rows=iter(rows), types={"items": "integer"}, whole=True)
    write(records, Format.JSON if json else Format.TABLE)


def show(
    city: CityArgument,
    period: Annotated[
        str | None, typer.Option("--period", metavar="PERIOD", help="Show what scores this period; else the latest.")
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        PolicyFormat | None,
        typer.Option("--format", help="How to show it; else the ending of --output says, else a table."),
    ] = None,
    lang: Annotated[
        Language | None, typer.Option("--lang", help="Language of the page (html, md); Indonesian if not given.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="File to write it to.")] = None,
) -> None:
    """Show the policy of a city as it is scored: weights, targets, labels, sources and the national rules.

    html and md are the methodology page: the same in plain words, with a score worked out step by step.

    Example: kinerja policies show kalianda --period 2026-Q3 --format html --lang en --output kalianda.html
    """
    chosen = _policy_format(format, lang, output)
    policy = _latest(city) if period is None else _for_period(city, period)
    match chosen:
        case PolicyFormat.JSON:
            _put(f"{as_json(policy.model_dump(mode='python'))}\n", output)
        case PolicyFormat.YAML:
            _put(_yaml(policy.model_dump(mode="python")), output)
        case PolicyFormat.TABLE:
            _show_tables(policy)
        case PolicyFormat.HTML | PolicyFormat.MD:
            from flows.methodology import methodology_page

            page_format: Literal["html", "md"] = "html" if chosen is PolicyFormat.HTML else "md"
            _put(methodology_page(policy, page_format, (lang or Language.ID).value), output)


def check(
    what: Annotated[
        str | None,
        typer.Argument(metavar="[FILE|CITY]", help="Policy or operations file, or city; all of them if not given."),
    ] = None,
    json: Json = False,
) -> None:
    """Check policies and what is agreed beside them, and say every problem at once, each with file, line and remedy.

    Example: kinerja policies check drafts/kalianda.yaml
    """
    from policies import PolicyError

    problems: list[str] = []
    sound: dict[str, list[dict[str, Any]]] = {"sound": [], "operations": []}
    checks: list[tuple[str, _Check, tuple[Path, str, dt.date]]] = [
        ("sound", _sound_policy, one) for one in _to_check(what)
    ]
    checks += [("operations", _sound_operations, one) for one in _operations_to_check(what)]
    for kind, found_sound, (path, city, day) in checks:
        try:
            found = found_sound(path, city, day, what if what is not None and Path(what).is_file() else None)
        except PolicyError as error:
            problems += [problem for problem in error.problems if problem not in problems]
        else:
            sound[kind].append(found)
    if problems:
        raise CommandError(problems)
    if json:
        say_json({"status": "done", **sound})
        return
    for found in sound["sound"]:
        screen().print(f"{found['city']} {found['in_force']}: sound, {found['items']} items")
    for found in sound["operations"]:
        screen().print(f"{found['city']} {found['in_force']}: operations sound, {found['agreements']} agreements")


def _sound_policy(path: Path, city: str, day: dt.date, name: str | None) -> dict[str, Any]:
    policy = _at(path, city, day, name=name)
    return {"city": policy.city, "in_force": policy.in_force, "items": len(policy.all_items())}


def _sound_operations(path: Path, city: str, _day: dt.date, name: str | None) -> dict[str, Any]:
    from policies.operations import read_operations
    from sources.contracts import DATASETS

    dated = [dataset for dataset, contract in DATASETS.items() if contract.at is not None]
    agreed = read_operations(path, city, DATASETS, dated=dated, name=name)
    return {"city": agreed.city, "in_force": agreed.in_force, "agreements": len(agreed.supplies)}


def diff(
    city: CityArgument,
    one: Annotated[str, typer.Argument(metavar="DATE|CITY", help="Date to compare from, or a second city.")],
    other: Annotated[str | None, typer.Argument(metavar="[DATE]", help="Date to compare with.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to write the rows.")] = Format.TABLE,  # noqa: A002 - the option's name
) -> None:
    """Show what differs between the policies of a city on two dates, or between the latest of two cities.

    Example: kinerja policies diff kalianda 2026-01-01 2027-01-01
    """
    if format is Format.PARQUET:
        raise CommandError(["a comparison is written as table, csv or json"])
    if other is None:
        left, right = _latest(city), _latest(one)
    else:
        left, right = _on(city, _day(one)), _on(city, _day(other))
    documents = [policy.model_dump(mode="python", exclude={"city", "name", "in_force"}) for policy in (left, right)]
    rows = list(_differences("", *documents))
    names = [f"{policy.city} {policy.in_force}" for policy in (left, right)]
    if names[0] == names[1]:
        names = [f"{names[0]} (from)", f"{names[1]} (to)"]
    title = f"{left.city} {left.in_force} and {right.city} {right.in_force}: {len(rows)} differences"
    write(Records(title=title, columns=("where", *names), rows=iter(rows), whole=True), format)


# --- which policy ---------------------------------------------------------------------------------------------------


def _root() -> Path:
    from policies.loading import PACKAGED

    return settings_from().policies_dir or PACKAGED


def _available() -> list[tuple[str, dt.date, Path]]:
    from policies import available_policies

    found = available_policies(_root())
    if not found:
        raise CommandError([f"{_root()}: no policy there; it needs cities/<city>/<date>.yaml"])
    return found


def _of(city: str) -> list[tuple[dt.date, Path]]:
    """The policies of a city by date, ascending; CommandError where there is none."""
    found = _available()
    own = [(day, path) for name, day, path in found if name == city]
    if not own:
        known = ", ".join(dict.fromkeys(name for name, _, _ in found))
        raise CommandError([f"no policy of a city {city!r}; known: {known}"])
    return own


def _latest(city: str) -> Policy:
    day, path = _of(city)[-1]
    return _at(path, city, day)


def _on(city: str, day: dt.date) -> Policy:
    own = _of(city)
    in_force = [(start, path) for start, path in own if start <= day]
    if not in_force:
        raise CommandError([f"no policy of {city} was in force on {day}; the first is in force from {own[0][0]}"])
    start, path = in_force[-1]
    return _at(path, city, start)


def _for_period(city: str, period: str) -> Policy:
    from policies import Period, load_policy
    from transforms import CATALOGUE

    try:
        span = Period.parse(period)
    except ValueError as error:
        raise CommandError([str(error)]) from error
    return load_policy(city, span, CATALOGUE, root=_root())


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError([f"{text!r} is not a date; write it like 2026-01-31"]) from None


def _at(path: Path, city: str, day: dt.date, *, name: str | None = None) -> Policy:
    """The policy in one file, loaded alone, so that a later file does not hide it; problems call the file `name`.

    A policy is loaded for a period, and says itself which kinds it accepts: the first of each kind is tried.
    """
    from policies import PolicyError, load_policy
    from transforms import CATALOGUE

    refusals = []
    with tempfile.TemporaryDirectory(prefix="kinerja-policy-") as folder:
        root = Path(folder)
        alone = root / "cities" / city / f"{day}.yaml"
        alone.parent.mkdir(parents=True)
        shutil.copyfile(path, alone)
        if (rules := _root() / "national").is_dir():
            shutil.copytree(rules, root / "national")
        for period in _first_periods(day):
            try:
                return load_policy(city, period, CATALOGUE, root=root)
            except PolicyError as error:
                refusals.append(error.problems)
    # A period of a kind that is not accepted is one problem more, and none of the file's.
    problems = min(refusals, key=len)
    called = f"cities/{city}/{day}.yaml"
    raise PolicyError(
        name + text.removeprefix(called) if name and text.startswith(called) else text for text in problems
    )


def _first_periods(day: dt.date) -> Iterator[Period]:
    """The first month, quarter and year that begin on the day or later."""
    from policies import Period

    texts = [
        *(f"{day.year + month // 12}-{month % 12 + 1:02}" for month in (day.month - 1, day.month)),
        *(f"{day.year + quarter // 4}-Q{quarter % 4 + 1}" for quarter in ((day.month - 1) // 3, (day.month + 2) // 3)),
        *(str(day.year + later) for later in (0, 1)),
    ]
    try:
        found = [period for period in map(Period.parse, texts) if period.start >= day]
    except ValueError as error:
        raise CommandError([f"no period begins on {day} or later: {error}"]) from error
    return iter({period.kind: period for period in reversed(found)}.values())


def _to_check(what: str | None) -> list[tuple[Path, str, dt.date]]:
    """File, city and date of each policy to check."""
    if what is None:
        return [(path, city, day) for city, day, path in _available()]
    path = Path(what)
    if path.is_file():
        return [] if _says_operations(path) else [(path, *_city_and_date(path))]
    if path.suffix in {".yaml", ".yml"}:
        raise CommandError([f"{what}: no such file"])
    return [(path, what, day) for day, path in _of(what)]


def _operations_to_check(what: str | None) -> list[tuple[Path, str, dt.date]]:
    """File, city and date of each file of agreements to check."""
    from policies.operations import available_operations

    path = Path(what or "")
    if path.is_file():
        return [(path, *_city_and_date(path))] if _says_operations(path) else []
    return [(path, city, day) for city, day, path in available_operations(_root()) if what in (None, city)]


def _says_operations(path: Path) -> bool:
    """Whether a file holds agreements and reminders, by its folder or by what only such a file says."""
    from policies.documents import read_document

    said = read_document(path, str(path)).data
    return path.resolve().parent.parent.name == "operations" or bool({"supplies", "quiet_hours"} & set(said))


def _city_and_date(path: Path) -> tuple[str, dt.date]:
    """What a file is called by, else what it says; a draft may lie anywhere under any name."""
    from policies.documents import read_document

    said = read_document(path, str(path)).data
    days = []
    for text in (path.stem, said.get("in_force")):
        try:
            days.append(dt.date.fromisoformat(str(text)))
        except ValueError:
            continue
    folder = path.resolve().parent
    city = folder.name if folder.parent.name in {"cities", "operations"} else said.get("city")
    # Whatever stands in for what is missing: the policy's own check says that it is.
    plain = isinstance(city, str) and city.replace("_", "").isalnum()
    return str(city) if plain else folder.name, days[0] if days else dt.date(2026, 1, 1)


# --- how it is shown ------------------------------------------------------------------------------------------------


def _policy_format(written: PolicyFormat | None, lang: Language | None, output: Path | None) -> PolicyFormat:
    """The format asked for, else that of the file's ending, else a table; CommandError where the options contradict."""
    chosen = written
    if chosen is None and output is not None:
        endings = [one for one in PolicyFormat if one is not PolicyFormat.TABLE]
        chosen = next((one for one in endings if output.suffix.lower() == f".{one}"), None)
        if chosen is None:
            raise CommandError([f"{output}: its ending names no format; add --format {', '.join(endings)}"])
    chosen = chosen or PolicyFormat.TABLE
    if chosen is PolicyFormat.TABLE and output is not None:
        raise CommandError(["a table is for the screen; write a file with --format html, md, json or yaml"])
    if lang is not None and chosen not in {PolicyFormat.HTML, PolicyFormat.MD}:
        raise CommandError(["--lang is for the page; add --format html or md"])
    return chosen


def _put(text: str, output: Path | None) -> None:
    """Write the text to a file, or to standard output: UTF-8 and its own line ends in either place."""
    if output is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError([f"{output}: cannot be written ({error.strerror}); choose another place"]) from error


def _show_tables(policy: Policy) -> None:
    console = screen()
    console.print(f"{policy.name} ({policy.city}), in force from {policy.in_force}", style="bold")
    console.print(f"periods: {', '.join(policy.periods)}; timezone: {policy.timezone}")
    thresholds = policy.thresholds
    console.print(f"above from {thresholds.above}, meets from {thresholds.meets} [{thresholds.source}]")
    console.print(
        f"coverage at least {policy.min_coverage}, weight at least {policy.min_weight}, "
        f"working days at least {policy.min_days}"
    )
    for sector in ("general", *policy.sectors):
        _show_items(policy, sector)
    rules = new_table()
    for name in ("national rule", "in force", "source"):
        rules.add_column(name, overflow="fold")
    for name in type(policy.national).model_fields:
        rule = getattr(policy.national, name)
        rules.add_row(name, str(rule.in_force), rule.source)
    console.print(rules)


def _show_items(policy: Policy, sector: str) -> None:
    """The items a sector has of its own; all of them for `general`."""
    from policies.model import GROUPS

    table = new_table()
    for name in ("group", "item", "label", "weight", "target", "source"):
        table.add_column(name, justify="right" if name == "weight" else "left", overflow="fold")
    for group in GROUPS:
        own = sector == "general" or getattr(policy.sectors[sector], group) is not None  # type: ignore[index]
        for place, item in enumerate(policy.items(sector, group) if own else ()):
            heading = f"{group} {_plain(policy.group_weight(group))} %" if place == 0 else ""
            label = f"{item.label.id} / {item.label.en}"
            table.add_row(heading, item.id, label, f"{_plain(item.weight)} %", _measure(item), item.source)
    console = screen()
    console.print(f"\nsector {sector}" if sector != "general" else "\nall sectors not named below", style="bold")
    console.print(table)


def _measure(item: Item) -> str:
    if item.scale is not None:
        return "scale " + ", ".join(f"{_plain(value)}→{_plain(points)}" for value, points in item.scale.points)
    if item.target is not None:
        return f"{item.direction}, {_plain(item.target)}"
    return f"{item.direction}, the row's own"


def _plain(number: Decimal) -> str:
    """35, 35.0 and 3.5E+1 are the same number to whoever reads it."""
    return f"{number.normalize():f}"


def _yaml(document: Mapping[str, Any]) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Numbers keep their digits."""

    Dumper.add_representer(
        Decimal,
        lambda dumper, number: dumper.represent_scalar(
            f"tag:yaml.org,2002:{'float' if '.' in f'{number:f}' else 'int'}", f"{number:f}"
        ),
    )
    Dumper.add_representer(tuple, lambda dumper, row: dumper.represent_list(row))
    return yaml.dump(dict(document), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)


def _differences(place: str, left: object, right: object) -> Iterator[tuple[str, str | None, str | None]]:
    """Place and both values of whatever differs; an entry that only one side has is one difference."""
    if left == right:
        return
    one_sided = right if left is None else left if right is None else None
    inner = None if _is_entry(one_sided) else (_children(left), _children(right))
    if inner is None or None in inner:
        yield place, _said(left), _said(right)
        return
    before, after = (dict(children or {}) for children in inner)
    for key in dict.fromkeys([*before, *after]):
        within = f"{place.removesuffix('.items')}.{key}" if place else str(key)
        yield from _differences(within, before.get(key), after.get(key))


def _children(value: object) -> Mapping[Any, object] | None:
    """What stands within a mapping, or within a list whose entries have names; nothing is empty of everything."""
    match value:
        case None:
            return {}
        case Mapping():
            return value
        case list() | tuple() if value and all(_is_entry(entry) for entry in value):
            key = next(key for key in _NAMES if key in value[0])
            found = {str(entry.get(key)): entry for entry in value}
            return found if len(found) == len(value) else None
        case _:
            return None


def _is_entry(value: object) -> bool:
    return isinstance(value, Mapping) and any(key in value for key in _NAMES)


def _said(value: object) -> str | None:
    match value:
        case None:
            return None
        case Decimal():
            return _plain(value)
        case str():
            return value
        case {"item": str(), "course": {"id": str() as course}}:
            return course
        case {"indicator": str(), "weight": Decimal() as weight}:
            return f"item of weight {_plain(weight)}"
        case _:
            return as_json(value)
