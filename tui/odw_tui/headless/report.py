"""``show ADDRESS --report FILE``: a walkthrough of a run or session in a file of its own. Prints nothing.

The file is the only thing this command writes: complete or not at all, never over somebody else's file, and never among
the files that are watched.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from odw_core.errors import Refused, UsageError
from odw_core.files.safe_open import NotRegular, read_regular
from odw_core.model.address import Address
from odw_core.model.detail import Detail
from odw_core.paths import user_paths
from odw_core.service.campaigns.reading import campaign_rows
from odw_core.service.campaigns.table import TSV_MARK, CampaignRow, table_text
from odw_core.service.oneshot import Room
from odw_core.service.report.walkthrough import WRITERS, is_report, report
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import facts
from odw_tui.headless.inbox import question_address
from odw_tui.headless.roots import chosen_homes

_WATCHED = (".odw", ".pandacode", ".converge", ".codex")
_HEAD = 200
_TABLE = ".tsv"


def answer(room: Room, given: Given) -> Answer:
    """Write the report and say where it is. Raises ``NotFound``, ``UsageError``, ``Refused``."""
    assert given.report is not None
    target = Path(given.report).expanduser()
    _check(target, chosen_homes(given.codex_home, os.environ), is_forced=given.force)
    detail = room.detail(_asker(room, room.resolve(given.address)).root)
    rows = campaign_rows(user_paths().state, detail.item.address)
    if target.suffix.lower() == _TABLE and not rows:
        raise UsageError(f"{detail.item.address} is no campaign of yours, so it has no table; write .md or .html.")
    write(detail, target, rows)
    address = str(detail.item.address)
    return Answer(
        document=lambda: {"schema": 1, "report": str(target), "address": address},
        lines=lambda look: facts((("report", str(target)), ("of", f"{detail.item.title}  {address}"))),
    )


def write(detail: Detail, target: Path, campaign: Sequence[CampaignRow] = ()) -> None:
    """Put the report of a run or session at ``target``, whatever lies there now. ``campaign`` are its repositories,
    where it is one; they alone make a table. Raises ``OSError``."""
    ending = target.suffix.lower()
    text = table_text(campaign) if ending == _TABLE else report(detail, ending, campaign)
    draft = target.with_name(f".odw-tui-{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("x", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _asker(room: Room, address: Address) -> Address:
    """The run or session a question stands in; any other address as it is."""
    asked = (one.address for one in room.snapshot.questions if question_address(one) == address)
    return next(asked, address)


def _check(target: Path, homes: Iterable[str], *, is_forced: bool) -> None:
    if target.suffix.lower() not in (*WRITERS, _TABLE):
        raise UsageError(
            f"--report writes .md or .html, of a campaign also .tsv; {target.name or target} ends otherwise."
        )
    folder = target.parent
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder} to write the report to.")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file in it.")
    if _is_watched(folder.resolve(), homes):
        raise Refused(f"{folder} is watched, and nothing is ever written there; name a file somewhere else.")
    if not is_forced and os.path.lexists(target) and not _is_ours(target):
        raise Refused(f"{target} is there and is no report of odw-tui; name another file, or add --force.")


def _is_watched(folder: Path, homes: Iterable[str]) -> bool:
    return any(part in _WATCHED for part in folder.parts) or any(
        folder.is_relative_to(Path(home).resolve()) for home in homes
    )


def _is_ours(target: Path) -> bool:
    try:
        head = read_regular(target, _HEAD)
        return is_report(head) or head.startswith(TSV_MARK.encode())
    except (NotRegular, OSError):
        return False
