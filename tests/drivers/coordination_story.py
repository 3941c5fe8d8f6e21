"""A made-up coordinate run of ours, told event by event in the keys of its journal; and a campaign over its plans."""

from __future__ import annotations

from drivers.odw_recording import BEGAN_MS, Story
from odw_core.engines.odw.records import JournalLine
from odw_core.model.address import Address
from odw_core.model.question import Question, Road
from odw_core.model.question_json import encode_question

API, WEB = "/work/team/api", "/work/team/web"
STAMP = "20261120T212816047000Z"
DENIED = "Codex cannot write its sessions folder: Permission denied (os error 13)"
NOT_DECLARED = "web consumes undefined API path contract: http:path:/api/refunds/{id}"
ASKED = "Which currency do refunds use?"
CHILD_API, CHILD_WEB = "odw-exec-1795000100000-51", "odw-exec-1795000200000-52"

Event = dict[str, object]
_REFUND: Event = {
    "kind": "undefined_path",
    "id": "http:path:/api/refunds/{id}",
    "text": NOT_DECLARED,
    "declared": [{"repo": API, "path": "openapi.yaml", "line": 12, "text": "  /api/refund/{refundId}:"}],
    "consumed": [{"repo": WEB, "path": "src/refunds.ts", "line": 31, "text": "fetch(`/api/refunds/${id}`)"}],
}


class Coordination(Story):
    """Two repos and one goal; ``rounds`` are told by the methods in their order."""

    def begun(self, max_rounds: int = 3) -> Coordination:
        self.line(JournalLine({"type": "launch", "backend": "native", "script": "odw-tui:x", "ts_ms": self.now_ms}))
        self.recorded("running")
        self.event("workflow_start", name="coordinate", backend="native")
        self.event("supervisor", pid=4242, started_at=BEGAN_MS / 1000)
        self.event("goal", text="refunds in the shop")
        self.event(
            "coordination", goal="refunds in the shop", repos=[API, WEB], mode="conditional", max_rounds=max_rounds
        )
        return self

    def looked(self, number: int = 1) -> Coordination:
        found = [
            {
                "path": repo,
                "exists": True,
                "kind": kind,
                "signals": [signal],
                "languages": [[language, 12]],
                "evidence": [f"12 files of {language}"],
                "constraints": ["keep the public API"],
            }
            for repo, kind, signal, language in (
                (API, "python", "pyproject.toml", "python"),
                (WEB, "node", "package.json", "typescript"),
            )
        ]
        self.event("coordination_repos", round=number, repos=found)
        return self

    def split(self, number: int = 1, source: str = "agent", cause: str = "") -> Coordination:
        self.event(
            "coordination_split",
            round=number,
            source=source,
            cause=cause,
            assignments={API: ["serve refunds"], WEB: ["show refunds", "ask before refunding"]},
            rationale="The API owns the money.",
            risks=["double refunds"],
            questions=[],
        )
        return self

    def planning(self, base: str, number: int = 1) -> Coordination:
        key = f"plan-{base}-r{number}"
        self.event(
            "agent_start",
            key=key,
            label=base,
            phase="Plan",
            agentType="planner",
            attempt=1,
            runtime="codex",
            model="gpt-5-codex",
            config={},
        )
        return self

    def planned(
        self,
        repo: str,
        number: int = 1,
        *,
        status: str = "OK",
        cause: str = "",
        changes: tuple[str, ...] = ("add POST /refunds",),
        questions: tuple[str, ...] = (),
        summary: str = "Serve refunds.",
    ) -> Coordination:
        base = repo.rpartition("/")[2]
        key = f"plan-{base}-r{number}"
        is_fallback = status == "FALLBACK"
        error = {"ok": False, "error": {"category": "agent", "message": cause}}
        self.event(
            "agent_done",
            key=key,
            label=base,
            attempt=1,
            ok=not is_fallback,
            result=error if is_fallback else {"text": summary},
            tokens=None if is_fallback else 1200,
        )
        self.event(
            "agent_call",
            key=key,
            round=number,
            attempt=1,
            argv=["codex", "app-server"],
            model="gpt-5-codex",
            schema=True,
            sandbox="read-only",
            started_at=self.now_ms / 1000 - 14,
            duration_ms=14_000,
            exit_code=1 if is_fallback else 0,
            stderr=f"attempts/{key}-1/stderr.log",
            cause=cause,
        )
        self.event(
            "coordination_plan",
            round=number,
            repo=repo,
            base=base,
            status=status,
            origin="heuristic" if is_fallback else "agent",
            cause=cause,
            summary=summary,
            changes=[*changes],
            questions=[*questions],
            key=key,
            model="" if is_fallback else "gpt-5-codex",
            sha256=f"{number}{base}" * 8,
        )
        return self

    def aligned(self, number: int = 1, *, is_fine: bool = False) -> Coordination:
        declared = "/api/refunds/{id}" if is_fine else "/api/refund/{refundId}"
        use = {"id": f"http:path:{declared}", "path": "openapi.yaml", "line": 12, "text": f"  {declared}:"}
        wants = {"id": "http:path:/api/refunds/{id}", "path": "src/refunds.ts", "line": 31, "text": "fetch(…)"}
        artifact = {"path": "openapi.yaml", "hash": "17a5fab28b3c", "contract_ids": [use["id"]], "ids": [use]}
        repos = [
            {
                "repo_path": API,
                "artifacts": [artifact],
                "declared_contract_ids": [use["id"]],
                "consumed_contract_ids": [],
            },
            {
                "repo_path": WEB,
                "artifacts": [],
                "declared_contract_ids": [],
                "consumed_contract_ids": [wants["id"]],
                "consumed": [wants],
            },
        ]
        self.event("coordination_contracts", round=number, repos=repos, issues=[] if is_fine else [_REFUND])
        return self

    def decided(self, number: int, status: str, goes: str, why: str, *reasons: Event, ceiling: int = 3) -> Coordination:
        told = {"round": number, "max_rounds": ceiling, "status": status, "reasons": [*reasons], "next": goes}
        self.event("coordination_decided", **told, why=why)
        return self

    def asks(self, body: str = ASKED, kind: str = "question", identity: str = "") -> Coordination:
        name = identity or f"q-{kind}"
        asked = Question(
            id=name,
            address=Address("odw", self.run_id),
            kind=kind,
            asked_at=self.now_ms / 1000,
            title=body,
            body=body,
            subject="web",
            fields=(),
            decisions=("answer",),
            risk=None,
            digest="d" * 64,
            witnesses=("journal",),
            inferred=False,
            answer_via="you",
            why_not=None,
            road=Road.SUPERVISOR,
        )
        self.event("question", key="", question=encode_question(asked))
        return self

    def answered(self, text: str = "EUR alone", body: str = ASKED) -> Coordination:
        self.event("question_closed", id="q-question", how="answered")
        answer = {"question": body, "repo": WEB, "text": text, "by": "ada@here"}
        self.event("coordination_answered", round=1, answers=[answer])
        return self.decided(1, "HITL_REQUIRED", "propose", "a person answered", QUESTION, ISSUE)

    def ended(self, *, ok: bool = True, **result: object) -> Coordination:
        self.event("workflow_done", name="coordinate", result={"ok": ok, **result})
        self.exits("completed" if ok else "failed", 0 if ok else 1)
        return self


QUESTION: Event = {"kind": "question", "repo": WEB, "text": ASKED}
ISSUE: Event = {"kind": "contract_issue", "repo": None, "text": NOT_DECLARED}


def planning_again() -> Coordination:
    """Round 1 did not agree and went back by itself; one repo is being planned in round 2, the other one is."""
    told = first_round("propose", "round 1 of 3 did not agree: web consumes what api does not declare", ISSUE)
    told.split(2).planning("api", 2).planning("web", 2)
    told.planned(API, 2, changes=("add POST /refunds", "rename /api/refund to /api/refunds"))
    return told


def first_round(goes: str, why: str, *reasons: Event) -> Coordination:
    """Two plans with one contract mismatch; web asks where ``reasons`` hold its question."""
    story = Coordination().begun().looked().split().planning("api").planning("web").planned(API)
    is_asking = QUESTION in reasons
    story.planned(
        WEB,
        status="HITL_REQUIRED" if is_asking else "OK",
        changes=("show refunds", "cache refunds for a day"),
        questions=(ASKED,) if is_asking else (),
        summary="Show refunds.",
    )
    return story.aligned().decided(1, "HITL_REQUIRED", goes, why, *reasons)


def asking() -> Coordination:
    """It waits for one answer after round 1."""
    return first_round("pause", "a person has to answer", QUESTION, ISSUE).asks()


def agreed() -> Coordination:
    """A person answered, round 2 agreed, the plans were approved and written."""
    story = asking().answered().split(2).planning("api", 2).planning("web", 2)
    story.planned(API, 2, changes=("add POST /refunds", "rename /api/refund to /api/refunds"))
    story.planned(WEB, 2, changes=("show refunds", "show amounts in EUR"), summary="Show refunds in EUR.")
    story.aligned(2, is_fine=True).decided(2, "CONVERGED", "write", "every plan agrees in round 2")
    plans = [{"repo": repo, "sha256": "ab" * 32} for repo in (API, WEB)]
    story.event("plans_approved", plans=plans, by="ada@here")
    story.event("agent_session", key="coordination", attempt=1, runtime="converge", thread=STAMP)
    story.event("coordination_written", stamp=STAMP, files=14)
    return story.ended(status="CONVERGED", rounds=2, stamp=STAMP)


def fallen_back() -> Coordination:
    """Codex failed for both repos, and a person is asked how to go on."""
    story = Coordination().begun(2).looked().split(1, "heuristic", DENIED).planning("api").planning("web")
    reasons: list[Event] = []
    for repo in (API, WEB):
        story.planned(repo, status="FALLBACK", cause=DENIED, summary="Look at it by hand.")
        reasons.append({"kind": "fallback", "repo": repo, "text": DENIED})
    story.aligned(is_fine=True)
    return story.decided(
        1, "HITL_REQUIRED", "pause", "another round would be told nothing new", *reasons, ceiling=2
    ).asks("how should it go on?", "coordination")


class Campaign(Story):
    """One run for each repo, web after api."""

    def begun(self, *, holds: bool = False) -> Campaign:
        self.line(JournalLine({"type": "launch", "backend": "native", "script": "odw-tui:x", "ts_ms": self.now_ms}))
        self.recorded("running")
        self.event("workflow_start", name="campaign", backend="native")
        self.event("goal", text="refunds in the shop")
        repos = [{"repo": API, "after": []}, {"repo": WEB, "after": [API]}]
        self.event("campaign", repos=repos, hold_landings=holds)
        return self

    def repo(self, repo: str, state: str, run: str = "", why: str = "") -> Campaign:
        self.event("campaign_repo", repo=repo, run=run, state=state, why=why)
        return self


def half_landed() -> Campaign:
    """api landed, web was stopped."""
    story = Campaign().begun()
    for state in ("running", "approved", "landed", "verified"):
        story.repo(API, state, CHILD_API)
    story.repo(WEB, "running", CHILD_WEB).repo(WEB, "stopped", CHILD_WEB, "a person rejected it in round 2")
    error = {"category": "stopped", "message": "1 of 2 repos landed"}
    story.event("workflow_done", name="campaign", result={"ok": False, "error": error})
    story.exits("failed", 1)
    return story
