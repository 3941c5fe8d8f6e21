"""What people called their sessions: lines of ``session_index.jsonl``. Pure."""

from __future__ import annotations

from odw_core.engines.loose import parse_object, text


def names_of_index(lines: bytes) -> dict[str, str]:
    """Thread id to name, from whole lines; the last line wins. Lines that say nothing are passed over."""
    found: dict[str, str] = {}
    for line in lines.split(b"\n"):
        fields = parse_object(line) if line else None
        if fields is None:
            continue
        if thread_id := text(fields, "id"):
            found[thread_id] = text(fields, "thread_name")
    return {thread_id: name for thread_id, name in found.items() if name.strip()}
