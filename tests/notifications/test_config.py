"""The file of notices: what it can say, and every problem of it at once, without a secret."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from flows.cli.problems import CommandError
from flows.notifications.config import load_config
from flows.notifications.events import Kind

SECRET = "geheim/p@ss"  # noqa: S105  # a secret is what the tests look for


def written(folder: Path, text: str) -> Path:
    file = folder / "notifications.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(file: Path, **environment: str) -> list[str]:
    with pytest.raises(CommandError) as caught:
        load_config(file, environment)
    return [problem.replace(str(file), "notifications.yaml") for problem in caught.value.problems]


def test_who_hears_of_what(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """\
language: en
recipients:
  - name: data-team
    role: data team
    url: json://127.0.0.1:9/a
    events: [run_failed, data_late]
  - name: bkpsdm
    role: owner of attendance
    url: mailtos://${SMTP_USER}:${SMTP_PASSWORD}@mail.example.go.id?to=bkpsdm@example.go.id
    events: [data_late]
    cities: [pauh]
    datasets: [attendance]
    language: id
""",
    )
    config = load_config(file, {"SMTP_USER": "kinerja", "SMTP_PASSWORD": SECRET})
    assert [one.recipient for one in config.listeners("run_failed", "pauh")] == ["data-team"]
    assert [one.recipient for one in config.listeners("data_late", "pauh", "attendance")] == ["data-team", "bkpsdm"]
    assert [one.recipient for one in config.listeners("data_late", "pauh", "ratings")] == ["data-team"]
    assert [one.recipient for one in config.listeners("data_late", "bangko", "attendance")] == ["data-team"]
    assert config.listeners("run_stopped", "pauh") == []
    address = config.addresses["bkpsdm"]
    assert (address.channel, address.language) == ("mailtos", "id")
    assert "geheim%2Fp%40ss@mail" in address.url, "what would end the password within the URL is escaped"
    assert SECRET not in repr(config.addresses)
    assert "geheim" not in repr(address)
    literal = written(
        tmp_path, "recipients: [{name: a, role: r, url: 'json://u:geheim@127.0.0.1:9', events: [run_late]}]"
    )
    assert "geheim" not in repr(load_config(literal, {}))


def test_a_whole_url_may_come_from_the_environment(tmp_path: Path) -> None:
    text = "recipients:\n  - {name: a, role: r, url: '${NOTIFY_URL}', events: [run_failed]}\n"
    config = load_config(written(tmp_path, text), {"NOTIFY_URL": "json://127.0.0.1:9/x?+X-Key=a%20b"})
    assert config.addresses["a"].url == "json://127.0.0.1:9/x?+X-Key=a%20b"


def test_every_problem_at_once_with_its_line_and_no_secret(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """\
language: nl
recipients:
  - name: data-team
    role: data team
    url: nonsense://user:${SMTP_PASSWORD}@host
    events: [run_failed, run_exploded]
  - name: data-team
    role: data team
    url: mailtos://u:${SMTP_PASSWORD}@mail.example.go.id?to=a@example.go.id,b@example.go.id
    events: [report_due]
  - name: telegram
    role: data team
    url: tgram://${TELEGRAM_TOKEN}/1
    event: [run_failed]
contacts:
  file: contacts.csv
  channels: {mail: "mailto://127.0.0.1?from=k@example.go.id&to=all@example.go.id"}
""",
    )
    found = problems(file, SMTP_PASSWORD=SECRET)
    assert not any("geheim" in problem for problem in found)
    assert [problem.split(": ", 2)[:2] for problem in found] == [
        ["notifications.yaml:1", "language"],
        ["notifications.yaml:5", "recipients[0].url"],
        ["notifications.yaml:6", "recipients[0].events[1]"],
        ["notifications.yaml:7", "recipients[1].name"],
        ["notifications.yaml:9", "recipients[1].url"],
        ["notifications.yaml:10", "recipients[1].events"],
        ["notifications.yaml:11", "recipients[2].events"],
        ["notifications.yaml:13", "recipients[2].url"],
        ["notifications.yaml:14", "recipients[2].event"],
        ["notifications.yaml:17", "contacts.channels.mail"],
    ]
    assert "holds 2 targets; write one recipient for each" in found[4]
    assert "${TELEGRAM_TOKEN} is not set; set the environment variable TELEGRAM_TOKEN" in found[7]
    assert "has no {address}" in found[9]


def test_contacts_by_employee(tmp_path: Path) -> None:
    text = """\
contacts:
  file: contacts.csv
  channels:
    mail: mailto://127.0.0.1:25?from=k@example.go.id&to={address}
    telegram: tgram://123456789:abcdefg_hijklmnop/{address}
"""
    (tmp_path / "contacts.csv").write_text(
        "employee_id,channel,address,language\nE1,mail,a&b@example.go.id,\nE2,telegram,42,en\n", encoding="utf-8"
    )
    contacts = load_config(written(tmp_path, text), {}).contacts()
    assert contacts["E1"].url == "mailto://127.0.0.1:25?from=k@example.go.id&to=a%26b%40example.go.id"
    assert [(one.channel, one.language) for one in contacts.values()] == [("mailto", "id"), ("tgram", "en")]


def test_contacts_that_cannot_be_used_name_every_line_and_no_person(tmp_path: Path) -> None:
    channels = "{mail: 'mailto://127.0.0.1?from=k@example.go.id&to={address}'}"
    file = written(tmp_path, f"contacts:\n  file: contacts.csv\n  channels: {channels}\n")
    rows = ["employee_id,channel,address,language", "E1,mail,,", "E2,fax,e2@example.go.id,", "E2,mail,x@y.go.id,nl"]
    (tmp_path / "contacts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        load_config(file, {}).contacts()
    assert [problem.rpartition("contacts.csv: ")[2] for problem in caught.value.problems] == [
        "line 2: address is empty; write it or delete the line",
        "line 3: its channel is none of mail; write one of them",
        "line 4: the employee has a line already; keep one",
        "line 4: its language is neither id nor en; write one of them, or nothing",
    ]
    (tmp_path / "contacts.csv").write_text("id;address\n", encoding="utf-8")
    with pytest.raises(CommandError, match="has no column employee_id, channel, address"):
        load_config(file, {}).contacts()


def test_the_example_of_the_documentation_can_be_used(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "notifications.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    variables = {
        "SMTP_USER": "kinerja@example.go.id",
        "SMTP_PASSWORD": SECRET,
        "TELEGRAM_TOKEN": "123456789:abcdefg_hijklmnop",
        "TELEGRAM_CHAT": "-1001234",
    }
    config = load_config(written(tmp_path, example), variables)
    assert [address.channel for address in config.addresses.values()] == ["mailtos", "tgram"]
    table = {line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ") and "---" not in line}
    named = {event.strip() for row in table - {"event"} for event in row.split(",")}
    assert named == set(get_args(Kind)) - {"test"}
