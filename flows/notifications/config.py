"""`<home>/notifications.yaml`: who is told of what, and by which channel. Addresses and passwords come from outside.

An address is a URL of Apprise (mail, Telegram, webhook and a hundred more: https://appriseit.com/services). `${NAME}`
in it is taken from the environment, so that the file can be shown to anybody; what it becomes is never said anywhere.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import quote

from pydantic import Field, field_validator

from flows.cli.problems import CommandError
from flows.notifications.events import CONFIGURED, Kind, Language
from policies.documents import Document, read_document
from policies.model import Model, Text

NAME: Final = "notifications.yaml"
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ADDRESS: Final = "{address}"
_CONTACT_COLUMNS: Final = ("employee_id", "channel", "address")


class Recipient(Model):
    """One address that hears of some events; every address is one recipient, so that each has its own delivery."""

    name: Text = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    role: Text
    url: Text = Field(repr=False)
    events: tuple[Kind, ...] = Field(min_length=1)
    cities: tuple[Text, ...] = ()
    datasets: tuple[Text, ...] = ()
    language: Language | None = None

    @field_validator("events")
    @classmethod
    def _for_offices(cls, events: tuple[Kind, ...]) -> tuple[Kind, ...]:
        if personal := sorted(set(events) - set(CONFIGURED)):
            raise ValueError(f"{', '.join(personal)} go to the people they are about, by `contacts`; delete them here")
        return events

    def hears(self, kind: Kind, city: str, dataset: str | None = None) -> bool:
        """Whether an event is for this recipient; no city or dataset named means all."""
        wanted = not self.datasets or dataset is None or dataset in self.datasets
        return kind in self.events and (not self.cities or city in self.cities) and wanted


class Contacts(Model):
    """Where the addresses of employees are, and the URL of each channel with `{address}` in it."""

    file: Text
    channels: Mapping[str, Text] = Field(min_length=1, repr=False)


class Notifications(Model):
    """The file. `language` is that of every notice that is not asked for in another."""

    language: Language = "id"
    recipients: tuple[Recipient, ...] = ()
    contacts: Contacts | None = None


@dataclass(frozen=True)
class Address:
    """Where one notice goes. `url` holds secrets and is in no repr."""

    recipient: str
    channel: str
    url: str
    language: Language

    def __repr__(self) -> str:
        return f"Address({self.recipient!r}, {self.channel!r})"


@dataclass(frozen=True)
class Configured:
    """The file as it is used: every address, and every channel of `contacts`, with its variables in place."""

    path: Path
    document: Notifications
    addresses: Mapping[str, Address]
    channels: Mapping[str, str] = field(repr=False)

    def listeners(self, kind: Kind, city: str, dataset: str | None = None) -> list[Address]:
        """Who hears of an event."""
        return [self.addresses[one.name] for one in self.document.recipients if one.hears(kind, city, dataset)]

    def contacts(self) -> Mapping[str, Address]:
        """Addresses by employee id; empty where no contacts are configured.

        Raises:
            CommandError: the file cannot be used; names every line that cannot, and no value of it.
        """
        contacts = self.document.contacts
        if contacts is None:
            return {}
        return _contacts(self.path.parent / contacts.file, self.channels, self.document.language)


def load_config(path: Path, environment: Mapping[str, str] = os.environ) -> Configured:
    """The configuration in `path`.

    Raises:
        CommandError: it cannot be used; every problem as `file:line: what, where, remedy`, without any secret.
    """
    if not path.is_file():
        raise CommandError([f"{path}: no such file; write it as docs/notifications.md says, or set KINERJA_NOTIFY"])
    document = read_document(path, str(path))
    model = document.validate(Notifications, document.data) if document.data else None
    addresses: dict[str, Address] = {}
    names: list[object] = []
    for place, given in enumerate(_listed(document.data, "recipients")):
        name, url = given.get("name"), given.get("url")
        if isinstance(name, str) and name in names:
            document.add(("recipients", place, "name"), f"{name!r} repeats; give each recipient a name of its own")
        names.append(name)
        if isinstance(name, str) and isinstance(url, str):
            language = given.get("language") or document.data.get("language") or "id"
            complete = _complete(url, ("recipients", place, "url"), document, environment)
            if complete is not None:
                addresses[name] = Address(name, complete.partition(":")[0], complete, _language(language))
    contacts = document.data.get("contacts")
    named = contacts.get("channels") if isinstance(contacts, dict) else None
    channels: dict[str, str] = {}
    for name, url in named.items() if isinstance(named, dict) else ():
        if isinstance(url, str):
            _check_channel(url, ("contacts", "channels", name), document, environment)
            channels[name] = _filled(url, environment)[0]
    if model is None or document.problems:
        raise CommandError(document.problems)
    return Configured(path, model, addresses, channels)


def _language(given: object) -> Language:
    return "en" if given == "en" else "id"  # anything else is a problem the model has named


def _listed(data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    given = data.get(key)
    return [one if isinstance(one, dict) else {} for one in given] if isinstance(given, list) else []


def _complete(
    url: str, place: tuple[str | int, ...], document: Document, environment: Mapping[str, str], address: str = ""
) -> str | None:
    """The URL with its variables, if Apprise can use it for exactly one target; else None, and the problem is noted."""
    complete, missing = _filled(url, environment)
    for name in missing:
        document.add(place, f"${{{name}}} is not set; set the environment variable {name}")
    if missing:
        return None
    if problem := _problem_of(complete.replace(_ADDRESS, address)):
        document.add(place, problem)
        return None
    return complete


def _check_channel(url: str, place: tuple[str | int, ...], document: Document, environment: Mapping[str, str]) -> None:
    if _ADDRESS not in url:
        document.add(place, f"has no {_ADDRESS}; write it where an employee's address belongs")
        return
    # Any address will do to see whether the URL can be used: a mailbox's name, and a number as chats have.
    for address in ("someone%40example.go.id", "123456789"):
        complete, missing = _filled(url, environment)
        if missing or _problem_of(complete.replace(_ADDRESS, address)) is None:
            break
    _complete(url, place, document, environment, address)


def _filled(url: str, environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """The URL with every variable in place, and the variables that are not set."""
    missing = sorted({name for name in _VARIABLE.findall(url) if not environment.get(name)})
    if missing:
        return "", missing
    if whole := _VARIABLE.fullmatch(url):
        return environment[whole[1]], []
    # A password may hold what would end it within a URL.
    return _VARIABLE.sub(lambda found: quote(environment[found[1]], safe=""), url), []


def _problem_of(url: str) -> str | None:
    """Why Apprise cannot use a URL; None where it can. Never says the URL."""
    from flows.notifications.sending import target_of

    channel = target_of(url)
    if channel is None:
        return "is no URL that Apprise can use; see https://appriseit.com/services for the form of each service"
    if len(channel) != 1:
        return f"holds {len(channel)} targets; write one recipient for each, so that each delivery is known"
    return None


def _contacts(file: Path, channels: Mapping[str, str], usual: Language) -> dict[str, Address]:
    """One address an employee."""
    problems: list[str] = []
    found: dict[str, Address] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            if lacking := [name for name in _CONTACT_COLUMNS if name not in (rows.fieldnames or ())]:
                raise CommandError([f"{file}: has no column {', '.join(lacking)}; add it to the header"])
            for row in rows:
                place = f"{file}: line {rows.line_num}"
                employee, channel, address = (row[name] or "" for name in _CONTACT_COLUMNS)
                problems += [f"{place}: {problem}" for problem in _wrong(row, employee in found, channels)]
                url = channels.get(channel, "").replace(_ADDRESS, quote(address, safe=""))
                language = row.get("language") or usual
                found[employee] = Address(employee, url.partition(":")[0], url, _language(language))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError([f"{file}: cannot be read ({type(error).__name__}); write it as CSV in UTF-8"]) from None
    if problems:
        raise CommandError(problems)
    return found


def _wrong(row: Mapping[str, str | None], is_repeated: bool, channels: Collection[str]) -> list[str]:
    problems = [f"{name} is empty; write it or delete the line" for name in _CONTACT_COLUMNS if not row[name]]
    if is_repeated:
        problems.append("the employee has a line already; keep one")
    if row["channel"] and row["channel"] not in channels:
        problems.append(f"its channel is none of {', '.join(channels)}; write one of them")
    if row.get("language") and row["language"] not in get_args(Language):
        problems.append("its language is neither id nor en; write one of them, or nothing")
    return problems
