"""The smallest Converge run folders and queue rows for every row of docs/states.md."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from drivers.state_table import MUCH_LATER, NOW, Case

PAUSED = "Coordination complete with status: HITL_REQUIRED"
CRASH = "Configuration error: 'utf-8' codec can't decode byte 0xff in position 0"

RUNS, TASKS = "Converge runs", "Converge tasks"

_BEGAN = datetime.fromtimestamp(NOW - 60, UTC)
STAMP = f"{_BEGAN:%Y%m%dT%H%M%S}000000Z"

_COLUMNS = (
    "id TEXT PRIMARY KEY, status TEXT, created_at TEXT, updated_at TEXT, attempts INTEGER, request_json TEXT, "
    "last_error TEXT, artifacts_dir TEXT, claimed_at TEXT, claim_token TEXT, source TEXT, source_event_id TEXT, "
    "idempotency_key TEXT, dedupe_key TEXT UNIQUE, hitl_questions_json TEXT, hitl_resolution_json TEXT, "
    "status_reason TEXT, resolution_json TEXT"
)


def run(
    status: str | None,
    *,
    questions: tuple[str, ...] = (),
    issues: tuple[str, ...] = (),
    is_there: bool = True,
    is_split: bool = True,
) -> Callable[[Path], None]:
    """Lays a complete run folder down; without a status only a file that is not run.json."""

    def lay(place: Path) -> None:
        folder = place / ".converge" / "runs" / STAMP
        folder.mkdir(parents=True)
        matrix = "# Responsibility Matrix\n\nGoal: x\n" + ("\n## api\n\n- build it\n" if is_split else "")
        (folder / "responsibility-matrix.md").write_text(matrix)
        (folder / "summary.md").write_text("# Summary\n")
        if status is None:
            return
        plan = {
            "repo_path": "api",
            "provider": "codex",
            "status": "HITL_REQUIRED" if questions else "OK",
            "summary": "a plan",
            "proposed_changes": ["change it"],
            "questions_for_hitl": list(questions),
            "raw": {"execution_mode": "heuristic"},
        }
        contracts = {"repos": [], "issues": list(issues), "summary": {"issue_count": len(issues)}}
        repos = [{"path": "api", "exists": is_there, "repo_type": "unknown", "signals": [], "constraints": ["none"]}]
        record = {
            "goal": "x",
            "status": status,
            "round": 1,
            "max_rounds": 1,
            "human_decision": None,
            "events": [],
            "repo_plans": [plan],
            "contract_analysis": contracts,
        }
        (folder / "constraints.json").write_text(json.dumps({"goal": "x", "repos": repos}))
        (folder / "run.json").write_text(json.dumps(record))

    return lay


def empty(place: Path) -> None:
    (place / ".converge" / "runs" / STAMP).mkdir(parents=True)


def logged(*messages: str, level: str = "INFO") -> Callable[[Path], None]:
    """Lays an empty run folder down, and the log of its stdout that somebody saved."""

    def lay(place: Path) -> None:
        empty(place)
        (place / "logs").mkdir()
        head = ("Config initialized: goal=x, repos=['api']", "CodexAgent initialized", *messages)
        levels = ("INFO", "INFO", *(level for _ in messages))
        records = zip(levels, head, strict=True)
        lines = (f"{_BEGAN:%Y-%m-%d %H:%M:%S} - converge - {each} - {message}\n" for each, message in records)
        (place / "logs" / "coordinate.log").write_text("".join(lines))

    return lay


def tied(status: str) -> Callable[[Path], None]:
    """Lays an empty run folder down, and the task that says it is its own."""

    def lay(place: Path) -> None:
        task(status, artifacts=f".converge/runs/{STAMP}")(place)
        (place / ".converge" / "runs" / STAMP).mkdir(parents=True)

    return lay


def task(
    status: str, questions: tuple[str, ...] = (), error: str | None = None, artifacts: str | None = None
) -> Callable[[Path], None]:
    """Lays a queue of one task down."""

    def lay(place: Path) -> None:
        (place / ".converge").mkdir()
        at = f"{_BEGAN:%Y-%m-%d %H:%M:%S}.000000"
        row = {
            "id": "task-1",
            "status": status,
            "created_at": at,
            "updated_at": at,
            "attempts": 0,
            "request_json": json.dumps({"goal": "x", "repos": ["api"]}),
            "last_error": error,
            "artifacts_dir": artifacts,
            "hitl_questions_json": json.dumps(questions) if questions else None,
        }
        with closing(sqlite3.connect(place / "converge.db")) as database:
            database.execute(f"CREATE TABLE tasks ({_COLUMNS})")
            names = ", ".join(row)
            database.execute(f"INSERT INTO tasks ({names}) VALUES ({', '.join('?' for _ in row)})", [*row.values()])
            database.commit()

    return lay


CASES = [
    Case(RUNS, "empty", "no file yet, and its process lives", "running", empty, True),
    Case(RUNS, "empty", "no file yet, young, and nobody can tell", "running", empty, None),
    Case(RUNS, "empty", "no file, and its process is gone", "stale", empty, False),
    Case(RUNS, "empty", "no file for too long, and nobody can tell", "stale", empty, None, MUCH_LATER),
    Case(
        RUNS,
        "partial",
        "files, but no readable `run.json`, and nothing for too long",
        "stale",
        run(None),
        None,
        MUCH_LATER,
    ),
    Case(RUNS, "empty", "its task waits for a person", "waiting", tied("HITL_REQUIRED"), item=STAMP),
    Case(RUNS, "empty", "its task failed", "failed", tied("FAILED"), item=STAMP),
    Case(RUNS, "empty", "its task was cancelled", "idle", tied("CANCELLED"), item=STAMP),
    Case(RUNS, "empty", "its saved log goes on", "running", logged("codex_plan_built: prompt_length=9, repo=api")),
    Case(RUNS, "empty", "its saved log says that it paused", "blocked", logged(PAUSED)),
    Case(RUNS, "empty", "its saved log ends in a crash", "failed", logged(CRASH, level="ERROR")),
    Case(RUNS, "empty", "its saved log ends with `Aborted!`", "idle", logged("x\nAborted!")),
    Case(RUNS, "HITL_REQUIRED", "a plan asks a question", "waiting", run("HITL_REQUIRED", questions=("Which?",))),
    Case(
        RUNS,
        "HITL_REQUIRED",
        "contracts do not fit, nobody asks",
        "blocked",
        run("HITL_REQUIRED", issues=("contract drift: openapi.yaml",)),
    ),
    Case(RUNS, "HITL_REQUIRED", "a repo is missing, nobody asks", "blocked", run("HITL_REQUIRED", is_there=False)),
    Case(RUNS, "HITL_REQUIRED", "the split is empty, nobody asks", "blocked", run("HITL_REQUIRED", is_split=False)),
    Case(RUNS, "FAILED", "", "failed", run("FAILED")),
    Case(RUNS, "CONVERGED", "", "done", run("CONVERGED")),
    Case(TASKS, "PENDING", "no worker took it yet", "idle", task("PENDING")),
    Case(TASKS, "CLAIMED", "", "running", task("CLAIMED")),
    Case(TASKS, "RUNNING", "", "running", task("RUNNING")),
    Case(TASKS, "RUNNING", "no worker lives", "stale", task("RUNNING"), False),
    Case(TASKS, "RUNNING", "nothing for too long", "stale", task("RUNNING"), None, MUCH_LATER),
    Case(TASKS, "HITL_REQUIRED", "with a question", "waiting", task("HITL_REQUIRED", ("Which?",))),
    Case(TASKS, "HITL_REQUIRED", "without a question", "blocked", task("HITL_REQUIRED")),
    Case(TASKS, "FAILED", "", "failed", task("FAILED", error="boom")),
    Case(TASKS, "CANCELLED", "", "idle", task("CANCELLED")),
    Case(TASKS, "SUCCEEDED", "", "done", task("SUCCEEDED")),
]
