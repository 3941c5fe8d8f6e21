"""Hostile world: workspaces and a Codex home that try everything a bad one could, and bait that nothing may touch.

Everything lies below one folder. What may be read is named by ``places``; bait lies outside of them or has a name that
is never opened.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import sys
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "fixtures"

CREDENTIAL = "FAKE-NEVER-SHOW-THIS-0000"
"""Stands in ``auth.json`` files and nowhere else."""
BAIT = "bait-that-lies-outside-7f3a91"
"""Stands in files outside of every place."""
SECRET = "canary-in-a-transcript-4b1d77"
"""The secret part of keys that agents wrote into what may be read."""

ACTING = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m \u202eevil\u202c \u200bhidden \x00 \x9b31m [bold]not markup[/]"
MS = 1_795_219_696_047


@dataclass(frozen=True)
class World:
    """Where everything lies."""

    folder: Path
    places: tuple[Path, ...]
    home: Path
    """The Codex home."""
    marker: Path
    """What a command of the world would make."""
    streams: tuple[Path, ...]
    """Files that ``explain`` may be given."""

    @property
    def roots(self) -> list[str]:
        """The places as options."""
        return [word for place in self.places for word in ("--root", str(place))]

    def listing(self) -> dict[str, tuple[int, ...]]:
        """Everything below the folder: what it is, how large, when it was written."""
        found: dict[str, tuple[int, ...]] = {}
        for folder, folders, files in os.walk(self.folder):
            for name in (".", *folders, *files):
                path = f"{folder}/{name}"
                status = os.lstat(path)
                found[path] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino, status.st_nlink)
        return found


def make_world(folder: Path, *, large: int = 2 << 20) -> World:
    """Lay it all below ``folder``; lines that are long have ``large`` bytes."""
    outside, marker = folder / "outside", folder / "marker"
    _lay_bait(outside)
    home = _lay_home(folder / "codex-home", outside, large)
    places = (
        _lay_odw(folder / "shop", outside, marker, large),
        _lay_linked(folder / "--help", outside),
        _lay_converge(folder / f"$(touch {marker.name})", outside, home),
        *_lay_databases(folder / "databases", outside),
        _lay_batches(folder / "line\nbreak", outside, large),
    )
    streams = (_stderr(folder / "--streams", large), folder / "--streams" / "a pipe", folder / "--streams" / "a link")
    os.mkfifo(streams[1])
    streams[2].symlink_to(home / "auth.json")
    return World(folder, places, home, marker, streams)


def key(number: int) -> str:
    """A key as an agent might print it."""
    return f"sk-proj-{SECRET}-{number}"


def _copy(source: Path, target: Path, *, dirs_exist_ok: bool = False) -> None:
    """A copy that can be spoilt, whatever may be done to the original."""
    shutil.copytree(source, target, dirs_exist_ok=dirs_exist_ok)
    target.chmod(0o755)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _lay_bait(outside: Path) -> None:
    """What links lead to: whole and valid, so that whoever follows one shows it."""
    _copy(FIXTURES / "odw" / "b" / "project" / ".odw", outside / ".odw")
    _copy(FIXTURES / "odw" / "d" / "project" / ".pandacode", outside / ".pandacode")
    _copy(FIXTURES / "converge" / "legacy-layout" / "project" / ".converge", outside / ".converge")
    for path in [path for path in outside.rglob("*") if path.is_file()]:
        path.write_text(path.read_text("utf-8", "replace").replace("clamp", BAIT), "utf-8")
    for name in ("bait.log", "bait.md", "bait.jsonl", "plan.md", "agent-prompt.txt", "config.toml"):
        (outside / name).write_text(f"error: {BAIT}\n")
    (outside / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": f"sk-{CREDENTIAL}", "note": BAIT}))
    day = outside / "sessions" / "11" / "21"
    day.mkdir(parents=True)
    _rollout(day, 90, [_prompt(f"follow me to {BAIT}")])
    with closing(sqlite3.connect(outside / "converge.db")) as database:
        database.execute("CREATE TABLE tasks (id TEXT, status TEXT, created_at TEXT, request_json TEXT)")
        database.execute("INSERT INTO tasks VALUES (?, 'PENDING', '2026', ?)", (BAIT, json.dumps({"goal": BAIT})))
        database.commit()


def _traps(folder: Path, outside: Path, *names: str) -> None:
    """Each name in turn a pipe, a device, a link outside, a link to the credentials, a socket, a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        path = folder / name
        match number % 6:
            case 0:
                os.mkfifo(path)
            case 1:
                path.symlink_to("/dev/zero")
            case 2:
                path.symlink_to(outside / "bait.jsonl")
            case 3:
                path.symlink_to(outside / "auth.json")
            case 4:
                path.symlink_to("/dev/random")
            case _:
                path.mkdir()


def _line(kind: str, payload: object, second: int = 0) -> str:
    at = f"2026-11-21T08:00:{second % 60:02}.000Z"
    return json.dumps({"timestamp": at, "type": kind, "payload": payload}) + "\n"


def _meta(number: int, cwd: str) -> str:
    given = {"id": _thread(number), "cwd": cwd, "cli_version": "0.169.0", "originator": ACTING, "source": "cli"}
    return _line(
        "session_meta", given | {"timestamp": "2026-11-21T08:00:00.000Z", "git": {"branch": "$(touch marker)"}}
    )


def _prompt(text: str) -> str:
    content = [{"type": "input_text", "text": text}]
    message = _line("response_item", {"type": "message", "role": "user", "content": content})
    return message + _line("event_msg", {"type": "user_message", "message": text})


def _thread(number: int) -> str:
    return f"01a1ffff-0000-7000-8000-{number:012}"


def _rollout(day: Path, number: int, lines: list[str], cwd: str = "/etc") -> Path:
    path = day / f"rollout-2026-11-21T08-00-{number:02}-{_thread(number)}.jsonl"
    path.write_text(_meta(number, cwd) + "".join(lines), "utf-8", "surrogatepass")
    return path


def _lay_home(home: Path, outside: Path, large: int) -> Path:
    _copy(FIXTURES / "codex" / "mini_home", home)
    sessions = home / "sessions"
    day = sessions / "2026" / "11" / "21"
    day.mkdir()
    (sessions / "2027").symlink_to(outside / "sessions")
    (sessions / "2026" / "12").symlink_to(outside / "sessions" / "11")
    (sessions / "2026" / "11" / "22").symlink_to(outside / "sessions" / "11" / "21")
    ends = ("user_message", "agent_message", "error")
    talk = "".join(_line("event_msg", {"type": kind, "message": f"{kind} {key(1)} {ACTING}"}) for kind in ends)
    call = {"type": "function_call", "name": "exec_command", "call_id": "call_1"}
    output = {"type": "function_call_output", "call_id": "call_1", "output": f"Bearer {key(2)}\nexit {ACTING}"}
    command = call | {"arguments": json.dumps({"cmd": f"curl -H 'Authorization: Bearer {key(3)}' $(touch marker)"})}
    asked = {"questions": [{"id": ACTING, "header": ACTING, "question": f"{key(4)}?", "options": [{"label": ACTING}]}]}
    question = call | {"name": "request_user_input", "call_id": "call_2", "arguments": json.dumps(asked)}
    began = _line("event_msg", {"type": "task_started", "turn_id": "t1"})
    _rollout(day, 1, [began, _prompt(f"{ACTING} {key(0)}"), talk, _line("response_item", command)], "../../..")
    _rollout(day, 2, [began, _prompt(key(5)), _line("response_item", command), _line("response_item", output), talk])
    _rollout(day, 3, [began, _prompt("ask me"), _line("response_item", question)], str(outside))
    deep = "[" * 100_000 + "]" * 100_000
    _rollout(day, 4, [began, '{"type":"event_msg","payload":' + deep + "}\n", "{" * 5_000 + "\n", _prompt("deep")])
    _rollout(day, 5, [began, _prompt("long"), _line("response_item", output | {"output": "x" * large})])
    _rollout(day, 6, [began, "\0" * 65_536 + "\n", _prompt("nul")]).open("ab").write(b"\xff\xfe\xed\xa0\x80 torn")
    _rollout(day, 7, [_line("event_msg", {"type": "turn_aborted", "reason": ACTING}), _prompt("--help")], "/dev/zero")
    numbers = {"total_tokens": 1e308, "input_tokens": -5, "output_tokens": "NaN", "cached_input_tokens": 1 << 80}
    counted = {"type": "token_count", "info": {"total_token_usage": numbers, "model_context_window": 0}}
    _rollout(day, 8, [began, _line("event_msg", counted), _prompt("numbers")])
    names = [f"rollout-2026-11-21T09-00-00-{_thread(20 + number)}.jsonl" for number in range(6)]
    _traps(day, outside, *names)
    _traps(home / "archived_sessions", outside, *(name.replace("0000-7", "1111-7") for name in names))
    (day / f"rollout-\x1b]0;x\x07-\n-{_thread(30)}.jsonl").write_text(_meta(30, "/etc"))
    (day / f"rollout-{os.fsdecode(bytes((255, 254)))}-{_thread(31)}.jsonl").write_text(_meta(31, "/etc"))
    locks = home / "thread-writer-locks"
    _traps(locks, outside, *(f"{_thread(number)}.lock" for number in range(1, 6)))
    with (home / "session_index.jsonl").open("a") as index:
        index.write(json.dumps({"id": _thread(1), "thread_name": ACTING}) + "\n" + deep + "\n" + "\0\n")
    for name in ("config.toml", "history.jsonl"):
        (home / name).unlink()
        (home / name).symlink_to(outside / "config.toml")
    (home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": f"sk-{CREDENTIAL}", "tokens": None}))
    for name in ("auth.json.log", "stdout.log", "log"):
        (home / name).symlink_to(home / "auth.json")
    daemon = home / "app-server-daemon"
    daemon.mkdir()
    (daemon / "app-server.pid").write_text(json.dumps({"pid": os.getppid(), "processStartTime": "1"}))
    _traps(home / "app-server-control", outside, "app-server-control.sock")
    return home


def _lay_odw(place: Path, outside: Path, marker: Path, large: int) -> Path:
    _copy(FIXTURES / "odw" / "b" / "project", place)
    _copy(FIXTURES / "odw" / "d" / "project", place, dirs_exist_ok=True)
    _lay_git(place, marker)
    runs = place / ".odw" / "runs"
    recording = next(runs.glob("odw-exec-*-5105"))
    latest = runs / "latest.json"
    latest.unlink()
    os.mkfifo(latest)
    live = f"odw-exec-{MS + 1}-{os.getpid()}"
    _evil_run(runs / live, outside, live, large)
    for name in ("--help", "$(touch marker)", "line\nbreak", "\x1b]0;owned\x07", "\u202egnp", "..odw", "-", "a" * 240):
        _evil_run(runs / name, outside, name, 0)
    _evil_run(runs / os.fsdecode(b"not-unicode-\xff\xfe"), outside, "x", 0)
    trapped = runs / f"odw-exec-{MS + 2}-2"
    _traps(trapped, outside, "run.json", "events.jsonl", "state.json", "script-debug.log", "input.raw", "report.html")
    for number, name in enumerate(("run.json", "events.jsonl", "script-debug.log", "state.json", "input.raw")):
        # A whole run but for one file.
        copy = runs / f"odw-exec-{MS + 10 + number}-{number + 10}"
        _copy(recording, copy)
        (copy / name).unlink()
        (copy / name).symlink_to(outside / "auth.json")
        for prompt in copy.glob("*.prompt.md"):
            prompt.unlink()
            prompt.symlink_to(outside / "bait.md")
        for report in copy.glob("pandacode-*.json"):
            report.unlink()
            os.mkfifo(report)
    (runs / f"odw-exec-{MS + 3}-3").symlink_to(next((outside / ".odw" / "runs").glob("odw-exec-*")))
    (runs / f"odw-exec-{MS + 4}-4").symlink_to(runs)
    locked = runs / f"odw-exec-{MS + 5}-5"
    _copy(recording, locked)
    locked.chmod(0)
    _lay_sessions(place, outside)
    for name in (".odw-tui.toml", "odw-tui.toml", "config.toml"):
        (place / name).write_text(f'theme = "no such theme"\nplaces = ["{outside}"]\ncache = false\nkeys.quit = "x"\n')
    (place / ".env").write_text(f"ODW_TUI_THEME=x\nCODEX_HOME={outside}\nOPENAI_API_KEY=sk-{CREDENTIAL}\n")
    return place


def _lay_git(place: Path, marker: Path) -> None:
    hooks = place / ".git" / "hooks"
    hooks.mkdir(parents=True)
    touch = f"touch {marker}"
    (place / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (place / ".git" / "config").write_text(
        f'[core]\n\trepositoryformatversion = 0\n\tfsmonitor = "{touch}; false"\n\tsshCommand = {touch}\n'
        f'\tpager = {touch}\n\teditor = {touch}\n[diff]\n\texternal = {touch}\n[alias]\n\tstatus = "!{touch}"\n'
    )
    for name in ("post-checkout", "post-index-change", "pre-commit", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\n{touch}\n")
        (hooks / name).chmod(0o755)


def _evil_run(folder: Path, outside: Path, name: str, large: int) -> None:
    folder.mkdir()
    up = "../" * 12
    record = {
        "action": "exec",
        "run_id": f"{up}etc/passwd",
        "events_path": f"{outside}/bait.jsonl",
        "debug_file": f"{up}etc/passwd",
        "run_dir": str(outside),
        "workflow": f"{outside}/bait.md",
        "session_id": ACTING,
        "status": "running",
        "started_ms": MS,
        "command": ["sh", "-c", "touch marker"],
        "shell": ACTING,
    }
    (folder / "run.json").write_text(json.dumps(record))
    raw: list[dict[str, object]] = [
        {"type": "workflow_start", "name": f"{ACTING} {key(10)}", "script": f"{up}etc/passwd"},
        {"type": "phase", "title": ACTING, "detail": ACTING},
        {"type": "agent_start", "key": "../../auth", "label": f"../../auth {ACTING}", "promptPreview": key(11)}
        | {"config": {"runtime": "../../..", "model": ACTING}, "runtime": "../../..", "attempt": 1, "phase": ACTING},
        {"type": "agent_done", "key": "../../auth", "attempt": 1, "runtime": "codex", "phase": ACTING}
        | {"result": _evil_result(outside), "label": f"../../auth {ACTING}"},
        {"type": "gate", "label": ACTING, "decision": ACTING, "blockers": [f"{up}etc/passwd:1: {key(13)}", ACTING]},
        {"type": "landing", "results": [{"path": f"{up}etc/passwd", "ok": False, "error": ACTING}]},
        {"type": "log", "message": f"{ACTING} Bearer {key(14)}"},
    ]
    lines = [
        json.dumps({"type": "launch", "ts_ms": MS, "script": f"{up}etc/passwd", "backend": ACTING, "run_id": ACTING}),
        *(json.dumps({"type": "script_stream", "ts_ms": MS, "stream": "stdout", "raw": event}) for event in raw),
        json.dumps({"type": "script_stream", "ts_ms": 1e300, "stream": "stderr", "summary": f"{key(15)} {ACTING}"}),
        json.dumps({"type": "script_stream", "ts_ms": -1, "raw": {"type": ACTING}, "summary": "\ud800"}),
        '{"type":"script_stream","raw":' + "[" * 50_000 + "]" * 50_000 + "}",
        "null",
        "\0\0\0",
        json.dumps({"type": "script_stream", "ts_ms": MS, "summary": "x" * large}) if large else "{",
    ]
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n", "utf-8", "surrogatepass")
    (folder / "script-debug.log").write_bytes(
        f"{ACTING}\nOPENAI_API_KEY={key(16)}\n\x1b[31mERROR {key(17)}\x1b[0m\n{name}\n".encode() + b"\xff\0\x80\n"
    )
    (folder / "state.json").write_text('{"nodes": ' + "[" * 5_000)
    (folder / "worktrees").symlink_to(outside)


def _evil_result(outside: Path) -> dict[str, object]:
    return {
        "ok": False,
        "session": "../../../outside/bait",
        "report": "../../auth.json",
        "text": f"{key(12)} {ACTING}",
        "error": {"message": f"error: token={key(18)} {ACTING}", "category": ACTING},
        "questions": [{"id": ACTING, "question": f"{ACTING} {key(19)}", "options": [{"label": ACTING}]}],
        "worktree": {
            "dir": str(outside),
            "diff": f"--- a/{outside}/bait.md\n+++ b/../../auth.json\n@@ -1 +1 @@\n-x\n+y\n",
        },
    }


def _lay_sessions(place: Path, outside: Path) -> None:
    panda = place / ".pandacode"
    sessions = panda / "sessions" / "codex"
    record = {
        "runtime": "codex",
        "session": "../../../../outside/bait",
        "driver": ACTING,
        "workspace": str(outside),
        "thread_id": _thread(1),
        "thread_path": str(outside / "bait.jsonl"),
        "model": ACTING,
        "artifacts": {
            "log_path": str(outside / "bait.log"),
            "prompt_file": "/etc/passwd",
            "answer_file": str(outside / "answer"),
            "runner_pid": os.getpid(),
            "status": "waiting_input",
            "last_agent_message": f"{ACTING} {key(20)}",
            "pending_questions": [{"id": "q", "question": f"{ACTING} {key(21)}", "options": []}],
        },
        "created_ms": MS,
        "updated_ms": MS,
    }
    for name in ("bait", "auth", "--help", "$(touch marker)", "line\nbreak", "latest.json"):
        (sessions / f"{name}.json").write_text(json.dumps(record))
    _traps(sessions, outside, *(f"trap-{number}.json" for number in range(6)))
    (panda / "sessions" / "claude").symlink_to(outside / ".pandacode" / "sessions" / "codex")
    shutil.rmtree(panda / "codex" / "logs")
    # A log for every session, but all of them lie elsewhere.
    (panda / "codex" / "logs").symlink_to(outside / "session-logs")
    (outside / "session-logs").mkdir()
    trace = "".join(json.dumps({"dir": way, "msg": {"line": BAIT}}) + "\n" for way in ("stderr", "in"))
    for path in sessions.glob("*.json"):
        (outside / "session-logs" / f"{path.stem}.jsonl").write_text(trace)
    for path in (outside / "bait.jsonl", outside / "session-logs" / "bait.jsonl"):
        path.write_text(trace)
    shutil.rmtree(panda / "codex" / "runs", ignore_errors=True)
    (panda / "codex" / "runs").symlink_to(outside)
    (panda / "codex" / "appserver-pids").mkdir(exist_ok=True)
    (panda / "codex" / "appserver-pids" / str(os.getppid())).write_text(str(os.getppid()))


def _lay_linked(place: Path, outside: Path) -> Path:
    place.mkdir()
    for name in (".odw", ".pandacode", ".converge"):
        (place / name).symlink_to(outside / name)
    (place / "logs").symlink_to(outside)
    (place / "sessions").symlink_to(outside / "sessions")
    (place / "converge.db").symlink_to(outside / "converge.db")
    (place / "stdout.log").symlink_to(outside / "bait.log")
    return place


def _lay_converge(place: Path, outside: Path, home: Path) -> Path:
    source = FIXTURES / "converge" / "three-rounds-three-repos"
    _copy(source / "project", place)
    shutil.copy(source / "stdout.log", place / "stdout.log")
    runs = place / ".converge" / "runs"
    good = next(runs.iterdir())
    for number in range(4):
        bad = runs / f"2026112{number + 2}T001301102467Z"
        _copy(good, bad)
        plans = bad / "repo-plans"
        match number:
            case 0:
                shutil.rmtree(plans)
                plans.symlink_to(outside)
                (bad / "logs").symlink_to(home)
            case 1:
                for name in ("plan.md", "agent-prompt.txt", "commands.sh", "auth.json"):
                    with suppress(FileNotFoundError):
                        (plans / "api" / name).unlink()
                    (plans / "api" / name).symlink_to(home / "auth.json")
                (plans / "x").mkdir()
                (plans / "x" / "plan.md").symlink_to(home / "auth.json")
                (plans / "x" / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": f"sk-{CREDENTIAL}"}))
                (bad / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": f"sk-{CREDENTIAL}"}))
                shutil.rmtree(bad / "prompts")
                (bad / "prompts").symlink_to(home)
            case 2:
                for name in ("run.json", "summary.md", "constraints.json", "contract-map.json"):
                    (bad / name).unlink()
                _traps(bad, outside, "summary.md", "run.json", "constraints.json", "contract-map.json")
            case _:
                _spoil(bad / "run.json")
    (runs / "20261127T001301102467Z").symlink_to(next((outside / ".converge" / "runs").iterdir()))
    empty = runs / "20261128T001301102467Z"
    empty.mkdir(mode=0)
    (place / ".converge" / "logs").symlink_to(outside)
    _traps(place, outside, "worker.log", "x.log", "converge.db", "checkpoints.db")
    return place


def _spoil(record: Path) -> None:
    """Paths that lead away and text that acts, wherever there is text."""
    document = json.loads(record.read_text())

    def spoilt(value: object, name: str = "") -> object:
        match value:
            case dict():
                return {key: spoilt(one, key) for key, one in value.items()}
            case list():
                return [spoilt(one, name) for one in value]
            case str() if "path" in name or "dir" in name or "repo" in name:
                return "../../../../auth.json"
            case str():
                return f"{value} {ACTING} {key(30)}"
            case _:
                return value

    record.write_text(json.dumps(spoilt(document)))


def _lay_databases(folder: Path, outside: Path) -> tuple[Path, ...]:
    """One place for each thing that a database can be."""
    return tuple(
        _lay_database(folder / kind, outside, kind)
        for kind in ("pipe", "link", "damaged", "log", "lost-log", "view", "trigger", "recursive", "socket")
    )


def _lay_database(place: Path, outside: Path, kind: str) -> Path:
    (place / ".converge" / "runs").mkdir(parents=True)
    path = place / "converge.db"
    columns = "id TEXT, status TEXT, created_at TEXT, request_json TEXT, last_error TEXT, artifacts_dir TEXT"
    task = (ACTING, "HITL_REQUIRED", "2026", json.dumps({"goal": f"{ACTING} {key(31)}"}), key(32), "../../../outside")
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(outside / "converge.db")
        case "socket":
            with suppress(OSError), closing(socket.socket(socket.AF_UNIX)) as server:
                server.bind(os.path.relpath(path))
        case "damaged":
            path.write_bytes(b"SQLite format 3\0" + os.urandom(8192))
        case _:
            with closing(sqlite3.connect(path)) as database:
                if kind == "view":
                    database.execute(f"CREATE TABLE hidden ({columns})")
                    database.execute("CREATE VIEW tasks AS SELECT load_extension('/tmp/x') AS id, 'x' AS status")
                elif kind == "recursive":
                    database.execute(
                        "CREATE VIEW tasks AS WITH RECURSIVE n(id, status) AS"
                        " (SELECT 1, 'x' UNION ALL SELECT id + 1, status FROM n) SELECT * FROM n"
                    )
                    database.execute(f"CREATE TABLE checkpoints ({columns})")
                else:
                    database.execute(f"CREATE TABLE tasks ({columns})")
                    database.execute("INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?)", task)
                if kind == "trigger":
                    database.execute("CREATE TRIGGER t AFTER INSERT ON tasks BEGIN SELECT load_extension('x'); END")
                database.commit()
    if kind == "log":
        Path(f"{path}-wal").write_bytes(os.urandom(1 << 20))
        Path(f"{path}-shm").write_bytes(os.urandom(32768))
    if kind == "lost-log":
        Path(f"{path}-wal").write_bytes(bytes(4 << 20))
    return place


def _lay_batches(place: Path, outside: Path, large: int) -> Path:
    _copy(FIXTURES / "scenario" / "read-only-outputs", place)
    logs = place / "logs"
    recorded = logs / "run-20260220-101500.log"
    shutil.copy(recorded, logs / "run-20260221-101500.log")
    (logs / "run-20260221-101500.d").symlink_to(outside)
    spoilt = recorded.read_text().replace("scenario", f"{ACTING} {key(33)} scenario", 3)
    (logs / "run-20260222-101500.log").write_text(spoilt + "x" * large)
    _traps(logs, outside, *(f"run-2026030{number}-101500.log" for number in range(1, 7)))
    errors = logs / "error_output"
    errors.mkdir()
    _traps(errors, outside, *(f"02192{number}_1830.errorlog" for number in range(6)))
    (place / "outputs").symlink_to(outside)
    return place


def _stderr(folder: Path, large: int) -> Path:
    folder.mkdir()
    path = folder / "--json"
    path.write_bytes(
        f"{ACTING}\nERROR codex_core: 401 Unauthorized Authorization: Bearer {key(40)}\n".encode()
        + b"\xff\0\n"
        + b"x" * large
        + f"\nOPENAI_API_KEY={key(41)} error: {ACTING}\n".encode()
    )
    return path


if __name__ == "__main__":
    print(make_world(Path(sys.argv[1])).roots)
