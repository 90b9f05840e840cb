"""One run over many workers: each part is scored by a command of its own, and a closing run joins and publishes them.

When: for a roster that one machine is too slow for. `kinerja run ... --partitions N --part K` for every K, anywhere
and at once, then `kinerja run ... --partitions N --join`. Workers share the home (NFS or the like), nothing else: a
part needs no warehouse and no lease.
Leaves, in `<home>/parts/<city>/<period>/<N>/`: `layout-<identity>/`, the valid rows laid out part by part, by whoever
came first, once; `<K>/`, the results of part K. Each is there whole or not at all, says what it was made of, and is
hashed again before it is used. All of it is removed when the joined run has ended well.
When it fails: nothing is published, and what is there stays. The message names every part that is missing, damaged or
of other inputs, policy or code, and the command that makes it; a part that is run again takes its own place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from expectations.kept import keep, kept
from flows import partitions, steps
from flows.ahead import Ahead
from flows.cli.problems import CommandError
from flows.disk import full_disk_said
from flows.order import Order, Run, prepared
from flows.partitions import FRAMES, Divided, Part
from flows.pipeline import refuse, run_period
from flows.seam import Caller, Done, part_title, step
from flows.summary import Summary
from sources import input_hash, land_unsettled
from transforms.partitions import PART
from transforms.scope import Span

_FORMAT: Final = 1
"""Of what is kept; another one is not read."""
_SCRATCH: Final = ".scratch"
_LETTERS: Final = 16


@dataclass(frozen=True)
class Identity:
    """What a part was made of; parts are joined where all of it is the same."""

    city: str
    period: str
    known_as_of: str | None
    partitions: int
    input_hash: str
    policy_hash: str
    code_version: str
    format: int = _FORMAT

    @property
    def digest(self) -> str:
        """It in short."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:_LETTERS]

    def differs(self, other: Mapping[str, Any]) -> list[str]:
        """In which words another one is not this."""
        own = asdict(self)
        return [words for name, words in _WORDS.items() if other.get(name) != own[name]]


_WORDS: Final = {
    "city": "another city",
    "period": "another period",
    "known_as_of": "another --known-as-of",
    "partitions": "another --partitions",
    "input_hash": "other inputs",
    "policy_hash": "another policy",
    "code_version": "another version of the code",
    "format": "another way of keeping parts",
}


@dataclass(frozen=True)
class Laid:
    """Valid rows laid out by part in the home, to be scored by anybody who sees it."""

    divided: Divided
    identity: Identity

    @property
    def n_parts(self) -> int:
        """As many as were asked for, or as there are units."""
        return len(self.divided.n_people)


@dataclass(frozen=True)
class Gathered:
    """The results of all parts, whole and of one identity."""

    folders: Sequence[Path]
    n_settled: int
    n_employees: int

    @property
    def counts(self) -> Mapping[str, int]:
        """How many parts, and people in them."""
        return {"parts": len(self.folders), "employees": self.n_employees}


@dataclass(frozen=True)
class PartSummary:
    """What the run of one part says. `scored` is None where there are fewer parts than were asked for."""

    run: Run
    laid: Laid
    part: int
    scored: Part | None
    steps: Sequence[Done]

    def document(self) -> dict[str, Any]:
        """As plain JSON data, without a personal value."""
        return {
            "status": "scored" if self.scored else "empty",
            "part": self.part,
            "n_parts": self.laid.n_parts,
            **{name: value for name, value in asdict(self.laid.identity).items() if name != "format"},
            "employees": self.scored.n_employees if self.scored else 0,
            "folder": str(_folder(self.run) / str(self.part)),
            "steps": [{"step": done.title, "seconds": round(done.seconds, 3), **done.counts} for done in self.steps],
            "join": command(self.run, "--join"),
        }


def score_part(order: Order, part: int, call: Caller) -> PartSummary:
    """Scores part `part` (from 1) of as many as the order asks for, and keeps its results; publishes nothing.

    Raises:
        CommandError: there is no such part, or parts of a period under way would not be of one moment.
        ValidationStopped, UnreadableFile: the data must not be used; the closing run would say the same.
    """
    run, n = _prepared(order)
    if not 1 <= part <= n:
        raise CommandError([f"--part {part}: with --partitions {n} parts are numbered from 1 to {n}"])
    with _at_work(run):
        laid = _laid_out(run, n, call, part)
        scored = call(score, run, laid, part) if part <= laid.n_parts else None
    return PartSummary(run, laid, part, scored, call.done)


def missing_parts(order: Order, call: Caller) -> list[int]:
    """Lays the rows out, unless that was done; the parts (from 1) that are to be scored yet.

    Raises:
        CommandError: parts of a period under way would not be of one moment.
        ValidationStopped, UnreadableFile: the data must not be used.
    """
    run, n = _prepared(order)
    with _at_work(run):
        laid = _laid_out(run, n, call, None)
    return [part for part in range(1, laid.n_parts + 1) if _fault(run, laid.identity, part)[0]]


def close(order: Order, call: Caller) -> Summary:
    """Checks that every part is there, whole and of these inputs, policy and code; joins them, and publishes.

    Raises:
        CommandError: parts are missing, damaged or of something else; names each, with the command that makes it.
        ValidationStopped, UnreadableFile, LeaseHeld: as `flows.pipeline.run_period`.
    """
    _prepared(order)
    summary = run_period(order, call, _joined)
    shutil.rmtree(_folder(summary.run).parent, ignore_errors=True)
    return summary


def command(run: Run, *more: str) -> str:
    """The command that does something else of the same run."""
    order = run.order
    words = ["kinerja", "run", "--city", order.city, "--period", order.period, "--inputs", str(order.inputs)]
    words += ["--sources", str(order.sources)] if order.sources else []
    if order.known_as_of is not None and run.known_as_of is not None:
        local = run.known_as_of.astimezone(ZoneInfo(run.policy.timezone)).replace(tzinfo=None)
        words += ["--known-as-of", local.isoformat(timespec="seconds")]
    words += ["--home", str(order.home), "--partitions", str(order.spread.partitions), *more]
    return shlex.join(words)


# --- steps ----------------------------------------------------------------------------------------------------------


@step("land", retries=3)
def land(run: Run) -> steps.Landed:
    """Copies every input file to content-addressed storage, unless it is there: nothing else is needed ahead."""
    files, settle = land_unsettled(run.source_map, run.order.home / "landing")
    return steps.Landed(files, input_hash(files, run.source_map), Ahead("settling landed files", settle))


@step("keep rows")
def keep_rows(divided: Divided, target: Path, identity: Identity) -> Divided:
    """Puts what was laid out where every worker finds it, with the hash of every file."""
    found = {path.relative_to(divided.folder).as_posix(): path for path in divided.folder.rglob("*.parquet")}
    document = asdict(identity) | {
        "year": [divided.year.start.isoformat(), divided.year.end.isoformat(), divided.year.timezone],
        "n_people": divided.n_people,
        "n_shared": divided.n_shared,
    }
    keep(target, document, {name: path.replace for name, path in found.items()}, once=True)
    return replace(divided, folder=target)


@step("score")
def score(run: Run, laid: Laid, part: int) -> Part:
    """Scores one part (from 1), and keeps its results in the place of any it had before."""
    results = partitions.results_of(run, laid.divided, part - 1)
    scored = Part(results.employees.height, results.indicators.height, results.n_settled)
    document = asdict(laid.identity) | {
        "part": part,
        "n_parts": laid.n_parts,
        "n_employees": scored.n_employees,
        "n_settled": scored.n_settled,
    }
    frames = {f"{name}.parquet": getattr(results, name).write_parquet for name in FRAMES}
    keep(_folder(run) / str(part), document, frames)
    return scored


@step("gather")
def gather(run: Run, landed: steps.Landed) -> Gathered:
    """Looks whether every part is there, whole, and of what this run is of.

    Raises:
        CommandError: names every part that is not, why, and the command that makes it.
    """
    identity = _identity(run, landed, run.order.spread.partitions or 0)
    found = [_fault(run, identity, part) for part in range(1, identity.partitions + 1)]
    # Each says how many there are: a roster of few units has fewer than were asked for.
    n_parts = min((document["n_parts"] for fault, document in found if not fault), default=len(found))
    problems = [
        f"part {part} of {n_parts} {fault}: {command(run, '--part', str(part))}"
        for part, (fault, _) in enumerate(found[:n_parts], start=1)
        if fault
    ]
    if problems:
        raise CommandError(problems)
    documents = [document for _, document in found[:n_parts]]
    return Gathered(
        tuple(_folder(run) / str(document["part"]) for document in documents),
        sum(document["n_settled"] for document in documents),
        sum(document["n_employees"] for document in documents),
    )


@step("join")
def join(gathered: Gathered) -> steps.Scored:
    """Joins the results of all parts, in the order of one that was never divided."""
    return partitions.joined(gathered.folders, gathered.n_settled)


# --- what they share ------------------------------------------------------------------------------------------------


def _joined(call: Caller, run: Run, landed: steps.Landed) -> Callable[[steps.Checked], steps.Scored]:
    """Of a closing run: what is missing is said before anything is read."""
    gathered = call(gather, run, landed)

    def scored(_checked: steps.Checked) -> steps.Scored:
        joined: steps.Scored = call(join, gathered)
        return joined

    return scored


def _prepared(order: Order) -> tuple[Run, int]:
    """The run, and in how many parts.

    Raises:
        CommandError: the order asks for no parts, or not for one moment.
    """
    n = order.spread.partitions
    if n is None:
        raise CommandError(["--part and --join need --partitions N: say in how many parts the run is scored"])
    run = prepared(order)
    if run.is_provisional and order.known_as_of is None:
        told = f"{run.period} is under way, and parts would be scored with what was known at different times"
        raise CommandError([f"{told}: give every part and the closing run the same --known-as-of"])
    return replace(run, order=replace(order, scratch=_folder(run) / _SCRATCH)), n


def _folder(run: Run) -> Path:
    """Where the parts lie of a city and period that is cut into so many."""
    return run.order.home / "parts" / run.policy.city / run.period.name / str(run.order.spread.partitions)


def _identity(run: Run, landed: steps.Landed, n: int) -> Identity:
    known = None if run.known_as_of is None else run.known_as_of.astimezone(dt.UTC).isoformat()
    return Identity(run.policy.city, run.period.name, known, n, landed.input_hash, run.policy_hash, run.code_version)


def _fault(run: Run, identity: Identity, part: int) -> tuple[str, dict[str, Any]]:
    """What is wrong with the results of a part, empty where nothing is; and what they say of themselves."""
    folder = _folder(run) / str(part)
    if not folder.exists():
        return "is missing", {}
    document = kept(folder)
    if document is None:
        return "is damaged: its bytes are not those that were written", {}
    if differs := identity.differs(document):
        return f"was made of {' and '.join(differs)}", document
    if document["part"] != part:
        return f"is in fact part {document['part']}", document
    return "", document


def _laid_out(run: Run, n: int, call: Caller, part: int | None) -> Laid:
    """Where the rows of these inputs are laid out; whoever finds nothing there reads, validates and divides."""
    landed = call(land, run)
    landed.settled.wait()
    identity = _identity(run, landed, n)
    folder = _folder(run) / f"layout-{identity.digest}"
    document = kept(folder, partial(_concerns, part=part))
    if document is None:
        shutil.rmtree(folder, ignore_errors=True)  # damaged, if it is there
        return Laid(_divided(run, landed, identity, call, folder), identity)
    start, end, timezone = document["year"]
    year = Span(dt.date.fromisoformat(start), dt.date.fromisoformat(end), timezone)
    return Laid(Divided(folder, year, tuple(document["n_people"]), document["n_shared"]), identity)


def _divided(run: Run, landed: steps.Landed, identity: Identity, call: Caller, target: Path) -> Divided:
    checked = call(steps.validate, run, landed, call(steps.read, run, landed))
    refuse(run, checked)
    divided: Divided = call(partitions.divide, run, checked, identity.partitions, run.folder / "parts")
    n_parts = len(divided.n_people)
    for part in range(n_parts if divided.n_shared else 0):
        titled = replace(partitions.record_part, title=part_title(partitions.record_part, part + 1, n_parts))
        call(titled, run, divided, part)
    shutil.rmtree(run.report_folder, ignore_errors=True)  # the report that counts is the closing run's
    kept_rows: Divided = call(keep_rows, divided, target, identity)
    return kept_rows


def _concerns(name: str, *, part: int | None) -> bool:
    """Whether the scoring of a part reads a file: what all read, and rows of its own."""
    return not name.startswith("rows/") or (part is not None and f"/{PART}={part - 1}/" in name)


@contextmanager
def _at_work(run: Run) -> Iterator[None]:
    """Says a full disk as such; removes what this run alone has left behind, however it ends."""
    try:
        with full_disk_said(run.order.home):
            yield
    finally:
        steps.clear_own_folder(run)
