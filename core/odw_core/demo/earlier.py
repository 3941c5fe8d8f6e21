"""Earlier: what the files of a recording held before their last writing, as far as the journal tells. Does no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from odw_core.demo.rewriting import moment_of

Record = dict[str, Any]
"""One decoded JSON object of a recording; demo data that was checked when it was recorded."""

Version = tuple[int, bytes]
"""When a file was written, and what it then held."""


def run_versions(final: bytes) -> Iterator[Version]:
    """``run.json``: written when the run starts and when it ends."""
    record = json.loads(final)
    started = record | {"status": "running", "finished_ms": None}
    yield record["started_ms"], _pretty(started)
    if record["finished_ms"] is not None:
        yield record["finished_ms"], final


def state_versions(events: Iterable[Record], final: bytes) -> Iterator[Version]:
    """``state.json``: written at every step of a node and at every checkpoint; the last one is what was recorded."""
    recorded = json.loads(final)
    active: dict[str, Record] = {}
    ended: set[str] = set()
    versions: list[Version] = []
    for event in events:
        at_ms = moment_of(event["ts"]) if "ts" in event else 0
        match event["type"]:
            case "agent_start":
                active[event["key"]] = _active(event)
            case "agent_done":
                active.pop(event["key"], None)
                ended.add(event["key"])
                at_ms = _ended_ms(recorded, event["key"], at_ms)
            case "checkpoint":
                pass
            case _:
                continue
        versions.append((at_ms, _pretty(_state_at(recorded, at_ms, active, ended))))
    last_ms = _last_ms(recorded)
    yield from (version for version in versions if version[0] < last_ms)
    yield last_ms, final


def _active(event: Record) -> Record:
    kept = {name: event[name] for name in ("key", "index", "label", "phase") if name in event}
    tried = {"attempt": event["attempt"], "maxAttempts": event["maxAttempts"], "state": "running"}
    return kept | tried | {"startedAt": event["ts"], "updatedAt": event["ts"]}


def _state_at(recorded: Record, at_ms: int, active: Mapping[str, Record], ended: set[str]) -> Record:
    agents = {key: agent for key, agent in recorded["agents"].items() if key in ended}
    return {
        "agents": agents,
        "activeAgents": dict(active),
        "failedAgents": {key: agent for key, agent in recorded["failedAgents"].items() if key in ended},
        "checkpoints": {name: it for name, it in recorded["checkpoints"].items() if moment_of(it["ts"]) <= at_ms},
        "budget": recorded["budget"] | {"spent": sum(agent.get("tokens") or 0 for agent in agents.values())},
        "workflow": recorded["workflow"],
    }


def _ended_ms(recorded: Record, key: str, otherwise: int) -> int:
    agent = recorded["agents"].get(key) or recorded["failedAgents"].get(key)
    return moment_of(agent["ts"]) if agent else otherwise


def _last_ms(recorded: Record) -> int:
    times = [agent["ts"] for group in ("agents", "failedAgents", "checkpoints") for agent in recorded[group].values()]
    return max(moment_of(text) for text in [*times, *filter(None, [recorded.get("completedAt")])])


def session_versions(trace: Iterable[Record], final: bytes) -> Iterator[Version]:
    """A session record: starting, running, waiting for a person, running again …, and at last what was recorded."""
    recorded = json.loads(final)
    yield recorded["created_ms"], _session_at(recorded, recorded["created_ms"], "starting", None)
    for entry in trace:
        if entry["ms"] >= recorded["updated_ms"] or entry["dir"] != "in":
            continue
        match entry["msg"].get("method"):
            case "turn/started":
                yield entry["ms"], _session_at(recorded, entry["ms"], "running", None)
            case "item/tool/requestUserInput":
                asked = entry["msg"]["params"]["questions"]
                yield entry["ms"], _session_at(recorded, entry["ms"], "waiting_for_user", asked)
    yield recorded["updated_ms"], final


def _session_at(recorded: Record, at_ms: int, status: str, asked: list[Record] | None) -> bytes:
    later = {"last_agent_message", "usage", "missing_artifacts", "answer_file"}
    artifacts = {name: value for name, value in recorded["artifacts"].items() if name not in later}
    artifacts |= {"status": status, "pending_questions": asked}
    record = recorded | {"artifacts": artifacts, "updated_ms": at_ms}
    if status == "starting":
        del artifacts["turn_id"]
        record |= {"thread_id": None, "thread_path": None}
    return _pretty(record)


def _pretty(record: Record) -> bytes:
    return json.dumps(record, indent=2, ensure_ascii=False).encode()
