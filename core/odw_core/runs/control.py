"""The road to a supervisor: commands laid into the folder of its epoch, receipts read back. Carries nothing out."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path

from odw_core.engines.loose import text
from odw_core.errors import OdwError, Refused
from odw_core.model.command import Command, Decide, Outcome, Receipt
from odw_core.process.flock import is_held
from odw_core.runs.folders import RunFolder, is_own_name, read_object, write_private
from odw_core.runs.journal import is_over
from odw_core.runs.spec import read_spec
from odw_core.runs.whispers import said_aside
from odw_core.runs.wire import decode_command, decode_receipt, encode_command, encode_receipt

_SUFFIX = ".json"


def is_live(state: Path, run_id: str) -> bool:
    """Whether a supervisor holds the run right now."""
    return is_held(RunFolder(state, run_id).lock)


def is_ours(state: Path, run_id: str, place: str | None = None) -> bool:
    """Whether this person's state folder knows the run, so that it can be driven from here. With ``place``: that very
    run, and no copy of its folder in another workspace, which may ask in other words."""
    try:
        folder = RunFolder(state, run_id)
        if place is None or not folder.spec.is_file():
            return folder.spec.is_file()
        return os.path.realpath(read_spec(folder).workspace) == os.path.realpath(place)
    except OdwError:
        return False


def send(state: Path, run_id: str, command: Command, by: str = "", secret: Collection[str] = ()) -> None:
    """Lay a command of ``by`` down for a run's supervisor; values of ``secret`` fields go beside it, on no disk.

    Raises ``Refused`` where no supervisor lives.
    """
    folder = RunFolder(state, run_id)
    epoch = folder.present_epoch()
    if is_over(folder):
        raise Refused(f"{run_id} is over; odw-tui rerun odw:{run_id} starts it again.")
    if epoch is None or not is_held(folder.lock):
        raise Refused(f"The supervisor of {run_id} is gone; resume the run first: odw-tui resume odw:{run_id}")
    if not is_own_name(command.id):
        raise Refused(f"{command.id!r} cannot be the name of a command.")
    if isinstance(command, Decide):
        # First what is secret: whoever finds the command finds that, too.
        command = said_aside(folder.root / epoch, command, secret)
    try:
        write_private(folder.control(epoch) / f"{command.id}{_SUFFIX}", {**encode_command(command), "by": by})
    except FileNotFoundError:
        raise Refused(f"The supervisor of {run_id} has just ended; look at the run again.") from None


def receipt(state: Path, run_id: str, command_id: str) -> Receipt | None:
    """The supervisor's word on a command, ``sent`` while it still lies there, None when neither is so."""
    folder = RunFolder(state, run_id)
    if not is_own_name(command_id):
        return None
    name = f"{command_id}{_SUFFIX}"
    present = folder.present_epoch()
    # Looked at first: its receipt is there before it is taken away.
    is_lying = present is not None and (folder.control(present) / name).exists()
    # What was told again was refused for its first supervisor; the word of the present one counts.
    for epoch in sorted(folder.epochs(), key=lambda one: one != present):
        fields = read_object(folder.receipts(epoch) / name)
        if fields is not None and (said := decode_receipt(command_id, fields)) is not None:
            return said
        if epoch == present and is_lying:
            return Receipt(command_id, Outcome.SENT, "" if is_held(folder.lock) else "its supervisor is gone")
    return None


def sent(state: Path, run_id: str) -> tuple[Command, ...]:
    """Commands that lie there and were not taken yet: every room sees them. Without what was answered."""
    folder = RunFolder(state, run_id)
    epoch = folder.present_epoch()
    return () if epoch is None else tuple(command for command, _ in lying(folder.control(epoch)))


def sent_decisions(state: Path, run_id: str) -> frozenset[str]:
    """Ids of the questions whose decision lies there and was not taken yet."""
    return frozenset(one.decision.question_id for one in sent(state, run_id) if isinstance(one, Decide))


def lying(control: Path) -> list[tuple[Command, str]]:
    """What lies in one control folder and who wants it, the oldest first. What is no command is left alone."""
    found: list[tuple[int, Command, str]] = []
    try:
        with os.scandir(control) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(_SUFFIX)]
    except OSError:
        return []
    for name in names:
        identity = name.removesuffix(_SUFFIX)
        fields = read_object(control / name) if is_own_name(identity) else None
        command = decode_command(fields) if fields is not None else None
        if fields is None or command is None or command.id != identity:
            continue
        try:
            found.append(((control / name).lstat().st_mtime_ns, command, text(fields, "by")))
        except OSError:
            continue
    return [(command, by) for _, command, by in sorted(found, key=lambda one: (one[0], one[1].id))]


def write_receipt(folder: RunFolder, epoch: str, said: Receipt) -> None:
    """Say what became of a command, then take it away: a reader sees at least one of both at every moment."""
    write_private(folder.receipts(epoch) / f"{said.command_id}{_SUFFIX}", encode_receipt(said, time.time()))
    (folder.control(epoch) / f"{said.command_id}{_SUFFIX}").unlink(missing_ok=True)


def bury(folder: RunFolder, *, reason: str, but: str | None = None) -> None:
    """Commands left for an epoch that is over are never obeyed: each gets its receipt."""
    for epoch in folder.epochs():
        if epoch != but:
            for command, _ in lying(folder.control(epoch)):
                write_receipt(folder, epoch, Receipt(command.id, Outcome.REFUSED, reason))
