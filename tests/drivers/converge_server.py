"""The other half of the stand-in for ``converge``: its queue, its REST server and its worker (reference §8 and §9).

It behaves as recorded, faults included: an answer is stored and never read, cancel is only a flag that a worker
overwrites.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import time
import uuid
from contextlib import closing
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from drivers import converge

DATABASE = "converge.db"
PAGES = "CONVERGE_STAND_IN_PAGES"
"""Set for a server as it was later: tasks are listed by the page, and a limit means nothing to it."""
_COLUMNS = (
    "id TEXT PRIMARY KEY, status TEXT, created_at TEXT, updated_at TEXT, attempts INTEGER, request_json TEXT, "
    "last_error TEXT, artifacts_dir TEXT, claimed_at TEXT, claim_token TEXT, source TEXT, source_event_id TEXT, "
    "idempotency_key TEXT, dedupe_key TEXT UNIQUE, hitl_questions_json TEXT, hitl_resolution_json TEXT, "
    "status_reason TEXT, resolution_json TEXT"
)
_MOST_ATTEMPTS = 3
Json = dict[str, Any]


def _open() -> sqlite3.Connection:
    database = sqlite3.connect(DATABASE, timeout=30)
    database.row_factory = sqlite3.Row
    database.execute(f"CREATE TABLE IF NOT EXISTS tasks ({_COLUMNS})")
    return database


def _page(tasks: list[Json], query: str) -> Json:
    """The first page: all that anybody asks for here."""
    size = int(parse_qs(query).get("page_size", ["20"])[0])
    more = {"page": 1, "page_size": size, "offset": 0, "has_next": len(tasks) > size, "has_prev": False}
    return {"items": tasks[:size], "total": len(tasks), **more}


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat()


def _task(row: sqlite3.Row) -> Json:
    shown = ("id", "status", "created_at", "updated_at", "attempts", "last_error", "artifacts_dir", "source")
    task: Json = {name: row[name] for name in (*shown, "idempotency_key", "status_reason", "resolution_json")}
    task["request"] = json.loads(row["request_json"])
    task["hitl_questions"] = json.loads(row["hitl_questions_json"] or "[]")
    return task


def _set(task: str, **columns: object) -> None:
    with closing(_open()) as database, database:
        names = ", ".join(f"{name} = ?" for name in (*columns, "updated_at"))
        database.execute(f"UPDATE tasks SET {names} WHERE id = ?", (*columns.values(), _now(), task))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _reply(self, status: int, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _row(self, task: str) -> sqlite3.Row | None:
        with closing(_open()) as database:
            found: sqlite3.Row | None = database.execute("SELECT * FROM tasks WHERE id = ?", (task,)).fetchone()
            return found

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/healthz":
            self._reply(200, {"ok": True})
        elif path == "/api/tasks":
            with closing(_open()) as database:
                rows = database.execute("SELECT * FROM tasks ORDER BY created_at DESC LIMIT 100").fetchall()
            listed = [_task(row) for row in rows]
            self._reply(200, _page(listed, self.path.partition("?")[2]) if os.environ.get(PAGES) else listed)
        elif path.startswith("/api/tasks/") and (row := self._row(path.rpartition("/")[2])) is not None:
            self._reply(200, _task(row))
        else:
            self._reply(404, {"detail": "Task not found"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = self.path.strip("/").split("/")
        if self.path == "/api/tasks":
            self._create(body)
        elif len(parts) == 4 and parts[3] == "resolve":
            self._resolve(parts[2], body)
        elif len(parts) == 4 and parts[3] == "cancel":
            self._cancel(parts[2])
        else:
            self._reply(404, {"detail": "Not Found"})

    def _create(self, body: bytes) -> None:
        given = json.loads(body)
        if not isinstance(given, dict) or not isinstance(given.get("repos"), list) or "goal" not in given:
            self._reply(422, {"detail": [{"msg": "Field required"}]})
            return
        request = {"goal": given["goal"], "repos": given["repos"], "max_rounds": given.get("max_rounds", 2)}
        request |= {"agent_provider": given.get("agent_provider"), "metadata": given.get("metadata") or {}}
        task, now = str(uuid.uuid4()), _now()
        with closing(_open()) as database, database:
            columns = "id, status, created_at, updated_at, attempts, request_json"
            values = (task, "PENDING", now, now, 0, json.dumps(request))
            database.execute(f"INSERT INTO tasks ({columns}) VALUES (?, ?, ?, ?, ?, ?)", values)
        row = self._row(task)
        assert row is not None
        self._reply(200, {**_task(row), "created_at": f"{now}Z", "updated_at": f"{now}Z"})

    def _resolve(self, task: str, body: bytes) -> None:
        given = json.loads(body)
        row = self._row(task)
        if not isinstance(given, dict):
            self._reply(422, {"detail": "not an object"})
        elif row is None or row["status"] != "HITL_REQUIRED":
            self._reply(400, {"detail": f"Task {task} is not in HITL_REQUIRED state"})
        else:
            _set(task, status="PENDING", hitl_resolution_json=json.dumps(given))
            self._reply(200, {"status": "ok", "message": f"Task {task} resolved and requeued"})

    def _cancel(self, task: str) -> None:
        row = self._row(task)
        if row is None or row["status"] in ("SUCCEEDED", "FAILED"):
            self._reply(400, {"detail": f"Task {task} cannot be cancelled"})
            return
        _set(task, status="CANCELLED")
        self._reply(200, {"status": "ok", "message": f"Task {task} cancelled"})


def serve(given: argparse.Namespace) -> int:
    """``converge server``; prints its port once it listens, since port 0 takes any."""
    with ThreadingHTTPServer((given.host, given.port), _Handler) as server:
        print(f"listening on {server.server_address[1]}", flush=True)
        server.serve_forever()
    return 0


def worker(*, once: bool) -> int:
    """``converge worker``: exit 0 even when a task failed."""
    converge.log("root", "INFO", "Logging configured: level=INFO")
    while True:
        with closing(_open()) as database, database:
            row = database.execute("SELECT * FROM tasks WHERE status = 'PENDING' ORDER BY created_at").fetchone()
            if row is not None:
                claimed = ("RUNNING", _now(), _now(), row["id"])
                database.execute("UPDATE tasks SET status = ?, claimed_at = ?, updated_at = ? WHERE id = ?", claimed)
        if row is not None:
            _work(row)
        elif once:
            return 0
        else:
            time.sleep(0.05)
        if once:
            return 0


def _work(row: sqlite3.Row) -> None:
    request = json.loads(row["request_json"])
    try:
        if not request["goal"].strip():
            raise ValueError("goal must not be blank")
        status, folder = converge.coordinate(
            request["goal"], request["repos"], max_rounds=request["max_rounds"], output=Path(".converge")
        )
    except ValueError as error:
        attempts = row["attempts"] + 1
        state = "FAILED" if attempts >= _MOST_ATTEMPTS else "PENDING"
        _set(row["id"], status=state, attempts=attempts, last_error=str(error)[:500])
        return
    record = json.loads((folder / "run.json").read_text())
    questions = [asked for plan in record["repo_plans"] for asked in plan["questions_for_hitl"]]
    state = "SUCCEEDED" if status == "CONVERGED" else "HITL_REQUIRED"
    # The answer that may be stored is never looked at, and a cancelled task is overwritten.
    _set(row["id"], status=state, artifacts_dir=str(folder), hitl_questions_json=json.dumps(questions))
