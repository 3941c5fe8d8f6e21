"""What a person typed as a secret, on its way to a supervisor: through a socket, so that no disk ever holds it. A
supervisor that stands still finds it when it goes on; one that is gone never gets it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from odw_core.engines.loose import parse_object, sequence, text, texts
from odw_core.errors import Refused
from odw_core.model.command import Decide

_NAME = "whispers"
_LARGEST = 256 << 10
SAID_ASIDE = ("\0said aside",)
"""Stands in a command for what came, or will come, through the socket."""
LOST = "What was typed in secret was lost on its way, and is kept nowhere; answer it again."


class Ear:
    """The supervisor's end. Hears each command's secrets once; the first word counts."""

    def __init__(self, folder: Path) -> None:
        """Listens in ``folder``, which nobody else can enter. Raises ``OSError``."""
        self._heard: dict[str, dict[str, tuple[str, ...]]] = {}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        with _short(folder) as path:
            self._socket.bind(path)

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()
        self._heard.clear()

    def whole(self, command: Decide) -> Decide | None:
        """The command with what was said aside; None when that never came."""
        decision = command.decision
        aside = {name for name, picked in decision.values if picked == SAID_ASIDE}
        if not aside:
            return command
        self._listen()
        heard = self._heard.pop(command.id, {})
        if not aside <= heard.keys():
            return None
        values = tuple((name, heard[name] if name in aside else picked) for name, picked in decision.values)
        return replace(command, decision=replace(decision, values=values))

    def _listen(self) -> None:
        with suppress(BlockingIOError):
            while True:
                said = parse_object(self._socket.recv(_LARGEST)) or {}
                pairs = [pair for pair in sequence(said, "values") if isinstance(pair, list) and len(pair) == 2]
                values = {str(name): tuple(texts({"picked": picked}, "picked")) for name, picked in pairs}
                self._heard.setdefault(text(said, "id"), values)


def said_aside(folder: Path, command: Decide, secret: Collection[str]) -> Decide:
    """Say the values of the ``secret`` fields into the ear in ``folder``; the command without them.

    Raises ``Refused`` when nobody listens there: then nothing was sent.
    """
    decision = command.decision
    aside = [(name, [*picked]) for name, picked in decision.values if name in secret]
    if not aside:
        return command
    frame = json.dumps({"id": command.id, "values": aside}).encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as mouth:
        try:
            with _short(folder) as path:
                mouth.sendto(frame, path)
        except OSError as error:
            said = f"What was typed in secret cannot get to the supervisor ({error.strerror}); nothing was sent."
            raise Refused(said) from None
    values = tuple((name, SAID_ASIDE if name in secret else picked) for name, picked in decision.values)
    return replace(command, decision=replace(decision, values=values))


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A path for the socket that is short enough, however deep the folder lies."""
    whole = str(folder / _NAME)
    if len(os.fsencode(whole)) < 100 or not Path("/proc/self/fd").is_dir():
        yield whole
        return
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{at}/{_NAME}"
    finally:
        os.close(at)
