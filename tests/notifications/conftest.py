"""A mail server and a webhook, a home with notices configured, and a warehouse in it."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notifications.receivers import MailServer, Webhook, serving


@pytest.fixture(scope="session", autouse=True)
def _apprise_loaded() -> None:
    """Apprise's mail imports a module that Python 3.11 deprecates."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("flows.notifications.sending").target_of("mailto://127.0.0.1?from=a@b.id&to=c@d.id")


@pytest.fixture(scope="session")
def validation_loaded() -> None:
    """Great Expectations, which warns while it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("expectations.validation")


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    receiver = Webhook()
    with serving(receiver):
        yield receiver


@pytest.fixture
def mail() -> Iterator[MailServer]:
    receiver = MailServer()
    with serving(receiver):
        yield receiver


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("KINERJA_NOTIFY", "KINERJA_REPORTS_URL", "KINERJA_LINEAGE", "KINERJA_WAREHOUSE_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    return folder
