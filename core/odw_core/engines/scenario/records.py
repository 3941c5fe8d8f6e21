"""The records of a run log: bytes to values and back, as in the scenario reference §4. Decoding never raises."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from odw_core.engines.loose import Json, mapping, parse_object, text

RUN_START, PREFLIGHT, RUN_END = "run_start", "preflight", "run_end"
SCENARIO_START, TOOL_CALL, DIAGNOSTIC, SCENARIO_END = "scenario_start", "tool_call", "diagnostic", "scenario_end"
TYPES = (RUN_START, PREFLIGHT, SCENARIO_START, TOOL_CALL, DIAGNOSTIC, SCENARIO_END, RUN_END)


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a run log. Unknown types and fields are carried along."""

    type: str
    fields: Json

    @property
    def ts_ms(self) -> int | None:
        """When it was written, in milliseconds since 1970."""
        return moment_ms(self.fields.get("ts"))

    @property
    def is_known(self) -> bool:
        return self.type in TYPES


def decode(data: bytes) -> Record | None:
    """One whole line, with or without its end; None when it is no JSON object."""
    fields = parse_object(data)
    return None if fields is None else record_of(fields)


def record_of(fields: Json) -> Record:
    """The record that an object is; its type is empty when nothing says it."""
    # The note that describes these logs does not say where the type stands: beside the fields, or around them.
    for key in ("type", "event", "record"):
        if name := text(fields, key):
            return Record(name, fields)
    around = next((name for name in TYPES if isinstance(fields.get(name), dict)), "")
    return Record(around, {**fields, **mapping(fields, around)} if around else fields)


def encode(record: Record) -> bytes:
    """The line with its end, for one single write."""
    fields = {"type": record.type, **record.fields}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"


def moment_ms(value: object) -> int | None:
    """Milliseconds since 1970 of an ISO-8601 text, taken as local time without a zone; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        return int(datetime.fromisoformat(value).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None
