"""What a session at work changed: the paths of its patches, each once, the latest last."""

from __future__ import annotations

import json

from odw_core.engines.codex.engine import CodexEngine
from odw_core.model.address import Address
from odw_core.model.evidence import Appended, Facts, Unit
from odw_core.model.item import Item


def item_after(*patches: tuple[str, list[str]], is_over: bool = False) -> Item:
    lines = [
        {"type": "session_meta", "payload": {"id": "t", "cwd": "/w/shop", "timestamp": "2026-11-21T08:00:00Z"}},
        {"type": "event_msg", "payload": {"type": "task_started", "turn_id": "1"}},
    ]
    for status, paths in patches:
        change = {"type": "FileChange", "status": status, "changes": {path: {"type": "update"} for path in paths}}
        lines.append({"type": "event_msg", "payload": {"type": "item_completed", "item": change}})
    if is_over:
        lines.append({"type": "event_msg", "payload": {"type": "task_complete", "turn_id": "1"}})
    data = b"".join(json.dumps({"timestamp": "2026-11-21T08:00:00Z", **line}).encode() + b"\n" for line in lines)
    engine = CodexEngine()
    acc = engine.start(Unit(Address("codex", "t"), "/home/.codex", "/home/.codex/sessions/t.jsonl"))
    return engine.item(engine.fold(acc, Appended("t.jsonl", 0, data, False)), Facts(now=0.0, alive=True))


def test_paths_are_whole_and_the_latest_stands_last() -> None:
    item = item_after(("completed", ["src/a.py", "/w/b.py"]), ("completed", ["../c.py", "src/a.py"]))
    assert item.files == ("/w/b.py", "/w/c.py", "/w/shop/src/a.py")


def test_a_patch_that_was_refused_changed_nothing() -> None:
    assert item_after(("declined", ["src/a.py"]), ("failed", ["src/b.py"])).files == ()


def test_what_is_over_is_in_nobodys_way() -> None:
    assert item_after(("completed", ["src/a.py"]), is_over=True).files == ()
