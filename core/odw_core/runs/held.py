"""Held calls: answers that odw's runner was about to give by itself, kept back until a person gives one.

A folder for each: ``call.json`` says what is asked, ``answer.json`` what was decided. Whoever holds the call makes the
folder and removes it (``holding``); a call whose holder is gone is no call.
"""

from __future__ import annotations

import os
import re
import shlex
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.loose import integer, text, text_or_none, texts
from odw_core.errors import Refused
from odw_core.process.spawn import python_module, started_mark
from odw_core.runs.folders import private_chain, read_object, write_private

HELD, PROGRAM = "ODW_TUI_HELD", "ODW_TUI_PANDACODE"
"""Variables: the folder in which calls are laid down, and the program that carries them out."""
RUN_FOLDER = "held"
"""Name of that folder in the private folder of a run."""
_CALL, _ANSWER = "call.json", "answer.json"
_CALL_NAME = re.compile(r"\d{10,20}-[0-9a-f]{8}")
_YOUNG_S = 60.0
_WRAPPER = """#!/bin/sh
# Stands in for pandacode where odw looks for it: holds an answer until a person decides, and is gone for all else.
case "$1 $2" in
  answer\\ *|codex\\ answer|claude\\ answer|bamboo\\ answer) exec {hold} "$@" ;;
esac
exec "${{{program}:-pandacode}}" "$@"
"""


@dataclass(frozen=True, slots=True)
class HeldCall:
    """One call of ``pandacode answer`` that waits."""

    folder: Path
    words: tuple[str, ...]
    """The call as the runner made it, from ``answer`` on."""
    place: str
    """Folder above the ``.pandacode`` that holds the session's record; empty when it lies elsewhere."""
    runtime: str
    """``auto`` or empty where the call names none."""
    session: str
    at: float
    """Unix seconds."""

    @property
    def id(self) -> str:
        return self.folder.name


def waiting(top: Path) -> list[HeldCall]:
    """The calls that wait below ``top`` for an answer, the oldest first."""
    try:
        found = [_call(folder) for folder in top.iterdir()]
    except OSError:
        return []
    calls = [call for call in found if call is not None and not (call.folder / _ANSWER).exists()]
    return sorted(calls, key=lambda call: (call.at, call.id))


def _call(folder: Path) -> HeldCall | None:
    """The call that is held in a folder; None when its holder is gone."""
    fields = read_object(folder / _CALL)
    pid = integer(fields, "pid") if fields is not None else None
    if fields is None or pid is None or not _is_there(pid, text_or_none(fields, "started")):
        return None
    at = fields.get("at")
    return HeldCall(
        folder=folder,
        words=tuple(texts(fields, "words")),
        place=text(fields, "place"),
        runtime=text(fields, "runtime"),
        session=text(fields, "session"),
        at=float(at) if isinstance(at, int | float) else 0.0,
    )


def abandoned(top: Path) -> list[Path]:
    """Folders of calls whose holder is gone; one that is just being laid down is none of them."""
    found: list[Path] = []
    with suppress(OSError), os.scandir(top) as entries:
        for entry in entries:
            if not (entry.is_dir(follow_symlinks=False) and _CALL_NAME.fullmatch(entry.name)):
                continue
            folder = Path(entry.path)
            is_laid = read_object(folder / _CALL) is not None
            with suppress(OSError):
                is_old = time.time() - entry.stat(follow_symlinks=False).st_mtime > _YOUNG_S
                if (is_laid or is_old) and _call(folder) is None:
                    found.append(folder)
    return sorted(found)


def is_held(call: HeldCall) -> bool:
    """Whether its holder is still there, with or without an answer."""
    return _call(call.folder) is not None


def is_waiting(call: HeldCall) -> bool:
    """Whether it still waits for its answer."""
    return is_held(call) and not (call.folder / _ANSWER).exists()


def release(call: HeldCall, words: list[str]) -> None:
    """Let it go on, with these words in place of the runner's own. Raises ``Refused`` when nobody waits any more."""
    if not is_waiting(call):
        raise Refused("Nobody waits for this answer any more; look at its run.")
    write_private(call.folder / _ANSWER, {"words": words})


def _is_there(pid: int, started: str | None) -> bool:
    mark = started_mark(pid)
    if mark is not None or started is not None:
        return mark == started
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def wrapper(state: Path) -> Path:
    """The program to name as ``ODW_PANDACODE_BIN``; laid down anew only where it is not what it should be."""
    path = private_chain(state, "bin") / "pandacode"
    # Isolated: it runs in a folder that agents write, and Python would import what lies there.
    python, *rest = python_module("odw_core.runs.holding")
    said = _WRAPPER.format(hold=shlex.join([python, "-P", *rest]), program=PROGRAM)
    try:
        if path.read_text("utf-8") == said and os.access(path, os.X_OK):
            return path
    except OSError:
        pass
    draft = path.with_name(f".pandacode.{os.getpid()}")
    draft.write_text(said, "utf-8")
    draft.chmod(0o700)
    draft.replace(path)
    return path


def folder_of_held(state: Path) -> Path:
    """Where calls of runs typed by hand are laid down; not made here."""
    return state / "held"
