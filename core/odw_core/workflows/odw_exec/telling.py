"""What became of the run of upstream, read from its files once it is over: its own words, and how to go on."""

from __future__ import annotations

import time
from pathlib import Path

from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.fold import fold
from odw_core.engines.odw.item import run_item
from odw_core.engines.odw.names import JOURNAL, RECORD
from odw_core.files.safe_open import read_regular
from odw_core.model.evidence import Appended, Evidence, Facts, Replaced
from odw_core.model.item import Item
from odw_core.workflows.parallel_review_apply.adopted import why_not

_MOST = 1 << 30


def upstream_item(place: str, run_id: str) -> tuple[Item, bool] | None:
    """The row of the run, and whether it can be adopted; None when its files are not there."""
    folder = Path(place, ".odw", "runs", run_id)
    acc = RunAcc(run_id, place)
    try:
        journal = read_regular(folder / JOURNAL, _MOST)
        whole = journal[: journal.rfind(b"\n") + 1]
        pieces: list[Evidence] = [Appended(JOURNAL, 0, whole, len(whole) < len(journal))]
        pieces.append(Replaced(RECORD, read_regular(folder / RECORD, _MOST)))
    except OSError:
        return None
    for piece in pieces:
        acc = fold(acc, piece)
    facts = Facts(time.time(), False)
    return run_item(acc, facts), not why_not(acc, facts.alive)
