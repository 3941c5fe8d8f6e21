"""Coordinations to write and to read: small made ones, and the recorded runs of Converge as the values of our own."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from odw_core.engines.converge.documents import duties_of, summary_of
from odw_core.workflows.coordinate.classify import Evidence
from odw_core.workflows.coordinate.decision import Decision, decided
from odw_core.workflows.coordinate.issues import analysis
from odw_core.workflows.coordinate.mapped import RepoMap
from odw_core.workflows.coordinate.projected import Coordination, files_of
from odw_core.workflows.coordinate.repo_plan import AGENT, HEURISTIC, RepoPlan
from odw_core.workflows.coordinate.rounds import Round, knowledge
from odw_core.workflows.coordinate.split import Split
from odw_core.workflows.coordinate.tree import Seen, Tree
from odw_core.workflows.coordinate.walking import look_at

FOLDER = Path(__file__).parents[1] / "fixtures" / "converge"


def run_folder(name: str) -> Path:
    """The first run folder of a recording."""
    return min((FOLDER / name / "project/.converge/runs").iterdir())


def tree(*paths: str, path: str = "shop") -> Tree:
    """A repository of empty files."""
    return Tree(path, f"/{path}", True, tuple(Seen(one, 0) for one in paths))


def mapped(repo: str, **files: str) -> Any:
    """A repository of these texts; ``__`` in a name stands for its dot."""
    found = RepoMap(repo)
    for name, said in files.items():
        found.add(name.replace("__", "."), said.encode())
    return found.mapped()


def recorded(name: str) -> Coordination:
    """A recorded run as our own values: what its files say, its rounds before the last as often as it had them."""
    folder = run_folder(name)
    record = json.loads((folder / "run.json").read_text())
    constraints = json.loads((folder / "constraints.json").read_text())
    goal = record["goal"]
    duties = duties_of((folder / "responsibility-matrix.md").read_text(), goal) or []
    _, _, rationale, risks = summary_of((folder / "summary.md").read_text(), goal)
    evidences = tuple(
        Evidence(r["path"], r["exists"], r["repo_type"], tuple(r["signals"]), constraints=tuple(r["constraints"]))
        for r in constraints["repos"]
    )
    plans = tuple(
        RepoPlan(
            plan["repo_path"],
            plan["status"],
            plan["summary"],
            tuple(plan["proposed_changes"]),
            tuple(plan["questions_for_hitl"]),
            AGENT if plan["raw"].get("execution_mode") == "codex_cli" else HEURISTIC,
            prompt=plan["raw"]["codex_prompt"],
            model=plan["raw"].get("codex_model", ""),
        )
        for plan in record["repo_plans"]
    )
    found = analysis([look_at(e.path, FOLDER / name / "project" / e.path).mapped for e in evidences])
    split = Split(tuple((one.repo, tuple(one.duties)) for one in duties), rationale, tuple(risks))
    rounds = tuple(
        Round(number, knowledge(goal, evidences), evidences, split, plans, found, Decision(record["status"]))
        for number in range(1, record["round"] + 1)
    )
    at = datetime.fromisoformat(constraints["generated_at"]).timestamp()
    return Coordination(goal, record["max_rounds"], at, rounds)


def a_round(
    number: int,
    evidences: tuple[Evidence, ...],
    plans: tuple[RepoPlan, ...],
    split: Split,
    *mapped_repos: Any,
    goal: str = "Gift cards",
    **more: Any,
) -> Round:
    """A round that is decided as it must be."""
    found = analysis(mapped_repos)
    accepted = more.pop("accepted", ())
    decision = decided(plans, split, evidences, found, accepted)
    return Round(number, knowledge(goal, evidences), evidences, split, plans, found, decision, **more)


PYTHON = Evidence(
    "/work/api", True, "python", ("pyproject.toml",), (("python", 3),), ("…",), ("Python project detected",)
)
NODE = Evidence("/work/web", True, "node", ("package.json",), (("node", 2),), ("…",), ("Node project detected",))
GHOST = Evidence("/work/ghost", False, "unknown", constraints=("repo path not found",))
STAMP = "20261118T110640250000Z"
"""The folder of a run that ``write`` lays."""
SPLIT = Split(
    (("/work/api", ("Serve cards", "Own the ledger")), ("/work/web", ("Show cards",))), "As they are", ("Late",)
)


def plan(evidence: Evidence, *questions: str, **more: Any) -> RepoPlan:
    """A plan as an agent gives it."""
    status = "HITL_REQUIRED" if questions else "OK"
    changes = more.pop("changes", ("Add a route", "Test it"))
    return RepoPlan(evidence.path, more.pop("status", status), f"Plan of {evidence.path}", changes, questions, **more)


def write(run: Coordination, place: Path) -> Path:
    """Lays a run folder below a workspace; ``run.json`` comes last."""
    folder = place / ".converge" / "runs" / STAMP
    for name, data in files_of(run).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
