"""A wire between a client and PostgreSQL that can be cut at any message: a socket that passes on what it is given.

The protocol's frames are told apart (type, length, body), so a fault comes exactly before, within or after a statement.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

NAME = ".s.PGSQL.5432"
"""What a PostgreSQL client looks for in the folder it is given as host."""
LENGTH = struct.Struct("!i")


@dataclass(frozen=True)
class Cut:
    """Where the fault comes.

    `before` a statement that holds `words` reaches the server; `within` the first data of a COPY that holds them;
    `answered`: the server has done it, and its answer is lost.
    """

    words: bytes
    where: Literal["before", "within", "answered"]


class Wire:
    """Passes everything on between clients that connect in `folder` and the server at `target`; once, `fault` comes."""

    def __init__(self, folder: Path, target: Path) -> None:
        self._target = str(target)
        self._cut: Cut | None = None
        self._fault: Callable[[], object] | None = None
        self._over = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / NAME))
        self._listener.listen()
        self._open: list[socket.socket] = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, cut: Cut, fault: Callable[[], object] | None) -> None:
        """Let `fault` come at `cut`; None: the connection itself is lost."""
        self._fault, self._cut = fault, cut

    def came(self) -> bool:
        """Whether the fault has come; waits until it is over."""
        return self._over.wait(60)

    def close(self) -> None:
        for end in self._open:
            _end(end)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._target)
            except OSError:  # it is stopped: so it looks to the client
                _end(client)
                _end(server)
                continue
            self._open += [client, server]
            line = _Line(self, client, server)
            for pump in (line.to_server, line.to_client):
                threading.Thread(target=pump, daemon=True).start()

    def strike(self, line: _Line) -> None:
        """The fault comes, once."""
        self._cut = None
        if self._fault is None:
            line.end()
        else:
            self._fault()
        self._over.set()

    def cut_by(self, words: bytes, kind: bytes) -> Cut | None:
        """The cut that a message with these words is, if it is."""
        cut = self._cut
        if cut is None or cut.words not in words or (cut.where == "within") != (kind == b"d"):
            return None
        return cut


class _Line:
    """One connection."""

    def __init__(self, wire: Wire, client: socket.socket, server: socket.socket) -> None:
        self._wire, self._client, self._server = wire, client, server
        self._lose_answer = False

    def end(self) -> None:
        _end(self._client)
        _end(self._server)

    def to_server(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            head = self._read(LENGTH.size)  # the first message has no type
            self._server.sendall(head + self._read(LENGTH.unpack(head)[0] - LENGTH.size))
            statement = b""
            while True:
                head = self._read(1 + LENGTH.size)
                kind, body = head[:1], self._read(LENGTH.unpack(head[1:])[0] - LENGTH.size)
                if kind in b"QP":
                    statement = body
                cut = self._wire.cut_by(statement, kind) if kind in b"QPd" else None
                if cut is not None and cut.where == "within":
                    self._server.sendall(head + body[: len(body) // 2])
                    self._wire.strike(self)
                    self._server.sendall(body[len(body) // 2 :])
                elif cut is not None and cut.where == "before":
                    self._wire.strike(self)
                    self._server.sendall(head + body)
                else:
                    self._lose_answer = cut is not None
                    self._server.sendall(head + body)
        self.end()

    def to_client(self) -> None:
        with contextlib.suppress(OSError):
            while answer := self._server.recv(1 << 16):
                if self._lose_answer:
                    self._lose_answer = False
                    self._wire.strike(self)
                    continue
                self._client.sendall(answer)
        self.end()

    def _read(self, n: int) -> bytes:
        found = b""
        while len(found) < n:
            part = self._client.recv(n - len(found))
            if not part:
                raise EOFError
            found += part
        return found


def _end(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
