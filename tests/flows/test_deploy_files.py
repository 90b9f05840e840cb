"""What `deploy/` names exists: settings, commands, files. That it starts is seen on a server only."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from flows.settings import Settings
from tests.flows.ended import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
TEXTS = [path for path in DEPLOY.rglob("*") if path.is_file() and path.name != "README.md"]


def test_every_setting_that_is_named_is_one() -> None:
    named = {name for path in TEXTS for name in re.findall(r"\bKINERJA_([A-Z_]+)", path.read_text(encoding="utf-8"))}
    assert {"HOME", "INPUTS", "WAREHOUSE_URL"} <= named
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_server_is_never_started_without_the_launcher() -> None:
    started = [
        line for path in TEXTS for line in path.read_text(encoding="utf-8").splitlines() if "server, start" in line
    ]
    started += [
        line
        for unit in UNITS
        for line in unit.read_text().splitlines()
        if line.startswith("ExecStart=") and "server start" in line
    ]
    assert len(started) == 2
    assert all("flows.orchestration.server" in line for line in started)


def test_the_compose_file_names_what_is_there() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"database", "server", "worker"}
    assert (DEPLOY / services["server"]["build"]["context"] / services["server"]["build"]["dockerfile"]).is_file()
    assert (DEPLOY / "postgresql" / "roles.sh").stat().st_mode & 0o111
    for service in services.values():
        assert set(service["secrets"]) <= set(compose["secrets"])
        assert {mount.partition(":")[0] for mount in service["volumes"] if mount[0] not in ".$"} <= set(
            compose["volumes"]
        )


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_the_unit(unit: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here to ask")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if unit.name in line or str(unit) in line]
    # Where the platform is not installed, its commands are not there; all else would be a mistake in the unit.
    assert [line for line in said if "is not executable: No such file or directory" not in line] == []
