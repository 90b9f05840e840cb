"""What an installation sets once, by environment variables named `KINERJA_...`; telemetry is off, see `flows`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import PositiveFloat, PositiveInt, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.spread import RunnerName, Spread

_LINEAGE_SETTINGS: Final = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE__TRANSPORT__TYPE")
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Settings(BaseSettings):
    """Where things are kept. What the command line says stands before the environment, and that before the default."""

    model_config = SettingsConfigDict(env_prefix="KINERJA_", env_ignore_empty=True, hide_input_in_errors=True)

    home: Path = Path(".kinerja")
    """Folder of landed files, runs, reports and the SQLite warehouse."""
    warehouse_url: str = ""
    """URL of the warehouse; `sqlite:///<home>/warehouse.db` where none is given."""
    policies_dir: Path | None = None
    """Folder with `cities/<city>/<date>.yaml` instead of the policies that come with the platform."""
    inputs: Path = Path("inputs")
    """Folder that deliveries come to, each in `<city>/<period>`; where scheduled runs look for their files."""
    reports_url: str = ""
    """Address under which `<home>/reports` is served to people, for links; links to files where none is given."""
    notify: Path | None = None
    """Who is told of what; `<home>/notifications.yaml` where it is not given and that file is there."""
    lineage: str = ""
    """Where OpenLineage events go: `file:PATH`, an address, or `client` for the client's own configuration."""
    partitions: PositiveInt | None = None
    """In how many parts a run is scored; by the size of the roster where it is not given."""
    runner: RunnerName = "threads"
    """Which of Prefect's task runners maps the parts."""
    runner_address: str | None = None
    """Address of a Dask scheduler or Ray head that is running."""
    late_minutes: PositiveFloat = 60
    """After how long people are told of a scheduled run that has not begun; put on the server by `kinerja deploy`."""
    stuck_minutes: PositiveFloat = 360
    """After how long they are told of a run that does not end."""
    log_level: LogLevel = "WARNING"
    """From which level on logs are written to standard error."""

    @property
    def lineage_place(self) -> str:
        """Where lineage goes; `client` where OpenLineage's own settings say where; empty: nowhere."""
        told = any(name in os.environ for name in _LINEAGE_SETTINGS) or Path("openlineage.yml").is_file()
        return self.lineage or ("client" if told else "")

    @property
    def notify_file(self) -> Path | None:
        """The file of notifications; None: nobody is told of anything."""
        usual = self.home / "notifications.yaml"
        return self.notify or (usual if usual.is_file() else None)

    @field_validator("home", "policies_dir")
    @classmethod
    def _in_a_url(cls, folder: Path | None) -> Path | None:
        if folder is not None and "?" in str(folder):
            raise ValueError("a folder with a question mark cannot stand in a URL; choose another name")
        return folder

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @model_validator(mode="after")
    def _warehouse_at_home(self) -> Self:
        if not self.warehouse_url:
            self.warehouse_url = f"sqlite:///{self.home / 'warehouse.db'}"
        return self

    def spread(
        self, partitions: int | None = None, runner: RunnerName | None = None, address: str | None = None
    ) -> Spread:
        """How a run is spread over workers, what it was given first."""
        return Spread(partitions or self.partitions, runner or self.runner, address or self.runner_address)
