"""The transcript as lines: what was said and done, one line each, or the file as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from odw_core.engines.codex.detail import STREAMS
from odw_core.engines.codex.records import line_of
from odw_core.engines.codex.telling import answers, tell
from odw_core.engines.codex.transcript_file import TranscriptFile
from odw_core.errors import NotFound
from odw_core.files.line_index import FileLines
from odw_core.files.line_source import LineSource
from odw_core.files.record_lines import RecordLines
from odw_core.model.address import Address
from odw_core.model.conversation import EntryKind
from odw_core.model.evidence import Unit


def open_session_log(unit: Unit, address: Address, stream: str | None) -> LineSource:
    """A stream of the session; the conversation unless another one is asked for."""
    if address.parts:
        raise NotFound(f"{address.root} has no parts; show it to see its commands and their output")
    try:
        if stream in (None, "conversation"):
            return RecordLines(unit.root, b'"type":', conversation_line, "conversation", opened=TranscriptFile)
        if stream == "transcript":
            return FileLines(unit.root, "transcript", opened=TranscriptFile)
    except (OSError, ValueError) as error:
        raise NotFound(f"{unit.root} cannot be opened: {error}") from error
    raise NotFound(f"no stream {stream!r}; a session has {', '.join(STREAMS)}")


def conversation_line(record: dict[str, Any]) -> str | None:
    """One line of the transcript as a person reads it: time, who or what, the first words. None for inner lines."""
    line = line_of(record)
    told = tell(line)
    if told is None:
        return None
    if told.closes and answers(line.payload, ()):
        # Nobody can tell from this line alone whether what was answered is a secret.
        told = told._replace(kind=EntryKind.ANSWER, head="answered")
    at_ms = line.at_ms
    is_time = at_ms is not None and 0 <= at_ms < 1 << 43
    when = (
        datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%H:%M:%S") if is_time and at_ms is not None else "--:--:--"
    )
    return f"{when}  {told.kind:<10}  {told.head}" + (f"  ({told.note})" if told.note else "")
