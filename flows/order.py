"""What was ordered, and the run that comes of it: everything that is decided before the first file is touched."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from flows.cli.problems import CommandError
from flows.spread import Spread
from policies import Period, Policy, PolicyError, load_policy, policy_hash
from policies.loading import PACKAGED
from sources import SourceError, SourceMap, load_source_map
from sources.contracts import DATASETS
from transforms import CATALOGUE, READS

_ROOMS = ("sources", "expectations", "policies", "transforms", "warehouse")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What somebody, or a schedule, asked for. `ordered_at` (aware) is the only clock a run knows.

    `incremental`: what earlier incremental runs read and validated is taken from `<home>/cache`. `scratch`: where the
    run keeps what it needs while it lasts, `<home>/runs/<city>/<period>` where it is not given.
    """

    city: str
    period: str
    inputs: Path
    home: Path
    warehouse_url: str
    ordered_at: dt.datetime
    sources: Path | None = None
    requires: Mapping[str, Decimal] = field(default_factory=dict)
    known_as_of: dt.datetime | None = None
    policies_dir: Path | None = None
    incremental: bool = False
    spread: Spread = field(default_factory=Spread)
    scratch: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a city and period: the order, with its policy, mapping and identity."""

    order: Order
    run_id: str
    policy: Policy
    policy_hash: str
    period: Period
    source_map: SourceMap
    known_as_of: dt.datetime | None
    is_provisional: bool
    last_day: dt.date
    requires: Mapping[str, Decimal]
    code_version: str

    @property
    def folder(self) -> Path:
        """Where the run keeps what it needs while it lasts."""
        usual = self.order.home / "runs" / self.policy.city / self.period.name
        return (self.order.scratch or usual) / self.run_id

    @property
    def report_folder(self) -> Path:
        """Where its reports stay."""
        return self.order.home / "reports" / self.run_id

    @property
    def reads(self) -> frozenset[str]:
        """The datasets the policy's indicators read."""
        return frozenset(name for item in self.policy.all_items() for name in READS[item.indicator])


def prepared(order: Order) -> Run:
    """The run that the order asks for; every mistake in the order, the policy and the mapping at once.

    Raises:
        CommandError: the order itself is wrong, or more than one of the three is.
        PolicyError, SourceError: the policy or the mapping is.
    """
    wrong: list[_Refusal] = []
    period = _tried(wrong, _period, order)
    policy = None if period is None else _tried(wrong, _policy, order, period)
    span = None if period is None or policy is None else _tried(wrong, _span, order, period, policy)
    source_map = _tried(wrong, load_source_map, order.inputs, order.sources)
    if wrong or period is None or policy is None or span is None or source_map is None:
        raise wrong[0] if len(wrong) == 1 else CommandError(text for error in wrong for text in error.problems)
    stamp = order.ordered_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    return Run(
        order=order,
        run_id=f"{policy.city}-{period}-{stamp}-{secrets.token_hex(3)}",
        policy=policy,
        policy_hash=policy_hash(policy),
        period=period,
        source_map=source_map,
        known_as_of=span.known_as_of,
        is_provisional=span.is_provisional,
        last_day=span.last_day,
        requires={**policy.requires, **order.requires},
        code_version=code_version(),
    )


_Refusal = CommandError | PolicyError | SourceError
_Made = TypeVar("_Made")
_Given = ParamSpec("_Given")


def _tried(
    wrong: list[_Refusal], make: Callable[_Given, _Made], *given: _Given.args, **named: _Given.kwargs
) -> _Made | None:
    """What is made; None where it cannot be, and why among what is wrong."""
    try:
        return make(*given, **named)
    except (CommandError, PolicyError, SourceError) as error:
        wrong.append(error)
        return None


def _period(order: Order) -> Period:
    try:
        return Period.parse(order.period)
    except ValueError as error:
        raise CommandError([f"--period: {error}"]) from None


def _policy(order: Order, period: Period) -> Policy:
    policy = load_policy(order.city, period, CATALOGUE, root=order.policies_dir or PACKAGED)
    if unknown := sorted({*policy.requires, *order.requires} - set(DATASETS)):
        raise PolicyError([f"requires: {name} is no dataset; known: {', '.join(DATASETS)}" for name in unknown])
    return policy


@dataclass(frozen=True, slots=True)
class _Span:
    """The days that are scored, and what was known by then."""

    known_as_of: dt.datetime | None
    is_provisional: bool
    last_day: dt.date


def _span(order: Order, period: Period, policy: Policy) -> _Span:
    zone = ZoneInfo(policy.timezone)
    starts_at, ends_at = period.bounds(policy.timezone)
    known = order.known_as_of
    if known is None and order.ordered_at < ends_at:
        known = order.ordered_at
    if known is not None and known.tzinfo is None:
        known = known.replace(tzinfo=zone)
    if known is not None and known < starts_at + dt.timedelta(days=1):
        raise CommandError(
            [f"{period}: no day of it had ended at {known.isoformat(timespec='seconds')}; choose an earlier period"]
        )
    is_provisional = known is not None and known < ends_at
    end = known.astimezone(zone).date() if known is not None and is_provisional else period.end
    return _Span(known, is_provisional, end - dt.timedelta(days=1))


@cache
def code_version() -> str:
    """The package version and a digest of the code and of the libraries that decide a number."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    for library in ("polars", "holidays"):
        digest.update(f"{library}=={importlib.metadata.version(library)}\n".encode())
    return f"{importlib.metadata.version('kinerja')}+{digest.hexdigest()[:12]}"
