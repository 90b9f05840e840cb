"""What the Prefect server shows of a run: its counts, its files, the validation report, what the revision moved.

Numbers and names of files only. The pages of the scheduler are open to people who may not see who was scored how, so
no employee stands in them, and how many have a rating, or moved between two, is not told below ten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from flows.order import Run
from flows.seam import Counted, Done, Failure, Watch
from flows.summary import Summary
from warehouse import open_warehouse

FEW: Final = 10
"""A count of people below this could point to one of them."""
_TOP_MOVES: Final = 10
_ROWS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "read": (("records",), "rows"),
    "validate": (("valid", "quarantined"), "valid"),
    "score": ((), "indicators"),
    "validate scores": (("indicators",), "indicators"),
    "insights": ((), "rows"),
}
"""Which of a step's counts are the rows that went in, and which those that came out."""


class Artifacts(Watch):
    """Keeps the artifacts of the flow run it watches; their keys begin with city and period."""

    def __init__(self, reports_url: str) -> None:
        self._reports_url = reports_url
        self._run: Run | None = None
        self._done: list[Done] = []

    def started(self, run: Run) -> None:
        """From here on it is known which run this is."""
        self._run = run

    def ends(self, done: Done, result: Counted) -> None:
        """The report is linked as soon as it is written: it matters most where the run stops there."""
        self._done.append(done)
        if done.title == "validate" and self._run is not None:
            create_link_artifact(
                link=report_link(self._run.report_folder, self._reports_url),
                link_text="Validation report",
                key=f"{_key(self._run)}-report",
                description="What was expected of every dataset, what was found, which records were refused.",
            )

    def ended(self, summary: Summary) -> None:
        """Everything a run that ended well has to show."""
        document, key = summary.document(), _key(summary.run)
        self._keep_steps(key, f"{summary.status}: {summary.run.policy.name} {summary.run.period}")
        create_table_artifact(
            table=document["files"], key=f"{key}-files", description="Rows in = valid + quarantined, for every file"
        )
        moves = _moves(summary)
        if moves:
            create_table_artifact(
                table=moves[:_TOP_MOVES],
                key=f"{key}-movements",
                description="What this revision changed against the one before; without names, under ten not told",
            )
        create_markdown_artifact(
            markdown=markdown(document, report_link(summary.run.report_folder, self._reports_url), moves),
            key=f"{key}-summary",
            description=f"{summary.run.policy.name} {summary.run.period}: {summary.status}",
        )

    def failed(self, failure: Failure) -> None:
        """How far the run came; why it went no further is its state."""
        if self._run is not None and self._done:
            self._keep_steps(_key(self._run), f"{failure.ended_by} after these steps; nothing was published")

    def _keep_steps(self, key: str, says: str) -> None:
        create_table_artifact(table=steps_table(self._done), key=f"{key}-steps", description=says)


def report_link(folder: Path, reports_url: str) -> str:
    """Where the validation report is read: below `reports_url` if reports are served somewhere, else as a file."""
    page = folder / "validation.html"
    if reports_url:
        return f"{reports_url.rstrip('/')}/{quote(folder.name)}/{page.name}"
    return page.resolve().as_uri()


def steps_table(done: Sequence[Done]) -> list[dict[str, Any]]:
    """One row a step: seconds, rows in, out and quarantined, bytes, what else it counted; empty: not its to say."""
    rows = [_step_row(one) for one in done]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name, "") for name in columns} for row in rows]


def _step_row(done: Done) -> dict[str, Any]:
    left = dict(done.counts)
    into, out = _ROWS.get(done.title, ((), ""))
    row: dict[str, Any] = {"step": done.title, "seconds": round(done.seconds, 2)}
    row["rows_in"] = sum(left.get(name, 0) for name in into) if into else ""
    row["rows_out"] = left.get(out, "")
    row["quarantined"], row["bytes"] = left.pop("quarantined", ""), left.pop("bytes", "")
    return row | {name: n for name, n in left.items() if name not in (*into, out)}


def markdown(document: Mapping[str, Any], report: str, moves: Sequence[Mapping[str, Any]]) -> str:
    """The run on one page, from `Summary.document()`: without a personal value."""
    seconds = sum(step["seconds"] for step in document["steps"])
    revision = f"revision {document['revision']}" + (f" ({document['cause']})" if document["cause"] else "")
    lines = [
        f"## {document['city']} {document['period']}: {document['status']}, {revision}",
        "",
        _provisional(document),
        f"{document['employees']:,} employees in {seconds:.1f} s: {_counted(document['statuses'] or {})}.",
        "",
        f"Proposed ratings: {_few_hidden(document['proposed_ratings'] or {})}.",
        "",
        f"[Validation report]({report})",
        "",
    ]
    if document["warnings"]:
        lines += ["### Warnings", "", *(f"- {_plain(warning)}" for warning in document["warnings"]), ""]
    lines += ["### Moves of rating", ""]
    if moves:
        lines += ["| what | from | to | employees |", "|---|---|---|---:|"]
        lines += [f"| {one['what']} | {one['from']} | {one['to']} | {one['employees']} |" for one in moves[:_TOP_MOVES]]
    else:
        lines.append("None: the first revision, or nothing changed.")
    lines += ["", "### Which run this is", "", "| | |", "|---|---|"]
    for name in ("run_id", "result_hash", "input_hash", "policy_hash", "code_version", "known_as_of"):
        if document[name]:
            lines.append(f"| {name} | `{document[name]}` |")
    return "\n".join(lines)


def _provisional(document: Mapping[str, Any]) -> str:
    if not document["provisional"]:
        return "The period had ended: these scores are final until a correction is published.\n"
    return f"**Provisional**: the period is under way; scored with what was known at {document['known_as_of']}.\n"


def _moves(summary: Summary) -> list[dict[str, Any]]:
    """Employees whose results changed, and moves of rating, the greatest first."""
    if summary.published is None or summary.status != "published":
        return []
    with open_warehouse(summary.run.order.warehouse_url, create=False) as warehouse:
        columns, rows = warehouse.changes(summary.run.policy.city, summary.run.period.name, summary.published.revision)
        found = [dict(zip(columns, row, strict=True)) for row in rows]
    return [
        {"what": one["what"], "from": one["old"] or "", "to": one["new"] or "", "employees": few(one["n"])}
        for one in found
        if one["n"]
    ]


def few(n: int) -> str:
    """The count; of a small one only that it is small."""
    return f"{n:,}" if n >= FEW else f"under {FEW}"


def _few_hidden(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {few(n)}" for name, n in counts.items()) or "none"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items()) or "none scored"


def _plain(text: str) -> str:
    """A sentence whose file names cannot become markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#" else letter for letter in text)


def _key(run: Run) -> str:
    return f"{run.policy.city}-{run.period.name}".lower().replace("_", "-")
