"""What a run read and wrote, as OpenLineage events: one run, its steps as runs within it, datasets with their facets.

Events go where `KINERJA_LINEAGE` says, or where the client's own configuration does; nowhere where neither is given. An
endpoint that does not answer is asked once a run, and never fails one.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, JobEvent, OutputDataset, RunEvent, RunState
from openlineage.client.event_v2 import Run as LineageRun
from openlineage.client.facet_v2 import (
    JobFacet,
    RunFacet,
    documentation_job,
    error_message_run,
    job_type_job,
    nominal_time_run,
    parent_run,
    processing_engine_run,
    set_producer,
)
from openlineage.client.uuid import generate_static_uuid

from flows.lineage_datasets import NAMESPACE, delivered, indicator_jobs, of_step, tables
from flows.order import Run
from flows.seam import Counted, Done, Failure, Watch
from flows.steps import Insights, Landed, Loaded
from flows.summary import Summary

_log = logging.getLogger(__name__)
PRODUCER: Final = "https://github.com/kinerja/kinerja"
_PART: Final = re.compile(r" \d+/\d+$")
_HTTP_SECONDS: Final = 5


def new_client(place: str, environment: Mapping[str, str] = os.environ) -> OpenLineageClient:
    """The official client for `file:PATH` (events are appended, one a line), an address, or its own configuration."""
    set_producer(PRODUCER)
    if place.startswith("file:"):
        path = Path(place.removeprefix("file:"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return _client({"type": "file", "log_file_path": str(path.absolute()), "append": True})
    if place.startswith(("http://", "https://")):
        address = urlsplit(place)
        transport: dict[str, Any] = {
            "type": "http",
            "url": f"{address.scheme}://{address.netloc}",
            "timeout": _HTTP_SECONDS,
            "retry": {"total": 1},
        }
        if address.path.strip("/"):
            transport["endpoint"] = address.path.strip("/")
        if key := environment.get("OPENLINEAGE_API_KEY"):
            transport["auth"] = {"type": "api_key", "apiKey": key}
        return _client(transport)
    return OpenLineageClient()


def _client(transport: dict[str, Any]) -> OpenLineageClient:
    return OpenLineageClient(config={"transport": transport})


class LineageWatch(Watch):
    """Emits the events of one run."""

    def __init__(self, client: OpenLineageClient) -> None:
        self._client: OpenLineageClient | None = client
        self._run: Run | None = None
        self._at_work: dict[str, None] = {}
        self._last: dict[str, object] = {}

    def started(self, run: Run) -> None:
        """START of the run."""
        self._run = run
        self._emit(RunState.START, run, None)

    def begins(self, title: str) -> None:
        """START of the step."""
        if self._run is not None:
            self._at_work[title] = None
            self._emit(RunState.START, self._run, title)

    def ends(self, done: Done, result: Counted) -> None:
        """COMPLETE of the step, with what it read and wrote."""
        if self._run is not None:
            self._at_work.pop(done.title, None)
            inputs, outputs = of_step(self._run, done.title, result, self._last)
            if isinstance(result, (Landed, Insights)):
                self._last[done.title] = result
            self._emit(RunState.COMPLETE, self._run, done.title, inputs, outputs)

    def ended(self, summary: Summary) -> None:
        """COMPLETE of the run, from delivered files to tables; and what each item of the policy reads."""
        run = summary.run
        written = tables(run, Loaded(summary.published)) if summary.published else []
        self._emit(RunState.COMPLETE, run, None, delivered(run, summary.landed), written)
        for name, meaning, inputs, outputs in indicator_jobs(run):
            told = documentation_job.DocumentationJobFacet(description=meaning)
            self._send(
                JobEvent(
                    eventTime=_now(),
                    producer=PRODUCER,
                    job=Job(namespace=NAMESPACE, name=name, facets={"documentation": told, "jobType": _type("ITEM")}),
                    inputs=inputs,
                    outputs=outputs,
                )
            )
        self._close()

    def failed(self, failure: Failure) -> None:
        """FAIL of the step at work and of the run; ABORT where somebody interrupted it."""
        run = failure.run
        if run is None or self._run is None:
            return
        state = RunState.ABORT if failure.ended_by == "interrupted" else RunState.FAIL
        said = error_message_run.ErrorMessageRunFacet(message="\n".join(failure.problems), programmingLanguage="python")
        for title in reversed(self._at_work):
            self._emit(state, run, title, facets={"errorMessage": said})
        self._emit(state, run, None, delivered(run, failure.landed), facets={"errorMessage": said})
        self._close()

    def _emit(
        self,
        state: RunState,
        run: Run,
        title: str | None,
        inputs: list[InputDataset] | None = None,
        outputs: list[OutputDataset] | None = None,
        facets: dict[str, RunFacet] | None = None,
    ) -> None:
        """An event of the run, or of one of its steps."""
        own: dict[str, RunFacet] = dict(facets or {})
        city = run.policy.city
        if title is None:
            job, kind = f"{city}.run", "RUN"
            starts_at, ends_at = run.period.bounds(run.policy.timezone)
            own["nominalTime"] = nominal_time_run.NominalTimeRunFacet(starts_at.isoformat(), ends_at.isoformat())
            own["processing_engine"] = processing_engine_run.ProcessingEngineRunFacet(run.code_version, "kinerja")
        else:
            job, kind = f"{city}.run.{_PART.sub('', title).replace(' ', '_')}", "STEP"
            own["parent"] = parent_run.ParentRunFacet(
                run=parent_run.Run(runId=_run_id(run, None)), job=parent_run.Job(NAMESPACE, f"{city}.run")
            )
        self._send(
            RunEvent(
                eventTime=_now(),
                producer=PRODUCER,
                eventType=state,
                run=LineageRun(runId=_run_id(run, title), facets=own),
                job=Job(namespace=NAMESPACE, name=job, facets={"jobType": _type(kind)}),
                inputs=inputs or [],
                outputs=outputs or [],
            )
        )

    def _send(self, event: RunEvent | JobEvent) -> None:
        if self._client is None:
            return
        try:
            self._client.emit(event)
        except Exception as error:  # noqa: BLE001  # whatever a transport raises must not fail the run
            # Its message may hold an address with a password.
            _log.warning("lineage of this run is not complete: %s", type(error).__name__)
            self._client = None

    def _close(self) -> None:
        if self._client is not None:
            self._client.close(_HTTP_SECONDS)


def _run_id(run: Run, title: str | None) -> str:
    """The same for every event of a run, or of one of its steps."""
    name = run.run_id if title is None else f"{run.run_id} {title}"
    return str(generate_static_uuid(run.order.ordered_at, name.encode()))


def _type(kind: str) -> JobFacet:
    return job_type_job.JobTypeJobFacet(processingType="BATCH", integration="KINERJA", jobType=kind)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
