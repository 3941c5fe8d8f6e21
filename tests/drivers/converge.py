"""A stand-in for upstream's ``converge``, as the Converge reference §2, §3, §6, §7, §9 record it; it is not Converge.

``coordinate`` logs to stdout, runs ``codex`` once a repo and round, makes an empty run folder and fills it in one
burst at the very end. What its ``codex`` does stands in ``.codex-plays.json`` of a repo:
``{"exit"?, "stderr"?, "stderr_first"?, "plan"?, "waits_for"?, "session"?}``; without that file it fails.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MODELS = ("gpt-5.3-codex", "gpt-5", "gpt-5-mini")
PLAYS = ".codex-plays.json"
_KEPT, _TAIL = 2000, 1200
Json = dict[str, Any]


def install(folder: Path, *, codex: bool = True) -> Path:
    """Executables called ``converge`` and, unless told otherwise, ``codex`` in ``folder``; the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    here = Path(__file__).resolve().parents[1]
    for name, main_of in (("converge", "main"), *((("codex", "codex"),) if codex else ())):
        program = folder / name
        program.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(here)!r})\n"
            f"from drivers.converge import {main_of}\nsys.exit({main_of}(sys.argv[1:]))\n"
        )
        program.chmod(0o755)
    return folder / "converge"


def main(words: list[str]) -> int:
    """``converge``. A usage error exits with 2, as a run that needs a person does."""
    parser = argparse.ArgumentParser(prog="converge")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("coordinate")
    verb.add_argument("--goal", required=True)
    verb.add_argument("--repos", required=True, action="append")
    verb.add_argument("--max-rounds", type=int, default=2)
    verb.add_argument("--output-dir", default=".converge")
    verb.add_argument("--hil-mode", choices=("conditional", "interrupt"), default="conditional")
    verb.add_argument("--coding-agent", choices=("codex", "copilot"), default=os.environ.get("CONVERGE_CODING_AGENT"))
    for option in ("--log-level", "--model", "--coding-agent-model"):
        verb.add_argument(option)
    for option in ("--no-llm", "--no-tracing", "--enable-agent-exec"):
        verb.add_argument(option, action="store_true")
    worker = verbs.add_parser("worker")
    worker.add_argument("--once", action="store_true")
    server = verbs.add_parser("server")
    server.add_argument("--host", default="0.0.0.0")
    server.add_argument("--port", type=int, default=8080)
    given = parser.parse_args(words)
    if given.verb != "coordinate":
        from drivers.converge_server import serve
        from drivers.converge_server import worker as work

        return work(once=given.once) if given.verb == "worker" else serve(given)
    return _coordinate(given)


def log(logger: str, level: str, message: str) -> None:
    """One record of the log, whole and at once."""
    sys.stdout.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} - {logger} - {level} - {message}\n")
    sys.stdout.flush()


def _coordinate(given: argparse.Namespace) -> int:
    log("root", "INFO", "Logging configured: level=INFO")
    if not given.goal.strip() or len(set(given.repos)) < len(given.repos) or given.max_rounds < 1:
        log("converge.cli.main", "ERROR", "Configuration error: goal must not be blank")
        return 1
    try:
        status, folder = coordinate(
            given.goal,
            given.repos,
            max_rounds=given.max_rounds,
            output=Path(given.output_dir),
            agent=given.coding_agent or "codex",
            model=given.coding_agent_model,
            is_interrupt=given.hil_mode == "interrupt",
            no_llm=given.no_llm,
        )
    except KeyboardInterrupt:
        sys.stderr.write("\nAborted!\n")
        return 1
    except ValueError as error:
        log("converge.cli.main", "ERROR", f"Configuration error: {error}")
        return 1
    log("converge.cli.main", "INFO", f"Status: {status}")
    log("converge.cli.main", "INFO", f"Artifacts Location: {folder}")
    return 0 if status == "CONVERGED" else 2


def coordinate(
    goal: str,
    repos: list[str],
    *,
    max_rounds: int,
    output: Path,
    agent: str = "codex",
    model: str | None = None,
    is_interrupt: bool = False,
    no_llm: bool = True,
) -> tuple[str, Path]:
    """The state machine (§5): status and run folder."""
    log("converge.core.config", "INFO", f"Config initialized: goal={goal}, repos={repos!r}")
    began = datetime.now(UTC)
    folder = output / "runs" / f"{began:%Y%m%dT%H%M%S%f}Z"
    folder.mkdir(parents=True)
    if not (no_llm or os.environ.get("CONVERGE_NO_LLM") == "true") and not os.environ.get("OPENAI_API_KEY"):
        log("converge.llm.openai_client", "WARNING", "OPENAI_API_KEY not configured; using heuristic proposal")
    found = [_constraints(repo) for repo in repos]
    events = [_event("collect_constraints_node", "constraints collected")]
    plans: list[Json] = []
    number, status = 0, "FAILED"
    while True:
        events.append(_event("propose_split_node", "proposal generated"))
        plans = _planned(goal, found, agent, model)
        events.append(_event("agent_plan_node", f"generated {len(plans)} repo plans"))
        events.append(_event("contract_alignment_node", "contracts analyzed: artifacts=0, issues=0"))
        number += 1
        needs_person = any(not repo["exists"] for repo in found) or any(plan["status"] != "OK" for plan in plans)
        status = "HITL_REQUIRED" if needs_person else "CONVERGED"
        events.append(_event("decide_node", f"status={status}, round={number}/{max_rounds}"))
        if is_interrupt and needs_person:
            log("converge.orchestration.coordinator", "INFO", f"Coordination complete with status: {status}")
            return status, folder
        goes_on = needs_person and number < max_rounds
        name = "route_after_decide_interrupt" if is_interrupt else "route_after_decide"
        events.append(_event(name, f"destination={'propose_split_node' if goes_on else 'write_artifacts_node'}"))
        if not goes_on:
            break
    _write(folder, goal, status, (number, max_rounds), events, found, plans)
    log("converge.orchestration.coordinator", "INFO", f"Coordination complete with status: {status}")
    return status, folder


def _event(node: str, message: str) -> Json:
    return {"node": node, "message": message}


def _constraints(repo: str) -> Json:
    path = Path(repo)
    names = ("pyproject.toml", "requirements.txt", "package.json", "README.md")
    signals = [name for name in names if (path / name).is_file()]
    kind = "unknown"
    if {"pyproject.toml", "requirements.txt"} & set(signals):
        kind = "python"
    elif "package.json" in signals:
        kind = "node"
    said = "No obvious constraints detected" if path.exists() else "repo path not found"
    return {"path": repo, "exists": path.exists(), "repo_type": kind, "signals": signals, "constraints": [said]}


def _planned(goal: str, found: list[Json], agent: str, model: str | None) -> list[Json]:
    log("converge.agents.factory", "INFO", "Creating CodexAgent" if agent == "codex" else "Creating GitHubCopilotAgent")
    if agent == "codex":
        log("converge.agents.codex_agent", "INFO", "CodexAgent initialized (codex_enabled=False)")
    plans = []
    for repo in found:
        plan = _plan(goal, repo, agent, model)
        plans.append(plan)
        said = f"agent_plan completed: repo={repo['path']}, provider={agent}, status={plan['status']}"
        log("converge.orchestration.graph", "INFO", said)
    return plans


def _plan(goal: str, repo: Json, agent: str, model: str | None) -> Json:
    path = Path(repo["path"])
    readme = (path / "README.md").read_bytes().decode("utf-8")[:500] if (path / "README.md").is_file() else ""
    prompt = (
        f"# Codex Planning Task\n\n## Goal\n{goal}\n\n## Repository\nPath: {repo['path']}\n"
        f"Kind: {repo['repo_type']}\n\n{readme}\n## Task\nPlan the changes."
    )
    log("converge.agents.codex_agent", "INFO", f"codex_plan_built: prompt_length={len(prompt)}, repo={repo['path']}")
    metadata = {
        "prompt_length": len(prompt),
        "repo_path": repo["path"],
        "repo_kind": repo["repo_type"],
        "signals": repo["signals"],
    }
    raw: Json = {"codex_prompt": prompt, "prompt_metadata": metadata, "execution_mode": "heuristic"}
    raw |= {"codex_enabled": False, "signals": repo["signals"]}
    answer = _asked(path, prompt, model) if agent == "codex" else None
    if answer is not None:
        raw |= answer.pop("raw") | {"execution_mode": "codex_cli"}
        questions = answer["questions_for_hitl"]
        return _plan_object(repo, agent, answer["summary"], answer["proposed_changes"], questions, raw)
    questions = [] if repo["exists"] else ["Repository path not found; provide a valid path"]
    if repo["exists"] and repo["repo_type"] == "unknown" and not repo["signals"]:
        questions = ["Repository type unclear; manual analysis required"]
    summary = f"Heuristic plan for {repo['repo_type']} repository at {repo['path']}"
    return _plan_object(repo, agent, summary, ["Review repository structure"], questions, raw)


def _plan_object(repo: Json, agent: str, summary: str, changes: list[str], questions: list[str], raw: Json) -> Json:
    return {
        "repo_path": repo["path"],
        "provider": agent,
        "status": "HITL_REQUIRED" if questions else "OK",
        "summary": summary,
        "proposed_changes": changes,
        "questions_for_hitl": questions,
        "raw": raw,
    }


def _asked(path: Path, prompt: str, model: str | None) -> Json | None:
    """What Codex answered (§6); None for a heuristic, whose cause only the log tells."""
    if not path.exists():
        log("converge.agents.codex_agent", "WARNING", f"Repo path missing for Codex planning: {path}")
        return None
    for name in (model,) if model else MODELS:
        with tempfile.TemporaryDirectory(prefix="converge_codex_plan_") as kept:
            target = Path(kept, "codex_plan.json")
            argv = ["codex", "-a", "never", "exec", "-m", name, "--sandbox", "read-only", "--skip-git-repo-check"]
            argv += ["--output-schema", f"{kept}/plan_schema.json", "--output-last-message", str(target)]
            done = subprocess.run([*argv, "-C", str(path), prompt], capture_output=True, text=True, check=False)
            answer = json.loads(target.read_text()) if target.is_file() else None
        if done.returncode == 0 and answer is not None:
            told = {"codex_stdout": done.stdout[:_KEPT], "codex_stderr": done.stderr[:_KEPT], "codex_binary": "codex"}
            return {**answer, "raw": {**told, "codex_model": name, "codex_model_candidates": [*MODELS]}}
        is_denied = "do not have access" in done.stderr
        what = "model unavailable" if is_denied else "failed"
        said = (
            f"Codex planning {what} (model={name}, exit={done.returncode}). stderr_tail={done.stderr[-_TAIL:].rstrip()}"
        )
        log("converge.agents.codex_agent", "WARNING", said)
        if not is_denied:
            return None
    log("converge.agents.codex_agent", "WARNING", "Codex planning skipped after model access errors")
    return None


def _write(
    folder: Path,
    goal: str,
    status: str,
    rounds: tuple[int, int],
    events: list[Json],
    repos: list[Json],
    plans: list[Json],
) -> None:
    """One burst, not atomic, ``run.json`` in the middle of it (§3)."""
    contracts: Json = {"repos": [], "issues": [], "summary": {"repo_count": len(repos), "artifact_count": 0}}
    (folder / "summary.md").write_text(f"# Coordination Summary\n\n**Goal:** {goal}\n**Status:** {status}\n")
    duties = "".join(f"\n## {repo['path']}\n\n- Implement {goal}\n" for repo in repos)
    (folder / "responsibility-matrix.md").write_text(f"# Responsibility Matrix\n\n**Goal:** {goal}\n{duties}")
    at = datetime.now(UTC).isoformat()
    (folder / "constraints.json").write_text(json.dumps({"goal": goal, "generated_at": at, "repos": repos}, indent=2))
    record = {"goal": goal, "status": status, "round": rounds[0], "max_rounds": rounds[1], "human_decision": None}
    record |= {"events": events, "repo_plans": plans, "contract_analysis": contracts}
    (folder / "run.json").write_text(json.dumps(record, indent=2))
    (folder / "contract-map.json").write_text(json.dumps(contracts, indent=2))
    (folder / "contract-checks.md").write_text("# Contract Checks\n")
    (folder / "prompts").mkdir()
    for number, plan in enumerate(plans):
        base = Path(plan["repo_path"]).name or f"repo_{number}"
        (folder / "prompts" / f"{base}_{plan['provider']}_prompt.txt").write_text(plan["summary"])
        own = folder / "repo-plans" / base
        own.mkdir(parents=True, exist_ok=True)
        (own / "plan.md").write_text(f"# Plan: {plan['repo_path']}\n")
        (own / "agent-prompt.txt").write_text(f"# Task for {plan['repo_path']}\n")
        (own / "commands.sh").write_text("#!/bin/bash\n# nothing detected\n")


def codex(words: list[str]) -> int:
    """``codex``: plays what stands in the repo it is pointed at."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    folder = Path(words[words.index("-C") + 1])
    target = Path(words[words.index("--output-last-message") + 1])
    asked = words[-1] if words[-1] != "-" else sys.stdin.read()
    try:
        plays = json.loads((folder / PLAYS).read_text())
    except FileNotFoundError:
        sys.stderr.write("Error: nobody told this stand-in what to play\n")
        return 1
    with (folder / ".codex-asked").open("a") as told:
        told.write(
            json.dumps({"argv": words, "prompt": asked, "stdin": str(Path("/proc/self/fd/0").readlink())}) + "\n"
        )
    if "session" in plays:
        _record_session(plays["session"], folder)
    sys.stderr.write(plays.get("stderr_first", ""))
    sys.stderr.flush()
    if "waits_for" in plays:
        Path(plays["waits_for"]).read_bytes()
    sys.stderr.write(plays.get("stderr", ""))
    if "plan" in plays:
        target.write_text(json.dumps(plays["plan"]))
    return int(plays.get("exit", 0))


def _record_session(identity: str, folder: Path) -> None:
    now = datetime.now(UTC)
    at = f"{now:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    below = Path(os.environ["CODEX_HOME"]) / "sessions" / f"{now:%Y/%m/%d}"
    below.mkdir(parents=True, exist_ok=True)
    meta = {"id": identity, "timestamp": at, "cwd": str(folder.absolute()), "originator": "codex_exec"}
    meta |= {"cli_version": "0.169.0", "source": "exec"}
    line = {"timestamp": at, "type": "session_meta", "payload": meta}
    (below / f"rollout-{now:%Y-%m-%dT%H-%M-%S}-{identity}.jsonl").write_text(json.dumps(line) + "\n")
