"""What was ordered, and the run that comes of it: everything that is decided before the first file is touched."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.cli.problems import CommandError
from flows.spread import Spread
from policies import Period, Policy, PolicyError, load_policy, policy_hash
from policies.loading import PACKAGED
from sources import SourceMap, load_source_map
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
        CommandError: the order itself is wrong.
        PolicyError, SourceError: the policy or the mapping is.
    """
    try:
        period = Period.parse(order.period)
    except ValueError as error:
        raise CommandError([f"--period: {error}"]) from None
    policy = load_policy(order.city, period, CATALOGUE, root=order.policies_dir or PACKAGED)
    requires = {**policy.requires, **order.requires}
    if unknown := sorted(set(requires) - set(DATASETS)):
        raise PolicyError([f"requires: {name} is no dataset; known: {', '.join(DATASETS)}" for name in unknown])
    starts_at, ends_at = period.bounds(policy.timezone)
    known = order.known_as_of
    if known is None and order.ordered_at < ends_at:
        known = order.ordered_at
    if known is not None and known.tzinfo is None:
        known = known.replace(tzinfo=ZoneInfo(policy.timezone))
    if known is not None and known < starts_at + dt.timedelta(days=1):
        raise CommandError(
            [f"{period}: no day of it had ended at {known.isoformat(timespec='seconds')}; choose an earlier period"]
        )
    is_provisional = known is not None and known < ends_at
    end = known.astimezone(ZoneInfo(policy.timezone)).date() if known is not None and is_provisional else period.end
    stamp = order.ordered_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    return Run(
        order=order,
        run_id=f"{policy.city}-{period}-{stamp}-{secrets.token_hex(3)}",
        policy=policy,
        policy_hash=policy_hash(policy),
        period=period,
        source_map=load_source_map(order.inputs, order.sources),
        known_as_of=known,
        is_provisional=is_provisional,
        last_day=end - dt.timedelta(days=1),
        requires=requires,
        code_version=code_version(),
    )


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
