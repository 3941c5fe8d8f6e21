"""What a run is shown as: the table of the ODW reference §1.3, whose first row that fits wins, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from odw_core.engines.odw.acc import NodeAcc, Outcome, PhaseAcc, ResultAcc, RunAcc
from odw_core.engines.odw.coordination_acc import CampaignAcc, CampaignRepoAcc
from odw_core.engines.odw.show_as import ShowAs, show_as, waiting_nodes

REJECTED = {"decision": "reject"}
BROKEN = {"has_error": True, "category": "verification_failed", "message": "2 tests fail"}


def result(**more: Any) -> ResultAcc:
    """A result that says nothing but what is given."""
    nothing: dict[str, Any] = {"category": "", "message": "", "has_error": False, "decision": "", "history": []}
    nothing |= {"landed_ok": None, "landed_message": "", "verify_ok": None, "verification": "", "at_ms": None}
    return ResultAcc(**{"ok": False, **nothing, **more})


def node(key: str, state: str, done_index: int) -> NodeAcc:
    return NodeAcc(key, key, "", outcome=Outcome(False, state=state), done_index=done_index)


def run(status: str = "running", *, nodes: tuple[NodeAcc, ...] = (), **more: Any) -> RunAcc:
    """A run as its run.json says, with the number of its last phase's line as ``phase``."""
    phase = more.pop("phase", None)
    acc = RunAcc("odw-exec-1-2", "/w", status=status, has_record=True, nodes={one.key: one for one in nodes}, **more)
    if phase is not None:
        acc.phases.append(PhaseAcc("Review", "", None, phase))
    return acc


def ended(code: int | None = 1, **more: Any) -> RunAcc:
    return run("failed", exit_status="failed", exit_code=code, **more)


ASKING = node("core", "waiting_for_user", 9)


@pytest.mark.parametrize(
    ("acc", "alive", "shown"),
    [
        (RunAcc("x", "/w"), True, ShowAs.STARTING),
        (RunAcc("x", "/w"), False, ShowAs.ABANDONED),
        (RunAcc("x", "/w"), None, ShowAs.ABANDONED),
        (run(), True, ShowAs.RUNNING),
        (run(), None, ShowAs.RUNNING),
        (run(), False, ShowAs.ORPHANED),
        # The journal's exit comes before the last word of run.json, and a last word may come without an exit.
        (run(exit_status="failed", exit_code=1), True, ShowAs.FAILED),
        (run(exit_status="completed", exit_code=0), False, ShowAs.COMPLETED),
        (run("completed"), True, ShowAs.COMPLETED),
        (run("failed"), True, ShowAs.FAILED),
        (run("of a later version", exit_status="failed", exit_code=1), True, ShowAs.FAILED),
        (ended(nodes=(ASKING,)), None, ShowAs.NEEDS_INPUT),
        (ended(nodes=(ASKING,), phase=8), None, ShowAs.NEEDS_INPUT),
        (ended(nodes=(ASKING,), phase=10), None, ShowAs.FAILED),
        (ended(nodes=(node("core", "failed", 9),)), None, ShowAs.FAILED),
        (run("completed", nodes=(ASKING,)), None, ShowAs.COMPLETED),
        (ended(result=result(decision="needs_owner")), None, ShowAs.NEEDS_OWNER),
        (ended(result=result(decision="needs_owner", has_error=True)), None, ShowAs.NEEDS_OWNER),
        (ended(nodes=(ASKING,), result=result(decision="needs_owner")), None, ShowAs.NEEDS_INPUT),
        (ended(result=result(**REJECTED)), None, ShowAs.REJECTED),
        (ended(result=result(**REJECTED, has_error=True)), None, ShowAs.FAILED),
        (ended(result=result(decision="approve")), None, ShowAs.FAILED),
        (ended(result=result(**BROKEN, landed_ok=True)), None, ShowAs.LANDED_UNVERIFIED),
        (
            ended(result=result(has_error=True, category="verification_mutated_worktree", landed_ok=True)),
            None,
            ShowAs.LANDED_UNVERIFIED,
        ),
        (ended(result=result(**BROKEN, landed_ok=False)), None, ShowAs.FAILED),
        (ended(result=result(**BROKEN)), None, ShowAs.FAILED),
        (ended(result=result(has_error=True, category="apply_failed", landed_ok=True)), None, ShowAs.FAILED),
        (ended(None), None, ShowAs.INTERRUPTED),
        (ended(None, result=result(**REJECTED)), None, ShowAs.REJECTED),
        (ended(0), None, ShowAs.FAILED),
    ],
)
def test_the_first_row_that_fits_is_what_a_run_is_shown_as(acc: RunAcc, alive: bool | None, shown: ShowAs) -> None:
    assert show_as(acc, alive) is shown


def test_a_cancelled_run_of_ours_is_interrupted_whatever_else_it_left() -> None:
    acc = ended(nodes=(ASKING,), result=result(**REJECTED))
    acc.native.cancelled_by = "ada"
    assert show_as(acc, None) is ShowAs.INTERRUPTED


def test_a_campaign_with_a_run_that_nobody_drives_stands_still() -> None:
    acc = run()
    acc.native.campaign = CampaignAcc(repos={"/a": CampaignRepoAcc("/a", []), "/b": CampaignRepoAcc("/b", [])})
    assert show_as(acc, True) is ShowAs.RUNNING
    acc.native.campaign.repos["/b"].is_left = True
    assert show_as(acc, True) is ShowAs.ORPHANED


def test_a_question_of_a_run_that_went_well_waits_for_nobody() -> None:
    assert waiting_nodes(ended(nodes=(ASKING,), result=result(ok=True))) == []
    assert waiting_nodes(ended(nodes=(ASKING, NodeAcc("docs", "docs", "")))) == [ASKING]
    assert waiting_nodes(ended(nodes=(ASKING,), phase=9)) == []
