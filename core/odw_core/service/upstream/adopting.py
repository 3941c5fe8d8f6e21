"""Adopting: reads what a run of upstream left and says what would go on with it natively. Starts and writes nothing."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from odw_core.clock import SystemClock
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.engine import OdwEngine
from odw_core.engines.odw.layout import discover
from odw_core.engines.odw.names import INPUT, JOURNAL, RECORD, STATE
from odw_core.errors import NotFound, Refused
from odw_core.files.safe_open import read_regular
from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.evidence import Appended, Evidence, Facts, Replaced, Unit
from odw_core.model.workflow import REVIEW_APPLY
from odw_core.process.liveness import Liveness
from odw_core.workflows.parallel_review_apply.adopted import Adopted, Left, adopted

_MOST, _MOST_OF_PROMPT = 1 << 30, 1 << 20
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def adoption(address: Address, place: str) -> tuple[Start, str]:
    """The run that goes on with the one at ``address``, and a sentence about what it takes over.

    Raises ``NotFound`` when its files are gone, ``Refused`` when there is nothing to go on with.
    """
    root = address.root
    if root.engine != "odw":
        raise Refused(f"{root} is no run of odw; only those can be adopted.")
    unit = next((one for one in discover(place) if one.address == root), None)
    if unit is None:
        raise NotFound(f"{root} is not below {place} any more.")
    taken: Adopted = adopted(_left(unit))
    return Start(REVIEW_APPLY, taken.given, place, parent=root), taken.note


def _left(unit: Unit) -> Left:
    journal = _read(unit, JOURNAL)
    whole = journal[: journal.rfind(b"\n") + 1]
    given, state = _read(unit, INPUT), _read(unit, STATE)
    engine = OdwEngine()
    acc = engine.start(unit)
    assert isinstance(acc, RunAcc)
    pieces: list[Evidence] = [Appended(JOURNAL, 0, whole, len(whole) < len(journal))]
    pieces += [Replaced(name, data) for name, data in ((INPUT, given), (RECORD, _read(unit, RECORD))) if data]
    for piece in pieces:
        engine.fold(acc, piece)
    alive = Liveness().of(engine.owner(unit, acc)).alive
    if STATE in engine.wanted_files(acc, Facts(SystemClock().now(), alive)) and state:
        engine.fold(acc, Replaced(STATE, state))
    return Left(acc, alive, whole, given, state, lambda runtime, label: _prompt(unit, runtime, label))


def _read(unit: Unit, name: str) -> bytes:
    """Empty when it is not there or is no plain file."""
    try:
        return read_regular(Path(unit.root, name), _MOST)
    except OSError:
        return b""


def _prompt(unit: Unit, runtime: str, label: str) -> str:
    """The whole text of the first prompt that was sent under a label (``codex-impl-docs-1795219696494.prompt.md``)."""
    sought = re.compile(rf"{re.escape(_NO_NAME.sub('-', f'{runtime}-{label}'))}-(\d{{1,15}})\.prompt\.md")
    found = [(int(match[1]), name) for name in os.listdir(unit.root) if (match := sought.fullmatch(name))]  # noqa: PTH208
    for _, name in sorted(found):
        with suppress(OSError, UnicodeDecodeError):
            return read_regular(Path(unit.root, name), _MOST_OF_PROMPT).decode("utf-8")
    return ""
