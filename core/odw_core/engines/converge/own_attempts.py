"""OwnAttempts: what runs of ours filed beside Converge's own files: the log of a run that they drove, a call that they
made once more. Follows no link; looks at a run that has nothing of the kind only while it is young."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from odw_core.engines.converge import layout
from odw_core.engines.converge.acc import RepeatAcc
from odw_core.engines.converge.names import ADOPT_KEY, LOG_KEY, REPEAT_KEY
from odw_core.engines.loose import integer, mapping, parse_object, text
from odw_core.files.safe_open import read_regular
from odw_core.files.stamps import FolderStamp, folder_stamp
from odw_core.text.ansi import one_line

_RUNS = ".odw/runs"
_NAME = re.compile(r"^odw-exec-(\d{10,15})-\d{1,9}$")
_KEYS = (LOG_KEY, REPEAT_KEY, ADOPT_KEY)
_ATTEMPT = re.compile(rf"^({'|'.join(_KEYS)})-\d{{1,6}}$")
_RESULT, _STDERR = "result.json", "stderr.log"
_MOST = 4 << 20
_MOST_REPEATS = 200
_YOUNG_S = 900.0
"""How long after its start a run may still begin its first attempt."""


class OwnAttempt(NamedTuple):
    """The folder of one attempt."""

    run: str
    key: str
    """``converge``, ``repeat`` or ``adopts``."""
    path: str


@dataclass(slots=True)
class _Known:
    mark: FolderStamp | None = None
    open: set[str] = field(default_factory=set)
    """Runs of which nothing is known yet."""
    ours: set[str] = field(default_factory=set)
    names: frozenset[str] = frozenset()


class OwnAttempts:
    """Shared by the runs of an engine: one look at the folder of a place for all of them."""

    def __init__(self) -> None:
        self._places: dict[str, _Known] = {}

    def of(self, place: str) -> list[OwnAttempt]:
        """Every such attempt below a place, the oldest run first."""
        runs = f"{place}/{_RUNS}"
        known = self._places.setdefault(place, _Known())
        if not self._renew(known, place, runs):
            return []
        self._look(known, runs)
        found: list[OwnAttempt] = []
        for run in sorted(known.ours):
            folder = f"{runs}/{run}/attempts"
            names = sorted(name for name in _names(folder) if _ATTEMPT.match(name))
            found += [OwnAttempt(run, name.partition("-")[0], f"{folder}/{name}") for name in names]
        return [one for one in found if layout.is_folder(one.path)]

    def logs(self, place: str) -> list[str]:
        """What runs of ours heard Converge say."""
        paths = (f"{one.path}/stdout.log" for one in self.of(place) if one.key == LOG_KEY)
        return [path for path in paths if layout.is_regular(path)]

    def result_marks(self, place: str) -> list[tuple[str, int, int]]:
        """Changes when a repeated call gets its result, and when a run of ours goes on with something."""
        found = []
        for one in self.of(place):
            if one.key != LOG_KEY:
                try:
                    status = os.lstat(f"{one.path}/{_RESULT}")
                except (OSError, ValueError):
                    continue
                found.append((one.path, status.st_size, status.st_mtime_ns))
        return found

    def repeats(self, place: str, run: str) -> list[RepeatAcc]:
        """Calls that were made once more for a run of Converge, the oldest first."""
        found = (_repeat(one, run) for one in self.of(place) if one.key == REPEAT_KEY)
        return [one for one in found if one is not None][-_MOST_REPEATS:]

    def adopted(self, place: str) -> dict[str, str]:
        """Runs and tasks of the place to the newest run of ours that goes on with them."""
        found: dict[str, str] = {}
        for one in self.of(place):
            if one.key == ADOPT_KEY and (target := text(mapping(_result(one), "adopts"), "run")):
                found[target] = one.run
        return dict([*found.items()][-_MOST_REPEATS:])

    def _renew(self, known: _Known, place: str, runs: str) -> bool:
        if not (layout.is_folder(f"{place}/.odw") and layout.is_folder(runs)):
            return False
        mark = folder_stamp(runs)
        if mark is None or mark != known.mark:
            names = frozenset(name for name in _names(runs) if _NAME.match(name))
            known.open |= names - known.names
            known.open &= names
            known.ours &= names
            known.mark = mark
            known.names = names
        return True

    def _look(self, known: _Known, runs: str) -> None:
        now = time.time()
        for run in [*known.open]:
            attempts = f"{runs}/{run}/attempts"
            # Runs of odw itself have no such folder: one look at each is enough.
            has_any = layout.is_folder(attempts) and layout.is_folder(f"{runs}/{run}")
            if has_any and any(layout.is_folder(f"{attempts}/{key}-1") for key in _KEYS):
                known.ours.add(run)
                known.open.discard(run)
            elif (match := _NAME.match(run)) is None or now - int(match[1]) / 1000 > _YOUNG_S:
                known.open.discard(run)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208
    except (OSError, ValueError):
        return []


def _result(one: OwnAttempt) -> dict[str, object]:
    """What stands in its result; nothing when there is none."""
    try:
        return parse_object(read_regular(f"{one.path}/{_RESULT}", _MOST)) or {}
    except (OSError, ValueError):
        return {}


def _repeat(one: OwnAttempt, run: str) -> RepeatAcc | None:
    """What one of them says; None when it is not over, or was made for another run."""
    fields = _result(one)
    of = mapping(fields, "repeats")
    if text(of, "run") != run:
        return None
    return RepeatAcc(
        run=one.run,
        path=f"{one.path}/{_STDERR}",
        repo=text(of, "repo"),
        round=integer(of, "round") or 1,
        model=text(of, "model"),
        exit=integer(fields, "exit_code"),
        is_answered=fields.get("ok") is True,
        bytes=integer(fields, "stderr_bytes") or 0,
        cause=one_line(text(fields, "cause"), 400),
        line=max(1, integer(fields, "cause_line") or 1),
    )
