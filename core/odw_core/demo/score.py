"""Score: a recording as a list of acts (what was written where, how, and when). Reads recordings, writes nothing."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from odw_core.demo.acts import Act, How, Score
from odw_core.demo.earlier import Record, run_versions, session_versions, state_versions
from odw_core.demo.rewriting import RECORDED_ROOT
from odw_core.demo.wide_acts import wide_acts, writer_locks

_PROMPT_MS = re.compile(r"-(\d{13})(?:\.prompt)?\.md$")


def read_score(recording: Path) -> Score:
    """The score of one recorded workspace."""
    files = {
        path.relative_to(recording).as_posix(): path.read_bytes()
        for path in sorted(recording.rglob("*"))
        if path.is_file()
    }
    run_id = next((name.split("/")[2] for name in files if name.startswith(".odw/runs/")), None)
    acts = [*_session_acts(files), *(_run_acts(files, run_id) if run_id else ()), *wide_acts(files)]
    acts.sort(key=lambda act: (act.at_ms, act.how))
    origin_ms = int(run_id.split("-")[-2]) if run_id else acts[0].at_ms
    return Score(run_id, origin_ms, tuple(acts), writer_locks(files))


def _run_acts(files: dict[str, bytes], run_id: str) -> Iterator[Act]:
    folder = f".odw/runs/{run_id}"
    began_ms = int(run_id.split("-")[-2])
    journal = f"{folder}/events.jsonl"
    lines = [(json.loads(line), line) for line in _lines(files[journal])]
    ended_ms = max(entry["ts_ms"] for entry, _ in lines)
    yield Act(began_ms, How.FOLDER, folder)
    yield Act(began_ms, How.WHOLE, f"{folder}/input.raw", files[f"{folder}/input.raw"])
    yield Act(began_ms, How.WHOLE, f"{folder}/script-debug.log")
    for at_ms, data in run_versions(files[f"{folder}/run.json"]):
        yield Act(at_ms, How.OVERWRITTEN, f"{folder}/run.json", data)
        yield Act(at_ms, How.OVERWRITTEN, ".odw/runs/latest.json", data)
    for entry, line in lines:
        yield Act(entry["ts_ms"], How.APPENDED, journal, line)
        yield from _worktree_acts(entry)
    events = [entry["raw"] for entry, _ in lines if isinstance(entry.get("raw"), dict)]
    for at_ms, data in state_versions(events, files[f"{folder}/state.json"]):
        yield Act(at_ms, How.SWAPPED, f"{folder}/state.json", data)
    errors = (entry["ts_ms"] for entry, _ in lines if entry.get("stream") == "stderr")
    for at_ms, line in zip(errors, _lines(files[f"{folder}/script-debug.log"]), strict=True):
        yield Act(at_ms, How.APPENDED, f"{folder}/script-debug.log", line)
    for name, data in files.items():
        if name.startswith(folder) and name.endswith(".prompt.md"):
            yield Act(_ms_in_name(name), How.WHOLE, name, data)
        elif name.startswith(folder) and name.endswith(".report.json"):
            yield Act(json.loads(data)["record"]["updated_ms"], How.WHOLE, name, data)
        elif name == f"{folder}/report.html":
            yield Act(ended_ms + 1, How.WHOLE, name, data)


def _worktree_acts(entry: Record) -> Iterator[Act]:
    raw: Any = entry.get("raw")
    if not isinstance(raw, dict) or "dir" not in raw:
        return
    path = str(raw["dir"]).removeprefix(f"{RECORDED_ROOT}/")
    if raw["type"] == "worktree_done" or raw.get("status") == "done":
        yield Act(entry["ts_ms"], How.REMOVED, path)
    elif raw["type"] in ("worktree_start", "worktree_review_workspace"):
        yield Act(entry["ts_ms"], How.FOLDER, path)


def _session_acts(files: dict[str, bytes]) -> Iterator[Act]:
    for name, data in files.items():
        match name.split("/"):
            case [".pandacode", _, "prompts", _]:
                yield Act(_ms_in_name(name), How.WHOLE, name, data)
            case [".pandacode", _, "logs", _]:
                for line in _lines(data):
                    yield Act(json.loads(line)["ms"], How.APPENDED, name, line)
            case [".pandacode", "sessions", runtime, _]:
                session = json.loads(data)["session"]
                trace = map(json.loads, _lines(files[f".pandacode/{runtime}/logs/{session}.jsonl"]))
                for at_ms, version in session_versions(trace, data):
                    yield Act(at_ms, How.SWAPPED, name, version)
                    pointer = {"runtime": runtime, "session": session, "updated_ms": at_ms}
                    for latest in (f".pandacode/sessions/{runtime}/latest.json", ".pandacode/sessions/latest.json"):
                        yield Act(at_ms, How.SWAPPED, latest, json.dumps(pointer, indent=2).encode())


def _lines(data: bytes) -> list[bytes]:
    """Lines with their ends, split on ``\\n`` alone."""
    return io.BytesIO(data).readlines()


def _ms_in_name(name: str) -> int:
    found = _PROMPT_MS.search(name)
    if found is None:
        raise ValueError(f"{name} does not say when it was written")
    return int(found.group(1))
