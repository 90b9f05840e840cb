"""One notice to one address, by Apprise. What Apprise logs may hold addresses and passwords, so none of it goes on."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Literal, NamedTuple

Outcome = Literal["sent", "failed", "unknown"]
_LOUD: Final = ("apprise", "urllib3")
"""Loggers that say addresses: a bot's token is part of the path it posts to."""
_STATUS: Final = re.compile(r"\berror=(\d{3})\b")
_NO_ANSWER: Final = re.compile(r"timed? ?out|Remote end closed|unexpectedly closed|reset by peer", re.IGNORECASE)
_NOT_REACHED: Final = re.compile(r"ConnectTimeout|connect timeout|NewConnectionError|refused|resol", re.IGNORECASE)


class Sent(NamedTuple):
    """How it went. `unknown`: the service took it perhaps, and did not answer. `error` holds no address."""

    outcome: Outcome
    error: str | None = None


def target_of(url: str) -> Any:
    """Apprise's channel of a URL (its length is the number of its targets); None where it has none."""
    import apprise

    with _unheard():
        return apprise.Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)


def send(url: str, title: str, body: str, *, is_alarm: bool) -> Sent:
    """Sends a notice, within the time limits of Apprise (some seconds)."""
    import apprise

    channel = apprise.Apprise(asset=_asset())
    with _unheard() as heard:
        channel.add(url)
        kind = apprise.NotifyType.WARNING if is_alarm else apprise.NotifyType.INFO
        if channel.notify(body, title=title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT):
            return Sent("sent")
    return _why("\n".join(heard))


def _why(heard: str) -> Sent:
    """What Apprise's own log says of a failure: a status, or that nobody answered; nothing else of it is kept."""
    if found := _STATUS.search(heard):
        return Sent("failed", f"the service answered {found[1]}")
    if _NO_ANSWER.search(heard) and not _NOT_REACHED.search(heard):
        return Sent("unknown", "the service did not answer in time; it may have taken the notice")
    return Sent("failed", "the service cannot be reached, or refuses")


@cache
def _asset() -> Any:
    import apprise

    return apprise.AppriseAsset(
        app_id="kinerja", app_desc="kinerja", app_url="", image_url_mask="", image_url_logo="", async_mode=False
    )


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _unheard() -> Iterator[list[str]]:
    """Keeps what Apprise and its HTTP client say from every log; the list of it, for as long as the block lasts."""
    kept = _Kept()
    before = [(logger, logger.level, logger.propagate, logger.handlers[:]) for logger in map(logging.getLogger, _LOUD)]
    for logger, *_ in before:
        logger.handlers, logger.propagate = [kept], False
        logger.setLevel(logging.DEBUG)
    try:
        yield kept.messages
    finally:
        for logger, level, propagate, handlers in before:
            logger.setLevel(level)
            logger.propagate, logger.handlers = propagate, handlers
