"""A stand-in for upstream's ``odw exec``, as the ODW reference §1, §2 and §5 tell: run id first, a runner as a child in
its own process group, a journal, ``state.json``, questions that the runner answers by itself through pandacode.

A script is JSON: ``{"name", "nodes": [{"key", "asks"?, "fails"?, "waits_for"?, "result"?}], "result"?}``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ANSWERS_AT_MOST = 6
PATIENCE_S = 60.0
Json = dict[str, Any]


def install(folder: Path) -> Path:
    """Executables called ``odw`` and ``pandacode`` in ``folder``; the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    here = Path(__file__).resolve().parents[1]
    for name, main_of in (("odw", "main"), ("pandacode", "pandacode")):
        program = folder / name
        program.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(here)!r})\n"
            f"from drivers.odw import {main_of}\nsys.exit({main_of}(sys.argv[1:]))\n"
        )
        program.chmod(0o755)
    return folder / "odw"


def main(words: list[str]) -> int:
    """``odw``."""
    parser = argparse.ArgumentParser(prog="odw")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("exec")
    for option in ("--path", "--script", "--input", "--input-file", "--resume", "--backend", "--provider", "--model"):
        verb.add_argument(option)
    for option in ("--effort", "--timeout", "--runner"):
        verb.add_argument(option)
    verb.add_argument("--no-report", action="store_true")
    given = parser.parse_args(words)
    if given.runner:
        return _runner(Path(given.runner))
    return _exec(given)


def _exec(given: argparse.Namespace) -> int:
    began = time.time_ns() // 1_000_000
    runs = Path(given.path).absolute() / ".odw" / "runs"
    run_id = f"odw-exec-{'resume-' if given.resume else ''}{began}-{os.getpid()}"
    folder = runs / run_id
    folder.mkdir(parents=True)
    source = runs / given.resume if given.resume else None
    if source is not None and not source.is_dir():
        print(f"error: no run {given.resume}", file=sys.stderr)
        folder.rmdir()
        return 1
    script = json.loads(Path(given.script).read_text()) if given.script else json.loads((source / "script").read_text())  # type: ignore[operator]
    (folder / "script").write_text(json.dumps(script))
    (folder / "input.raw").write_text(Path(given.input_file).read_text() if given.input_file else given.input or "")
    (folder / "surroundings").write_text(
        json.dumps({name: os.environ.get(name) for name in ("PANDACODE_STATE_DIR", "ODW_RUNS_KEEP")})
    )
    if source is not None:
        (folder / "state.json").write_text((source / "state.json").read_text())
    print(f"[odw] run_id={run_id}", flush=True)
    record = {"action": "exec", "run_id": run_id, "started_ms": began, "finished_ms": None, "workflow": given.script}
    _write_record(folder, {**record, "status": "running"})
    journal = (folder / "events.jsonl").open("ab", buffering=0)

    def tell(**fields: Any) -> None:
        journal.write(json.dumps({**fields, "ts_ms": time.time_ns() // 1_000_000}, sort_keys=True).encode() + b"\n")

    state_path = str(source / "state.json") if source is not None else None
    tell(type="launch", run_id=run_id, action="exec", script=given.script, backend=given.backend or "mock",
         runner="node", state_path=str(folder / "state.json"), resume_from=given.resume,
         resume_state_path=state_path, command=["node"], shell="node")  # fmt: skip
    argv = [sys.executable, "-c", "import sys; from drivers.odw import main; main(sys.argv[1:])", "exec"]
    own = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    words = [*argv, "--runner", str(folder), "--path", given.path]
    # As libuv does it: what its parent ignores, a child does not.
    runner = subprocess.Popen(words, stdout=subprocess.PIPE, env=own, preexec_fn=_hears_everything)
    assert runner.stdout is not None
    for line in runner.stdout:
        try:
            raw: Any = json.loads(line)
        except ValueError:
            raw = line.decode().rstrip("\n")
        said = raw["type"] if isinstance(raw, dict) else raw
        print(f"[{said}]", flush=True)
        tell(type="script_stream", stream="stdout", summary=said, raw=raw)
    code = runner.wait()
    result = json.loads((folder / "result").read_text()) if (folder / "result").exists() else {"ok": False}
    status = "completed" if code == 0 and result.get("ok") is not False else "failed"
    tell(type="exit", status=status, code=code if code >= 0 else None)
    _write_record(folder, {**record, "status": status, "finished_ms": time.time_ns() // 1_000_000})
    return 0 if status == "completed" else 1


def _hears_everything() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def _write_record(folder: Path, record: Json) -> None:
    for path in (folder / "run.json", folder.parent / "latest.json"):
        path.write_text(json.dumps(record, indent=2, sort_keys=True))


def _runner(folder: Path) -> int:
    script = json.loads((folder / "script").read_text())
    state_file = folder / "state.json"
    state: Json = json.loads(state_file.read_text()) if state_file.exists() else {"agents": {}}

    def say(kind: str, **fields: Any) -> None:
        print(json.dumps({"type": kind, "ts": "2026-11-21T00:00:00.000Z", **fields}), flush=True)

    say("workflow_start", name=script.get("name", "stand-in"), script="stand-in.js", backend="pandacode")
    is_ok = True
    for index, node in enumerate(script["nodes"], 1):
        key = node["key"]
        known: Json = {"index": index, "key": key, "label": key, "phase": "Work"}
        if key in state["agents"]:
            say("agent_skip", **known, reason="cached", result=state["agents"][key]["result"])
            continue
        say("agent_start", **known, runtime="codex", model="inherit", attempt=1, maxAttempts=1, config={})
        if node.get("waits_for"):
            Path(node["waits_for"]).read_bytes()
        result = _agent(folder, key, node, say)
        ok = not node.get("fails") and (not isinstance(result, dict) or result.get("ok") is not False)
        is_ok = is_ok and ok
        say("agent_done", **known, runtime="codex", attempt=1, maxAttempts=1, ok=ok, result=result, tokens=10)
        if ok:
            state["agents"][key] = {**known, "ok": True, "result": result}
            state_file.write_text(json.dumps(state))
    value = script.get("result") or {"ok": is_ok}
    (folder / "result").write_text(json.dumps(value))
    say("workflow_done", name=script.get("name", "stand-in"), result=value)
    return 0


def _agent(folder: Path, key: str, node: Json, say: Any) -> Any:
    if not node.get("asks"):
        return node.get("result", "done")
    session = f"{folder.name}-{key}-1"
    workspace = str(folder.parents[2])
    common = ["--runtime", "codex", "--cd", workspace, "--session", session, "--json"]
    report = _pandacode("run", *common, "--task", json.dumps(node["asks"]))
    for number in range(1, ANSWERS_AT_MOST + 1):
        if report.get("state") != "waiting_for_user":
            break
        say("panda_auto_answer", runtime="codex", session=session, round=number)
        report = _pandacode("answer", *common, "--text", "do what you think is best", "--wait")
    if report.get("state") != "completed":
        return {"ok": False, **report}
    return report["summary"]


def _pandacode(*words: str) -> Json:
    program = os.environ.get("ODW_PANDACODE_BIN") or "pandacode"
    done = subprocess.run([program, *words], stdout=subprocess.PIPE, check=False)
    return dict(json.loads(done.stdout)) if done.stdout.strip() else {"state": "failed", "exit_code": done.returncode}


def pandacode(words: list[str]) -> int:
    """``pandacode``: ``run`` asks what its task says and ends; ``answer`` goes on with a new turn."""
    parser = argparse.ArgumentParser(prog="pandacode")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("run", "answer"):
        verb = verbs.add_parser(name)
        for option in ("--cd", "--session", "--runtime", "--text", "--choice", "--task"):
            verb.add_argument(option)
        for option in ("--json", "--wait"):
            verb.add_argument(option, action="store_true")
    given = parser.parse_args(words)
    root = Path(os.environ.get("PANDACODE_STATE_DIR") or Path(given.cd, ".pandacode"))
    record_file = root / "sessions" / "codex" / f"{given.session}.json"
    record_file.parent.mkdir(parents=True, exist_ok=True)
    now = time.time_ns() // 1_000_000
    record: Json = {"runtime": "codex", "session": given.session, "driver": "codex-appserver", "workspace": given.cd,
                    "thread_id": f"thread-{given.session}", "created_ms": now}  # fmt: skip
    if given.verb == "run":
        asked = json.loads(given.task)
        artifacts: Json = {"status": "waiting_for_user", "pending_questions": asked, "answer_file": None,
                           "turn_id": "turn-1", "runner_pid": os.getpid()}  # fmt: skip
    else:
        record = json.loads(record_file.read_text())
        before = record["artifacts"]["pending_questions"]
        said = given.text if given.text is not None else before[0]["options"][int(given.choice) - 1]["label"]
        artifacts = {"status": "completed", "pending_questions": None, "last_agent_message": f"went on with {said}"}
    draft = record_file.with_suffix(f".tmp.{os.getpid()}")
    draft.write_text(json.dumps({**record, "updated_ms": now, "artifacts": artifacts}))
    draft.replace(record_file)
    state = artifacts["status"]
    print(json.dumps({"ok": state == "completed", "state": state, "session": given.session,
                      "summary": artifacts.get("last_agent_message"),
                      "pending_user_input": {"questions": artifacts["pending_questions"] or []}}))  # fmt: skip
    return 0
