"""What a run says when it is over: for people on the screen, for machines as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.order import Run
from flows.seam import Done
from flows.steps import Checked, Landed, Scored
from warehouse import Published, shown_url


@dataclass(frozen=True)
class Summary:
    """A run that ended well, or a check that found nothing to stop for. `scored` and `published` are a run's only."""

    run: Run
    landed: Landed
    checked: Checked
    scored: Scored | None
    published: Published | None
    steps: Sequence[Done]

    @property
    def status(self) -> str:
        """published, unchanged, withheld or checked."""
        return self.published.status if self.published else "checked"

    @property
    def report(self) -> Path:
        """The validation report."""
        return self.run.report_folder / "validation.html"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything that must be said loudly."""
        return self.checked.warnings + (self.scored.warnings if self.scored else ())

    def document(self) -> dict[str, Any]:
        """As plain JSON data, without a personal value."""
        run, published = self.run, self.published
        return {
            "status": self.status,
            "city": run.policy.city,
            "period": run.period.name,
            "run_id": run.run_id,
            "provisional": run.is_provisional,
            "known_as_of": run.known_as_of.isoformat() if run.known_as_of else None,
            "revision": published.revision if published else None,
            "cause": published.cause if published else None,
            "result_hash": published.result_hash if published else None,
            "input_hash": self.landed.input_hash,
            "policy_hash": run.policy_hash,
            "code_version": run.code_version,
            "files": self._files(),
            "warnings": list(self.warnings),
            "employees": self.scored.results.employees.height if self.scored else None,
            "statuses": _tally(self.scored, "status"),
            "proposed_ratings": _tally(self.scored, "proposed_rating"),
            "steps": [{"step": done.title, "seconds": round(done.seconds, 3), **done.counts} for done in self.steps],
            "report": str(self.report),
            "warehouse": shown_url(run.order.warehouse_url) if published else None,
        }

    def _files(self) -> list[dict[str, Any]]:
        return [
            {
                "dataset": name,
                "file": file.name,
                "sha256": file.sha256,
                "records": file.n_records,
                "rows_in": file.n_rows,
                "valid": file.n_valid,
                "quarantined": file.n_quarantined,
            }
            for name, outcome in self.checked.outcomes.items()
            for file in outcome.files
        ]


def _tally(scored: Scored | None, column: str) -> Mapping[str, int] | None:
    if scored is None:
        return None
    counted = scored.results.scores.get_column(column).drop_nulls().value_counts().sort(column)
    return dict(counted.iter_rows())
