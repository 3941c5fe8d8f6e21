"""What is asked of a person when a turn was lost with its server, and what the answer means. Pure."""

from __future__ import annotations

from odw_core.decide.digest import digest
from odw_core.engines.codex.form import question_id
from odw_core.model.address import Address
from odw_core.model.decision import Decision
from odw_core.model.question import Choice, Field, Question, Road

WENT_ON = "answer"
STOPPED = "cancel"
GO_ON, AGAIN = "go on", "the same again"
_FIELD = "next"
_GO_ON_PROMPT = "You were interrupted. Look at what is done already, then go on where you stopped."


def lost_turn(address: Address, subject: str, thread: str, turn: str, asked_at: float) -> Question:
    """The server died in the middle of a turn: nothing is sent before a person says what."""
    choices = (
        Choice(GO_ON, "Tell it to look at what is done and to go on."),
        Choice(AGAIN, "Send the prompt once more, whatever was done already."),
    )
    return Question(
        id=question_id(thread, turn, "lost"),
        address=address,
        kind="question",
        asked_at=asked_at,
        title="its server ended in the middle of a turn; go on?",
        body="The app server ended while the agent worked. What it did stays; what it was about to do is lost.",
        subject=subject,
        fields=(Field(_FIELD, "what to say to it", choices, allows_other=True),),
        decisions=(WENT_ON, STOPPED),
        risk=None,
        digest=digest({"kind": "lost", "thread": thread, "turn": turn}),
        witnesses=("journal",),
        inferred=False,
        answer_via="you, here",
        why_not=None,
        road=Road.SUPERVISOR,
    )


def prompt_of(decision: Decision, before: str) -> str:
    """What is sent to the session now. ``before`` is the prompt of the lost turn."""
    said = next((values[0] for field, values in decision.values if field == _FIELD and values), GO_ON)
    if said == AGAIN:
        return before
    return _GO_ON_PROMPT if said in (GO_ON, "") else said
