"""From one goal to landed changes in two repositories with the real Codex: coordinated, approved, carried out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drivers.codex_batch import says
from drivers.codex_planners import Planners
from drivers.coordinated import REPOS, plan
from drivers.git_repository import Repository
from drivers.real_codex import RealCodex
from drivers.review_apply import approve, reject
from drivers.session_run import SessionRun

SPECS = {"api": "Add DELETE /api/orders/{orderId}.", "web": "Show a button that cancels an order."}
FILES = {"api": "api/cancel.py", "web": "src/cancel.ts"}
_OPEN = {"runtime": None, "permission": None, "model": None, "effort": None}


class Shop:
    """Two git repositories below one folder, and a model that plans over both, then works in each."""

    def __init__(self, codex: RealCodex) -> None:
        self.planners = Planners(codex)
        self.codex = codex
        self.repositories = {name: Repository(codex.project / name) for name in REPOS}
        for name, repository in self.repositories.items():
            repository.git("config", "user.name", "Ada")
            repository.git("config", "user.email", "ada@example.org")
            repository.commit("begin")
            self.planners.plans(name, plan(SPECS[name]))

    def works(self) -> None:
        """What the model does in the runs of a campaign. Taught once the plans are made: their words are in both."""
        model = self.codex.model
        for name, spec in SPECS.items():
            task = {**_OPEN, "id": f"cancel-{name}", "files": [FILES[name]], "prompt": f"Write {FILES[name]}."}
            planned = {"status": "ready", "summary": "one task", "tasks": [task], "risks": [], "owner_questions": []}
            model.teach(f"work-{name}", [says(json.dumps(planned))], when=spec)
            patch = f"*** Begin Patch\n*** Add File: {FILES[name]}\n+cancelled in {name}\n*** End Patch\n"
            model.teach(f"task-{name}", [{"patch": patch}, says("written")], when=f"You do task cancel-{name} of")
        self.reviews(approve())

    def reviews(self, answer: object, of: str = "") -> None:
        """What every reviewer answers, or those of one repository's candidate."""
        words = f"+cancelled in {of}" if of else "You are the reviewer "
        self.codex.model.teach(f"review{of}", [says(json.dumps(answer))], when=words)

    def start(self, *words: str) -> SessionRun:
        """Start a campaign; its tests are a command that passes."""
        ran = self.planners("start", "campaign", "--set", "verify=true", *words)
        assert ran.code == 0, ran
        return SessionRun(self.codex, ran.out.strip().removeprefix("odw:"))

    def planned(self) -> SessionRun:
        """A coordination whose plans a person has approved through commands."""
        run = self.planners.start(approval="ask")
        card = self.planners.asked(run, "plans")
        assert self.planners("approve", str(card["id"]), "--yes").code == 0
        assert run.until_over()["status"] == "completed", run.story
        self.works()
        return run

    def approve_gates(self, run: SessionRun, count: int) -> None:
        """Let every candidate land as it comes to its gate."""
        done: set[str] = set()
        while len(done) < count:
            gate = run.until(lambda: self._gate(done), "no gate was asked")
            assert self.planners(*self.roots, "approve", str(gate["id"]), "--yes").code == 0
            done.add(str(gate["id"]))

    def _gate(self, done: set[str]) -> dict[str, Any] | None:
        asked = self.planners(*self.roots, "inbox", "--json").document["questions"]
        return next((one for one in asked if one["kind"] == "gate" and one["id"] not in done), None)

    @property
    def roots(self) -> list[str]:
        """The repositories as places: what asks before it lands is the run of each."""
        return [word for name in REPOS for word in ("--root", str(self.codex.project / name))]

    def landed(self) -> dict[str, str]:
        """The file of each repository, as far as it is there."""
        paths = {name: self.codex.project / name / file for name, file in FILES.items()}
        return {name: path.read_text() for name, path in paths.items() if path.exists()}

    def show(self, run: SessionRun) -> dict[str, Any]:
        document = self.planners("show", str(run.address), "--json").document
        assert isinstance(document, dict)
        return document


@pytest.fixture
def shop(codex: RealCodex) -> Shop:
    return Shop(codex)


def test_one_goal_lands_in_two_repositories_through_commands_alone(shop: Shop, tmp_path: Path) -> None:
    source = shop.planned()
    run = shop.start("--set", f"from_run={source.address}", "--set", "after=web=api", "--set", "hold_landings=false")
    shop.approve_gates(run, 2)
    assert run.until_over()["status"] == "completed", run.story
    assert shop.landed() == {"api": "cancelled in api\n", "web": "cancelled in web\n"}
    assert not run.of("question"), "plans that were approved there are not asked again"
    (begun,), (carried,) = run.of("campaign"), run.of("campaign_plans")
    assert begun["from_run"] == str(source.address)
    assert [one["plans"] for one in source.of("plans_approved")] == [carried["plans"]]
    document = shop.show(run)
    assert (document["state"], document["why"]) == ("done", "landed: api, web")
    for name in REPOS:
        assert shop.repositories[name].git("worktree", "list", "--porcelain").decode().count("worktree ") == 1
    table = tmp_path / "owners.tsv"
    assert shop.planners("show", str(run.address), "--report", str(table)).code == 0
    assert [line.split("\t")[2] for line in table.read_text().splitlines()] == ["state", "verified", "verified"]


def test_what_was_rejected_is_run_again_on_what_has_landed(shop: Shop) -> None:
    source = shop.planned()
    shop.reviews(reject("src/cancel.ts:1 cancels nothing"), of="web")
    words = ("--set", "gate=auto", "--set", "max_review_rounds=1", "--set", "reviewers=correctness")
    run = shop.start("--set", f"from_run={source.address}", *words)
    assert run.until_over()["status"] == "failed"
    said = "landed: api; not landed: web; web failed: rejected in round 1: src/cancel.ts:1 cancels nothing"
    assert said in str(shop.show(run)["why"])
    assert shop.landed() == {"api": "cancelled in api\n"}
    shop.reviews(approve(), of="web")
    ran = shop.planners("rerun", str(run.address), "--failed-only")
    assert ran.code == 0, ran
    again = SessionRun(shop.codex, ran.out.strip().removeprefix("odw:"))
    assert again.until_over()["status"] == "completed", again.story
    assert shop.landed() == {"api": "cancelled in api\n", "web": "cancelled in web\n"}
    assert [one["key"] for one in again.of("agent_session")] == ["web"]
    assert shop.planners("rerun", str(run.address), "--failed-only").code == 7
