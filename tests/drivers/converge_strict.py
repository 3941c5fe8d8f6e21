"""A reader of a run folder that knows upstream's files, fields, types and orders alone (§3.1 to §3.4)."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_STATES = ("CONVERGED", "HITL_REQUIRED", "FAILED")
_PREFIXES = (
    *("http:path:", "event:channel:", "rpc:service:", "rpc:method:", "graphql:type:", "graphql:operation:"),
    *("schema:title:", "schema:file:", "contract:file:"),
)
_MESSAGES = {
    "collect_constraints_node": r"constraints collected",
    "propose_split_node": r"proposal generated",
    "agent_plan_node": r"generated \d+ repo plans",
    "contract_alignment_node": r"contracts analyzed: artifacts=\d+, issues=\d+",
    "decide_node": r"status=(CONVERGED|HITL_REQUIRED|FAILED), round=\d+/\d+",
    "route_after_decide": r"destination=(propose_split_node|write_artifacts_node)",
    "route_after_decide_interrupt": r"destination=(hitl_interrupt_node|write_artifacts_node)",
    "hitl_interrupt_node": r"hitl interrupt requested",
    "hitl_decision_received": r"human decision recorded",
}


_PLAN = ["repo_path", "provider", "status", "summary", "proposed_changes", "questions_for_hitl", "raw"]
_SUMMARY = (
    *("# Coordination Summary\n", "**Goal:** ", "**Status:** ", "**Rounds:** ", "\n## Constraints Collected\n"),
    *("\n## Contract Alignment\n", "\n## Agent Plans\n", "\n## Proposed Responsibility Split\n"),
)
_DOCUMENTS = ("run.json", "constraints.json", "contract-map.json")
_LETTERS = {
    "collect_constraints_node": "c",
    "propose_split_node": "p",
    "agent_plan_node": "a",
    "contract_alignment_node": "k",
    "decide_node": "d",
    "route_after_decide": "r",
    "route_after_decide_interrupt": "i",
    "hitl_interrupt_node": "h",
    "hitl_decision_received": "x",
}


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def check_run(run: Json) -> None:
    """``run.json``. Asserts every field and type that the table names."""
    assert isinstance(run["goal"], str)
    assert run["status"] in _STATES
    for name in ("round", "max_rounds"):
        assert type(run[name]) is int and run[name] >= 1, name
    assert run["human_decision"] is None or isinstance(run["human_decision"], dict)
    for event in run["events"]:
        assert event.keys() == {"node", "message"}
        assert re.fullmatch(_MESSAGES[event["node"]], event["message"]), event
    _check_order(run)
    for plan in run["repo_plans"]:
        check_plan(plan)
    check_contracts(run["contract_analysis"])


def _check_order(run: Json) -> None:
    """The fields as upstream writes them, and the events as its graph goes (§3.1, §4)."""
    fields = ["goal", "status", "round", "max_rounds", "human_decision", "events", "repo_plans", "contract_analysis"]
    assert [*run][: len(fields)] == fields
    letters = "".join(_LETTERS[one["node"]] for one in run["events"])
    assert re.fullmatch(r"c(pakd(r|ih{0,2}x?))+", letters), letters
    decided = [one["message"] for one in run["events"] if one["node"] == "decide_node"]
    numbers = [int(re.search(r"round=(\d+)/", said)[1]) for said in decided]  # type: ignore[index]
    assert numbers == [*range(1, run["round"] + 1)], "a decision closes each round"
    assert decided[-1] == f"status={run['status']}, round={run['round']}/{run['max_rounds']}"
    ways = [one["message"] for one in run["events"] if one["node"] == "route_after_decide"]
    last = letters.endswith("r")
    assert ways == ["destination=propose_split_node"] * (len(ways) - last) + ["destination=write_artifacts_node"] * last


def check_plan(plan: Json) -> None:
    """One element of ``repo_plans``."""
    assert [*plan] == _PLAN
    assert [type(plan[name]) for name in ("repo_path", "provider", "status", "summary")] == [str] * 4
    assert plan["provider"] in ("codex", "copilot") and plan["status"] in ("OK", "HITL_REQUIRED", "FAILED")
    assert _texts(plan["proposed_changes"]) and _texts(plan["questions_for_hitl"])
    assert bool(plan["questions_for_hitl"]) == (plan["status"] == "HITL_REQUIRED")
    raw = plan["raw"]
    if plan["provider"] == "copilot":
        assert isinstance(raw["copilot_prompt"], str) and type(raw["prompt_length"]) is int and _texts(raw["signals"])
        assert isinstance(raw["repo_path"], str) and isinstance(raw["repo_kind"], str)
        return
    assert raw["execution_mode"] in ("heuristic", "codex_cli")
    assert isinstance(raw["codex_prompt"], str) and type(raw["codex_enabled"]) is bool and _texts(raw["signals"])
    about = raw["prompt_metadata"]
    assert type(about["prompt_length"]) is int and _texts(about["signals"])
    assert isinstance(about["repo_path"], str) and isinstance(about["repo_kind"], str)
    assert [*about] == ["prompt_length", "repo_path", "repo_kind", "signals"]
    assert about["prompt_length"] == len(raw["codex_prompt"])
    if raw["execution_mode"] == "codex_cli":
        assert all(
            isinstance(raw[name], str) for name in ("codex_stdout", "codex_stderr", "codex_binary", "codex_model")
        )
        assert _texts(raw["codex_model_candidates"])


def check_constraints(found: Json) -> None:
    """``constraints.json``."""
    assert [*found] == ["goal", "generated_at", "repos"]
    assert isinstance(found["goal"], str)
    assert found["generated_at"].endswith("+00:00")
    assert datetime.fromisoformat(found["generated_at"]).utcoffset() is not None
    for repo in found["repos"]:
        assert [*repo] == ["path", "exists", "repo_type", "signals", "constraints"]
        assert isinstance(repo["path"], str) and type(repo["exists"]) is bool
        assert repo["repo_type"] in ("python", "node", "unknown")
        assert _texts(repo["signals"]) and _texts(repo["constraints"]) and repo["constraints"]


def check_contracts(found: Json) -> None:
    """``contract-map.json``."""
    assert [*found] == ["repos", "issues", "summary"]
    for repo in found["repos"]:
        assert [*repo] == ["repo_path", "artifacts", "declared_contract_ids", "consumed_contract_ids"]
        assert isinstance(repo["repo_path"], str)
        for artifact in repo["artifacts"]:
            assert [*artifact] == ["path", "hash", "contract_ids"]
            assert re.fullmatch(r"[0-9a-f]{12}", artifact["hash"]) and not artifact["path"].startswith("/")
            assert _texts(artifact["contract_ids"])
        for name in ("declared_contract_ids", "consumed_contract_ids"):
            assert all(one.startswith(_PREFIXES) for one in repo[name])
            assert repo[name] == sorted(set(repo[name]))
    assert _texts(found["issues"]) and found["issues"] == sorted(set(found["issues"]))
    counts = found["summary"]
    assert counts["repo_count"] == len(found["repos"]) and counts["issue_count"] == len(found["issues"])
    assert counts["artifact_count"] == sum(len(repo["artifacts"]) for repo in found["repos"])


def check_folder(folder: Path) -> None:
    """All of it: what the documents say, how they are written, and the texts beside them."""
    texts = {name: (folder / name).read_bytes().decode() for name in _DOCUMENTS}
    run, constraints, contracts = (json.loads(text) for text in texts.values())
    for name, text in texts.items():
        value = json.loads(text)
        forms = [json.dumps(value, indent=2, ensure_ascii=is_ascii) for is_ascii in (True, False)]
        assert text in forms, f"{name} is not written with two spaces and without a last newline"
    check_run(run)
    check_constraints(constraints)
    check_contracts(contracts)
    assert contracts == run["contract_analysis"]
    summary = (folder / "summary.md").read_text()
    places = [summary.find(part) for part in _SUMMARY]
    assert -1 not in places and places == sorted(places)
    assert f"\n**Status:** {run['status']}\n**Rounds:** {run['round']} / {run['max_rounds']}\n" in summary
    assert not summary.endswith("\n")
    assert (folder / "responsibility-matrix.md").read_text().startswith("# Responsibility Matrix\n\n**Goal:** ")
    checks = (folder / "contract-checks.md").read_text()
    assert checks.startswith("# Contract Checks\n\nGoal: ") and "\n## Per Repository\n" in checks
    counts = contracts["summary"]
    assert f"\nIssues: {counts['issue_count']}\nArtifacts: {counts['artifact_count']}\n" in checks
    heads = {f"# Plan: {plan['repo_path']}" for plan in run["repo_plans"]}
    for path in folder.glob("repo-plans/*/plan.md"):
        assert path.read_text().split("\n\n")[0] in heads
    for path in folder.glob("repo-plans/*/commands.sh"):
        shebang, *rest = path.read_text().splitlines()
        assert shebang == "#!/bin/bash" and all(line[:1] in ("", "#") for line in rest)
        assert not path.stat().st_mode & 0o111, "nobody runs it by accident"
