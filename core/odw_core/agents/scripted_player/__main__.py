"""The process. Everything it cannot do it says in one line and ends."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from odw_core.agents.scripted_player.play import Player, call_of
from odw_core.agents.scripted_player.script import Entry, decode_entry, entry_for
from odw_core.agents.scripted_player.talk import Talk
from odw_core.errors import OdwError


def main(words: list[str]) -> int:
    """``SCRIPT``; the value is the exit code."""
    # Ended quietly by a person, without a stack.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    talk = Talk(sys.stdin.fileno())
    script = Path(words[0]).absolute()
    try:
        told = talk.call()
        player = Player(script.parent, call_of(told), Path(str(told.get("cwd", ""))), talk)
        return player.play(_entry(script, told))
    except OdwError as error:
        talk.tell("error", message=str(error))
        return 1


def _entry(script: Path, told: Mapping[str, object]) -> Entry:
    """The entry that came with the call; who sent none leaves it to us to find it."""
    sent = told.get("entry")
    if isinstance(sent, dict):
        return decode_entry(sent)
    from odw_core.agents.scripted_player.check import read_script

    try:
        data = script.read_bytes()
    except OSError as error:
        raise OdwError(f"{script} cannot be read: {error.strerror}.") from error
    return entry_for(read_script(data, script.name), call_of(told), script.name)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
