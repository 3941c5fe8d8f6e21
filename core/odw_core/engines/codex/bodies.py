"""The whole text of one entry of a conversation, from the line it stands on. Pure; foreign text, as it is."""

from __future__ import annotations

import json

from odw_core.engines.codex import records
from odw_core.engines.codex.records import Line, said
from odw_core.engines.codex.telling import answers, patch_text, reasoning_text
from odw_core.engines.loose import Json, mapping, objects, text
from odw_core.model.conversation import EntryKind


def body_of(kind: EntryKind, line: Line, secrets: tuple[str, ...]) -> str:
    """The text; of answers only what is no secret."""
    payload, item = line.payload, mapping(line.payload, "item")
    match kind:
        case EntryKind.USER | EntryKind.AGENT:
            return said(line)
        case EntryKind.REASONING:
            return reasoning_text(item) or reasoning_text(payload) or text(payload, "text")
        case EntryKind.COMMAND | EntryKind.TOOL if "output" in payload:
            return records.output_body(records.output_text(payload))
        case EntryKind.COMMAND:
            if item:
                return text(item, "aggregated_output")
            return records.call_command(payload, records.arguments_of(payload))
        case EntryKind.PATCH:
            return patch_text(payload, records.arguments_of(payload)) or _changes(item)
        case EntryKind.QUESTION:
            return "\n\n".join(_question(asked) for asked in objects(records.arguments_of(payload), "questions"))
        case EntryKind.ANSWER:
            given = answers(payload, secrets)
            unread = "(secret)" if secrets else records.output_text(payload)
            return "\n".join(f"{name}: {answer}" for name, answer in given) or unread
        case EntryKind.COMPACTION:
            return text(payload, "message")
        case EntryKind.END:
            error = payload.get("error")
            return text(mapping(payload, "error"), "message") or (error if isinstance(error, str) else "")
    return json.dumps(dict(item or payload), ensure_ascii=False, indent=2)


def _changes(item: Json) -> str:
    changes = mapping(item, "changes")
    told: list[str] = []
    for path, change in changes.items():
        of = change if isinstance(change, dict) else {}
        told.append(f"{path}\n{text(of, 'unified_diff') or text(of, 'diff') or text(of, 'content')}")
    return "\n".join(told) or json.dumps(item.get("changes"), ensure_ascii=False, indent=2)


def _question(asked: Json) -> str:
    options = [
        f"  - {text(option, 'label')}" + (f": {text(option, 'description')}" if text(option, "description") else "")
        for option in objects(asked, "options")
    ]
    return "\n".join([text(asked, "question"), *options])
