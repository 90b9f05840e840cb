"""`kinerja up` and `deploy`, where they cannot do what is asked."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from flows.cli import main


def test_deploying_needs_a_server(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert main(["deploy"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("kinerja: PREFECT_API_URL is not set")
    assert "kinerja up" in said


def test_a_heartbeat_below_what_prefect_takes_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--heartbeat", "29"]) == 2
    assert "30" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["up", "--home", str(tmp_path / "home"), "--port", str(port)]) == 2
    told = f"port {port} is taken by another program; end it, or choose another: kinerja up --port {port + 1}"
    assert capsys.readouterr().err == f"kinerja: {told}\n"
    assert not (tmp_path / "home" / "warehouse.db").exists()
