"""What upstream's ``odw runs list``, ``runs show``, ``report`` and its retention read of a folder of runs, as the ODW
reference §1, §2 and §5 tell. Strict: a field that is missing or of another type raises ``Unreadable``."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_RUN_ID = re.compile(r"^odw-exec-(resume-)?(\d+)-(\d+)$")
_STATUSES = ("running", "completed", "failed")
_NOTHING = type(None)
_RECORD = {
    "run_id": (str,),
    "action": (str,),
    "workflow": (str,),
    "status": (str,),
    "started_ms": (int,),
    "finished_ms": (int, _NOTHING),
    "session_id": (_NOTHING,),
    "command": (list,),
    "shell": (str,),
    "run_dir": (str,),
    "events_path": (str,),
    "debug_file": (str,),
}
_LINES = {
    "launch": {
        "run_id": (str,),
        "action": (str,),
        "script": (str,),
        "backend": (str,),
        "runner": (str,),
        "state_path": (str, _NOTHING),
        "resume_from": (str, _NOTHING),
        "resume_state_path": (str, _NOTHING),
        "command": (list,),
        "shell": (str,),
    },
    "script_stream": {"stream": (str,), "summary": (str,), "raw": (dict, str)},
    "exit": {"status": (str,), "code": (int, _NOTHING)},
}
_NODE = {"index": (int,), "key": (str,), "label": (str,), "phase": (str,)}
_EVENTS = {
    "workflow_start": {"name": (str,), "script": (str,), "backend": (str,), "resumeFrom": (str, _NOTHING)},
    "phase": {"title": (str,), "detail": (str,)},
    "log": {"message": (str,)},
    "agent_start": {
        **_NODE,
        "runtime": (str,),
        "model": (str,),
        "promptPreview": (str,),
        "config": (dict,),
        "attempt": (int,),
        "maxAttempts": (int,),
    },
    "agent_done": {**_NODE, "attempt": (int,), "maxAttempts": (int,), "ok": (bool,), "result": (dict, str)},
    "agent_skip": {**_NODE, "reason": (str,), "result": (dict, str)},
    "agent_retry": {**_NODE, "attempt": (int,), "nextAttempt": (int,), "maxAttempts": (int,), "reason": (str,)},
    "parallel_start": {"label": (str,), "phase": (str,), "count": (int,), "max": (int,)},
    "parallel_done": {"label": (str,), "phase": (str,), "count": (int,), "max": (int,), "ok": (int,)},
    "worktree_start": {"label": (str,), "phase": (str,), "dir": (str,)},
    "worktree_done": {"label": (str,), "phase": (str,), "dir": (str,), "changed": (bool,), "files": (int,)},
    "worktree_review_workspace": {"label": (str,), "status": (str,), "files": (int,)},
    "worktree_review_gate": {
        "label": (str,),
        "ok": (bool,),
        "decision": (str,),
        "applyReady": (bool,),
        "files": (int,),
        "file_samples": (list,),
        "reviewers": (int,),
        "review_decisions": (list,),
        "blockers": (int,),
        "blocker_samples": (list,),
    },
    "worktree_patch_apply": {"label": (str,), "ok": (bool,), "applied": (bool,), "files": (int,)},
    "worktree_snapshot_check": {
        "label": (str,),
        "ok": (bool,),
        "files": (int,),
        "file_samples": (list,),
        "added": (int,),
        "removed": (int,),
        "modified": (int,),
    },
    "worktree_snapshot_restore": {"label": (str,), "ok": (bool,), "restored": (int,), "removed": (int,)},
    "workflow_done": {"name": (str,), "result": (dict,)},
    "workflow_error": {"message": (str,)},
}
_HISTORY, _TAIL, _NEWEST = 12, 80, 20
_HOUR_MS = 3_600_000


class Unreadable(AssertionError):
    """Something is not as those commands need it."""


def runs_list(workspace: Path) -> Json:
    """``odw runs list --json``: every readable record; folders without one are absent."""
    runs = workspace / ".odw" / "runs"
    found = [_record(folder) for folder in sorted(runs.iterdir()) if (folder / "run.json").is_file()]
    return {"runs_dir": str(runs), "runs": found}


def runs_list_text(workspace: Path) -> list[str]:
    """``odw runs list``: one line for each of the newest."""
    runs = sorted(runs_list(workspace)["runs"], key=lambda run: run["started_ms"], reverse=True)
    return [f"{run['run_id']} {run['status']} {run['workflow']}" for run in runs[:_NEWEST]]


def runs_show(workspace: Path, run_id: str = "latest") -> list[str]:
    """``odw runs show``: the record, then the tail of its journal and the last of its phases and logs."""
    runs = workspace / ".odw" / "runs"
    if run_id == "latest":
        latest = _checked(json.loads((runs / "latest.json").read_bytes()), _RECORD, "latest.json")
        run_id = latest["run_id"]
        if latest != _record(runs / run_id):
            raise Unreadable(f"latest.json is no copy of the record of {run_id}")
    record = _record(runs / run_id)
    lines = _journal(runs / run_id)
    _in_order(lines, record)
    events = [line["raw"] for line in lines if line["type"] == "script_stream" and isinstance(line["raw"], dict)]
    history = [event.get("title") or event.get("message") for event in events if event["type"] in ("phase", "log")]
    said = [line["summary"] for line in lines if line["type"] == "script_stream"][-_TAIL:]
    return [f"{record['run_id']} {record['status']}", *map(str, history[-_HISTORY:]), *said]


def report(workspace: Path, run_id: str) -> Path:
    """``odw report --run``: where the page lies."""
    path = workspace / ".odw" / "runs" / run_id / "report.html"
    if not path.read_bytes().startswith(b"<!"):
        raise Unreadable(f"{path} is no page")
    return path


def removable(workspace: Path, keep: int, now_ms: int) -> list[str]:
    """What ``odw exec`` would remove after it made its own folder."""
    runs = workspace / ".odw" / "runs"
    names = sorted(folder.name for folder in runs.iterdir() if folder.is_dir())
    return [name for name in names[: max(0, len(names) - keep)] if _is_old(runs / name, now_ms)]


def _is_old(folder: Path, now_ms: int) -> bool:
    try:
        record = _record(folder)
    except (OSError, ValueError):
        match = _RUN_ID.match(folder.name)
        return match is None or match[1] is not None or now_ms - int(match[2]) > _HOUR_MS
    age = now_ms - (record["finished_ms"] or record["started_ms"])
    return bool(age > (24 * _HOUR_MS if record["status"] == "running" else _HOUR_MS))


def _record(folder: Path) -> Json:
    record = _checked(json.loads((folder / "run.json").read_bytes()), _RECORD, f"{folder.name}/run.json")
    if record["run_id"] != folder.name or not _RUN_ID.match(folder.name):
        raise Unreadable(f"{folder.name} calls itself {record['run_id']}")
    if record["action"] != "exec" or record["status"] not in _STATUSES:
        raise Unreadable(f"{folder.name}: {record['action']}, {record['status']}")
    if not all(isinstance(word, str) for word in record["command"]):
        raise Unreadable(f"{folder.name}: its command is {record['command']}")
    for name, expected in (("run_dir", folder), ("events_path", folder / "events.jsonl")):
        if Path(record[name]) != expected:
            raise Unreadable(f"{folder.name}: {name} is {record[name]}")
    if not Path(record["debug_file"]).is_file() or not (folder / "input.raw").is_file():
        raise Unreadable(f"{folder.name}: what stands beside a journal is not there")
    return record


def _journal(folder: Path) -> list[Json]:
    """Whole lines alone: what follows the last line end is being written."""
    whole = (folder / "events.jsonl").read_bytes().rpartition(b"\n")[0]
    lines = [json.loads(line) for line in whole.split(b"\n")]
    for number, line in enumerate(lines, 1):
        where = f"{folder.name}, line {number}"
        _checked(line, {"type": (str,), "ts_ms": (int,), **_LINES.get(line.get("type"), {})}, where)
        raw = line.get("raw")
        if isinstance(raw, dict):
            # Kinds that nobody knows are tolerated.
            _checked(raw, {"type": (str,), "ts": (str,), **_EVENTS.get(raw.get("type"), {})}, where)
            datetime.fromisoformat(raw["ts"])
    return lines


def _in_order(lines: list[Json], record: Json) -> None:
    """It begins with the launch; it ends with the exit when the record says so, and only then."""
    kinds = [line["type"] for line in lines]
    if kinds[0] != "launch" or lines[0]["run_id"] != record["run_id"] or kinds.count("launch") != 1:
        raise Unreadable(f"{record['run_id']}: it does not begin with its launch")
    is_over = record["status"] != "running"
    if (kinds[-1] == "exit") is not is_over or (is_over and lines[-1]["status"] != record["status"]):
        raise Unreadable(f"{record['run_id']}: {record['status']}, and its journal ends with {lines[-1]}")


def _checked(value: object, types: dict[str, tuple[type, ...]], where: str) -> Json:
    if not isinstance(value, dict):
        raise Unreadable(f"{where} is no object")
    for name, allowed in types.items():
        if name not in value:
            raise Unreadable(f"{where}: no {name} in {value}")
        # To a strict reader true is no number.
        if type(value[name]) not in allowed:
            raise Unreadable(f"{where}: {name} is {value[name]!r}")
    return value
