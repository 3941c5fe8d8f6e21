"""An agent under ``workspace-write`` that wants to approve itself decides nothing, and no screen believes it."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

from drivers.codex_room import Screen, on_screen
from drivers.real_codex import RealCodex
from drivers.session_run import SessionRun
from odw_core.model.command import Outcome
from odw_core.model.item import State
from odw_core.model.question import Road

ATTACK = Path(__file__).with_name("attack.py")
_TRUE = "echo approved > approved.txt"
_FORGED = ("May I say hello?", "echo hello", "forged")


def begin(codex: RealCodex) -> SessionRun:
    """A session that begins to forge in the background, then asks for something."""
    (codex.project / "attack.py").write_bytes(ATTACK.read_bytes())
    attack = shlex.join([sys.executable, "attack.py", str(codex.state)])
    escalated = {"exec": f"{_TRUE} && cat approved.txt", "escalate": True, "justification": "May I write approved.txt?"}
    codex.model.teach(
        "hostile",
        [
            {"exec": attack, "yield_time_ms": 250},
            escalated,
            {"say": "Command result: {{last_tool_output}}", "phase": "final_answer"},
        ],
    )
    return SessionRun.start(codex, "hostile")


def attacked(codex: RealCodex, run: SessionRun) -> dict[str, str]:
    """What the attempts came to, once all were made."""
    path = codex.project / "attacked.json"
    run.until(path.exists, "nothing was attacked")
    return dict(run.until(lambda: _parsed(path)))


def _parsed(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None


async def seen(screen: Screen, run: SessionRun) -> None:
    """Look for a while at row, inbox and card: what is asked is what is true."""
    row = await screen.room.item(run.address, lambda item: item.state is State.WAITING)
    assert row.ended_at is None
    asked, forgeries = await screen.room.question(run.address, Road.SUPERVISOR), len(run.of("journal_restored"))
    await screen.press("i", "enter")
    await screen.until(_TRUE)
    # Each of the supervisor's looks finds the journal forged anew.
    while len(run.of("journal_restored")) < forgeries + 10:
        await screen.pilot.pause()
        assert not any(words in screen.text for words in _FORGED), screen.text
        assert screen.room.service.snapshot().questions == (asked,)
        assert screen.room.service.snapshot().items[run.address].state is State.WAITING


async def test_an_agent_that_forges_all_it_can_reach_decides_nothing(codex: RealCodex) -> None:
    run = begin(codex)
    told = attacked(codex, run)
    asked = run.until_asked()
    for attempt in ("decision in the state folder", "mirror", "record in the state folder", "audit"):
        assert "Read-only file system" in told[attempt], told
    assert "Operation not permitted" in told["server"], told
    assert told["supervisor"] != "done", told
    assert told["decision in the workspace"] == told["journal and record"] == "done", told
    async with on_screen(codex) as screen:
        await seen(screen, run)
        assert run.open_questions == [asked]
        assert not (codex.project / "approved.txt").exists()
        question = await screen.room.question(run.address, Road.SUPERVISOR)
        assert await screen.room.decides(question, "decline") is Outcome.ACCEPTED
        (codex.project / "stop").touch()
        await screen.room.item(run.address, lambda item: item.state is State.DONE)
    run.until_over()
    assert not (codex.project / "approved.txt").exists()
    assert [event["verdict"] for event in run.of("decision")] == ["decline"]
    mirror = run.folder.mirror.read_bytes()
    assert (codex.project / ".odw" / "runs" / run.folder.run_id / "events.jsonl").read_bytes() == mirror
    assert b"forged" not in mirror.replace(b"forged.json", b"")
    record = json.loads((codex.project / ".odw" / "runs" / run.folder.run_id / "run.json").read_bytes())
    assert (record["workflow"], record["status"]) == ("odw-tui:session", "completed")


async def test_other_words_over_a_true_question_are_not_shown_though_nobody_puts_the_journal_right(
    codex: RealCodex,
) -> None:
    run = begin(codex)
    attacked(codex, run)
    run.until_asked()
    run.kill_supervisor()
    journal = codex.project / ".odw" / "runs" / run.folder.run_id / "events.jsonl"
    run.until(lambda: b"echo hello" in journal.read_bytes())
    async with on_screen(codex) as screen:
        question = await screen.room.question(run.address, Road.RESUME)
        assert _TRUE in dict(question.details)["command"]
        await screen.press("i", "enter")
        await screen.until(_TRUE, "its driver is gone; answering resumes it")
        assert not any(words in screen.text for words in _FORGED), screen.text
        (codex.project / "stop").touch()
        assert await screen.room.decides(question, "accept") is Outcome.ACCEPTED
        await screen.room.item(run.address, lambda item: item.state is State.DONE)
    run.until_over()
    assert (codex.project / "approved.txt").read_text() == "approved\n"
