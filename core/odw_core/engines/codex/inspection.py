"""The raw reading for verification: keys as in the Codex reference (§4, end). Not stable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from odw_core.engines.base import Read
from odw_core.engines.codex import records
from odw_core.engines.codex.acc import UNKNOWN, SessionAcc
from odw_core.engines.codex.index_names import names_of_index
from odw_core.engines.codex.marks import MESSAGE_CHARS
from odw_core.engines.codex.names import NAMES, PATCH_TOOL, is_archived
from odw_core.engines.codex.status import (
    Status,
    approval_calls,
    asking_calls,
    commands_of,
    is_open,
    status_of,
    turns_of,
)
from odw_core.engines.loose import text
from odw_core.files.growing_file import GrowingFile
from odw_core.files.safe_open import read_regular

_MAX_INDEX = 64 << 20
_BLOCK = 1 << 20

Document = dict[str, object]


def inspection(read: Sequence[Read], places: Iterable[str]) -> dict[str, object]:
    """The ``codex`` section, by thread id. Names come from each home's own index."""
    names = {place: _names(place) for place in places}
    sessions = [
        inspect_session(acc, names.setdefault(unit.place, _names(unit.place)))
        for unit, acc, _ in sorted(read, key=lambda one: one.unit.address)
        if isinstance(acc, SessionAcc)
    ]
    return {"codex": {"sessions": sessions}}


def _names(place: str) -> dict[str, str]:
    try:
        return names_of_index(read_regular(f"{place}/{NAMES}", _MAX_INDEX))
    except (OSError, ValueError):
        return {}


def inspect_session(acc: SessionAcc, names: dict[str, str]) -> Document:
    """One session as ``inspect --json`` prints it; the reading of its transcript with a living writer."""
    status = status_of(acc)
    commands, failed = commands_of(acc)
    document: Document = {
        "id": acc.thread_id,
        "path": acc.root.removeprefix(f"{acc.place}/"),
        "archived": is_archived(acc.place, acc.root),
        "name": names.get(acc.thread_id),
        "format": acc.format or None,
        "status": str(status),
        "turns": turns_of(acc),
        "commands": commands,
        "failed_commands": failed,
        "patches": acc.patches,
        "compactions": acc.compactions,
        "error": acc.error if status is Status.FAILED else None,
        "last_message": _last_message(acc),
        "tokens_total": acc.usage.total if acc.usage else None,
        "model": acc.model,
        "approval_policy": acc.approval_policy,
        "sandbox": acc.sandbox,
        "mode": acc.mode,
        "cwd": acc.cwd,
        "git_branch": acc.branch,
        "source": acc.source,
        "originator": acc.originator,
        "cli_version": acc.version,
        "history_mode": acc.history_mode,
        "forked_from": acc.forked_from,
        "torn_last_line": acc.is_torn,
    }
    if is_open(acc):
        document["status_if_no_writer"] = "stale"
    if status is Status.WAITING_APPROVAL:
        call = next(iter(approval_calls(acc).values()))
        document["approval"] = PATCH_TOOL if call.name == PATCH_TOOL else call.text
        document["inferred"] = True
    if status is Status.WAITING_INPUT:
        asked = [question for call in asking_calls(acc).values() for question in call.questions]
        document["question_ids"] = [text(question, "id") for question in asked]
    return document


def _last_message(acc: SessionAcc) -> str | None:
    """The last message whole: the fold keeps the beginning of a long one."""
    kept = acc.last_message
    if kept is None or len(kept) < MESSAGE_CHARS or acc.message_offset == UNKNOWN:
        return kept
    try:
        file = GrowingFile(acc.root)
    except (OSError, ValueError):
        return kept
    try:
        data = b""
        while b"\n" not in data[-_BLOCK:] and (more := file.read(acc.message_offset + len(data), _BLOCK)):
            data += more
    finally:
        file.close()
    line = records.read_line(data.partition(b"\n")[0])
    return records.said(line) if line is not None else kept
