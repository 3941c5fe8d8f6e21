"""What upstream's ``odw runs list``, ``runs show``, ``report`` and its retention read of a folder of runs, as the ODW
reference §1 to §5 tell. Strict: a field that is missing or of another type, or JSON that a stricter parser than
Python's refuses (NaN, half a surrogate, the same key twice), raises ``Unreadable``."""

from __future__ import annotations

import json
import re
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
        "state_path": (str,),
        "resume_from": (str, _NOTHING),
        "resume_state_path": (str, _NOTHING),
        "command": (list,),
        "shell": (str,),
    },
    "script_stream": {"stream": (str,), "summary": (str,), "raw": (dict, str)},
    "exit": {"status": (str,), "code": (int, _NOTHING)},
}
_WHEN = {"whenToUse": (str, _NOTHING)}
_NODE = {"index": (int,), "key": (str,), "label": (str,), "phase": (str,)}
_EVENTS = {
    "workflow_start": {"name": (str,), "script": (str,), "backend": (str,), "resumeFrom": (str,), **_WHEN},
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
    "parallel_done": {"label": (str,), "phase": (str,), "count": (int,), "max": (int,), "ok": (bool,)},
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
_WHO = {**_NODE, "attempt": (int,), "maxAttempts": (int,)}
_STATE = {
    "agents": {
        **_WHO,
        "ok": (bool,),
        "fingerprint": (str,),
        "schema": (str, dict, _NOTHING),
        "model": (str,),
        "result": (dict, str),
        "tokens": (int, _NOTHING),
        "ts": (str,),
    },
    "activeAgents": {**_WHO, "state": (str,), "startedAt": (str,), "updatedAt": (str,)},
    "failedAgents": {**_WHO, "ok": (bool,), "result": (dict, str), "ts": (str,)},
    "checkpoints": {"name": (str,), "ts": (str,)},
}
_RUNNER = {"name": (str,), "script": (str,), "backend": (str,), "resumeFrom": (str,), **_WHEN}
_TS = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
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
    """``odw runs show``: the record, why it failed, its nodes and history from ``state.json``, then the tail of its
    journal and the last of its phases and logs."""
    runs = workspace / ".odw" / "runs"
    if run_id == "latest":
        latest = _checked(_json((runs / "latest.json").read_bytes(), "latest.json"), _RECORD, "latest.json")
        run_id = latest["run_id"]
        if latest != _record(runs / run_id):
            raise Unreadable(f"latest.json is no copy of the record of {run_id}")
    record = _record(runs / run_id)
    lines = _journal(runs / run_id)
    _in_order(lines, record)
    state = _state(runs / run_id)
    events = [line["raw"] for line in lines if line["type"] == "script_stream" and isinstance(line["raw"], dict)]
    history = [event.get("title") or event.get("message") for event in events if event["type"] in ("phase", "log")]
    said = [line["summary"] for line in lines if line["type"] == "script_stream"][-_TAIL:]
    head = [f"{record['run_id']} {record['status']}"]
    if record["status"] == "failed" and (cause := _cause(events[-_TAIL:], state.get("result"))):
        head.append(f"Failure: {cause}")
    return [*head, *_nodes(state), *_steps(state.get("result")), *map(str, history[-_HISTORY:]), *said]


def _cause(events: list[Json], result: object) -> str:
    """The first line of the last uncaught error, else the error of the result."""
    for event in reversed(events):
        if event["type"] == "workflow_error":
            return str(event["message"]).split("\n")[0]
    error = result.get("error") if isinstance(result, dict) and result["ok"] is False else None
    if isinstance(error, dict):
        return f"{error['category']}: {error['message']}".split("\n")[0]
    return str(error or "").split("\n")[0]


def _nodes(state: Json) -> list[str]:
    counts = {name: len(state[name]) for name in _STATE}
    said = [
        f"Nodes: active={counts['activeAgents']} completed={counts['agents']} "
        f"failed_attempts={counts['failedAgents']} checkpoints={counts['checkpoints']}"
    ]
    for name in ("activeAgents", "failedAgents", "agents"):
        listed = sorted(state[name].values(), key=lambda one: one["index"])
        said += [f"{name}: {one['phase']} / {one['label']} key={one['key']}" for one in listed]
    return said


def _steps(result: object) -> list[str]:
    """``Workflow history``: tasks are ids or objects with one, and the first blocker is a string."""
    said: list[str] = []
    for step in result.get("history", []) if isinstance(result, dict) else []:
        tasks = [task if isinstance(task, str) else task["id"] for task in step.get("tasks", [])]
        blockers = step.get("blockers", [])
        if blockers and not all(isinstance(one, str) for one in blockers):
            raise Unreadable(f"blockers are no strings: {blockers}")
        files = len(step.get("files", []))
        said.append(f"{step['step']} r{step.get('round', 1)}: {','.join(tasks)} files={files} blockers={len(blockers)}")
    return said[:_HISTORY]


def report(workspace: Path, run_id: str) -> Path:
    """``odw report --run``: where the page lies."""
    path = workspace / ".odw" / "runs" / run_id / "report.html"
    if not path.read_bytes().startswith(b"<!"):
        raise Unreadable(f"{path} is no page")
    return path


def reported(workspace: Path, run_id: str) -> str:
    """The status that ``odw report`` puts into the head of its page: from the journal alone, never from the record."""
    lines = _journal(workspace / ".odw" / "runs" / run_id)
    types = {line["raw"]["type"] for line in lines if isinstance(line.get("raw"), dict)}
    return "failed" if "workflow_error" in types else "ok" if "workflow_done" in types else "running"


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
    data = (folder / "run.json").read_bytes()
    record = _checked(_json(data, f"{folder.name}/run.json"), _RECORD, f"{folder.name}/run.json")
    if data != json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True).encode() or set(record) != set(_RECORD):
        raise Unreadable(f"{folder.name}: run.json is not as upstream's serialiser writes it")
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
    lines = [_json(line, f"{folder.name}, line {number}") for number, line in enumerate(whole.split(b"\n"), 1)]
    for number, line in enumerate(lines, 1):
        where = f"{folder.name}, line {number}"
        _checked(line, {"type": (str,), "ts_ms": (int,), **_LINES.get(line.get("type"), {})}, where)
        raw = line.get("raw")
        if isinstance(raw, dict):
            # Kinds that nobody knows are tolerated.
            _checked(raw, {"type": (str,), "ts": (str,), **_EVENTS.get(raw.get("type"), {})}, where)
            _moment(raw["ts"], where)
    return lines


def _state(folder: Path) -> Json:
    """Atomic upstream too, so it is whole whenever anybody looks."""
    data = (folder / "state.json").read_bytes()
    where = f"{folder.name}/state.json"
    state = _checked(
        _json(data, where), {**dict.fromkeys(_STATE, (dict,)), "budget": (dict,), "workflow": (dict,)}, where
    )
    for group, fields in _STATE.items():
        for key, one in state[group].items():
            _checked(one, fields, f"{where}, {group}, {key}")
            if one.get("key", one.get("name")) != key:
                raise Unreadable(f"{where}: {key} calls itself {one}")
            _moment(one.get("ts", one.get("updatedAt")), where)
    _checked(state["budget"], {"total": (int, _NOTHING), "spent": (int,)}, where)
    _checked(state["workflow"], _RUNNER, where)
    indexes = [one["index"] for group in ("agents", "activeAgents", "failedAgents") for one in state[group].values()]
    if len(set(indexes)) < len(indexes):
        raise Unreadable(f"{where}: two nodes have one index")
    if data != json.dumps(state, ensure_ascii=False, indent=2).encode():
        raise Unreadable(f"{where} is not as upstream's runner writes it")
    return state


def _moment(said: object, where: str) -> None:
    if not isinstance(said, str) or not _TS.match(said):
        raise Unreadable(f"{where}: {said!r} is no time as a runner writes it")


def _json(data: bytes, where: str) -> Json:
    def refused(word: str) -> object:
        raise Unreadable(f"{where}: {word} is no JSON")

    def once(pairs: list[tuple[str, Any]]) -> Json:
        if len({name for name, _ in pairs}) < len(pairs):
            raise Unreadable(f"{where}: a key stands twice in {[name for name, _ in pairs]}")
        return dict(pairs)

    value = json.loads(data.decode(), parse_constant=refused, object_pairs_hook=once)
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Unreadable(f"{where}: half a surrogate") from error
    if not isinstance(value, dict):
        raise Unreadable(f"{where} is no object")
    return value


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
