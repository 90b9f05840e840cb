"""Servers that notices arrive at: one of mail, one of webhooks. Both are real, on this machine, and keep what came."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOCAL = "127.0.0.1"


class Webhook:
    """Takes whatever is posted as JSON, and answers with `status`."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.status == 200:
                    outer.received.append({"path": self.path, **json.loads(body)})
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer((LOCAL, 0), Handler)

    def url(self, name: str) -> str:
        """Apprise's address of it; the name tells recipients apart."""
        return f"json://{LOCAL}:{self.server.server_port}/{name}"

    def texts(self, name: str) -> list[str]:
        """Title and message of each notice to `name`."""
        return [f"{one['title']}\n{one['message']}" for one in self.received if one["path"].strip("/") == name]


class MailServer:
    """Speaks as much of SMTP (RFC 5321) as a client needs to hand over a message."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                to: list[str] = []
                self.say("220 here")
                while line := self.rfile.readline().decode():
                    match line.split()[0].upper():
                        case "RCPT":
                            to.append(line.partition("<")[2].partition(">")[0])
                            self.say("250 ok")
                        case "DATA":
                            self.say("354 go on")
                            outer.received.append((to, self.message()))
                            self.say("250 taken")
                        case "QUIT":
                            self.say("221 bye")
                            return
                        case _:
                            self.say("250 ok")

            def message(self) -> EmailMessage:
                lines: list[bytes] = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.removeprefix(b"."))
                return email.message_from_bytes(b"".join(lines), policy=email.policy.default)  # type: ignore[return-value]

            def say(self, answer: str) -> None:
                self.wfile.write(f"{answer}\r\n".encode())

        self.server = socketserver.ThreadingTCPServer((LOCAL, 0), Handler)
        self.server.daemon_threads = True

    def url(self, to: str) -> str:
        """Apprise's address of one mailbox on it."""
        port = self.server.server_address[1]
        return f"mailto://{LOCAL}:{port}?from=kinerja@example.go.id&to={to}&mode=insecure"

    def texts(self, to: str) -> list[str]:
        """Subject and plain text of each mail to `to`."""
        mails = [mail for recipients, mail in self.received if to in recipients]
        return [f"{mail['Subject']}\n{_plain(mail)}" for mail in mails]


def _plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@contextmanager
def serving(receiver: Webhook | MailServer) -> Iterator[None]:
    """The receiver's server at work."""
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()
