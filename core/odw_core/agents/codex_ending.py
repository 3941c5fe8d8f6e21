"""What came of a call of Codex: the result that its last turn and the wishes of people come to. Touches nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from odw_core.agents.answer import answer_of
from odw_core.agents.base import AgentCall, AgentResult, Ending
from odw_core.agents.cause import MISMATCH, cause_of, cause_of_loss, flaw_of, is_retryable
from odw_core.agents.codex_memory import Memory
from odw_core.agents.turn import TurnStory
from odw_core.appserver.trace import Secrets
from odw_core.model.cause import Cause
from odw_core.model.command import Cancel, Command


@dataclass(frozen=True, slots=True)
class Came:
    """Everything that decides the result, at one moment. Secrets of the server are hidden in all that is said of it."""

    call: AgentCall
    story: TurnStory
    memory: Memory
    served: str
    """The model that answered, where the server said so."""
    wish: Command | None
    """What a person asked for that ends the call."""
    secrets: Secrets
    stderr: bytes
    """The end of what the server wrote there."""

    def result(self) -> AgentResult:
        """Of a turn that is over."""
        match self.story.status:
            case "completed":
                return self._completed()
            case "interrupted":
                return self.ended(ending_of(self.wish))
            case _:
                return self.failed(self.story.error)

    def ended(self, ending: Ending) -> AgentResult:
        """Without a cause: nothing is wrong, or a person wanted it so."""
        return AgentResult(
            Ending.CANCELLED if isinstance(self.wish, Cancel) else ending,
            text=self.secrets.hide(self.story.text),
            thread=self.memory.thread,
            turns=self.memory.turns,
            model=self.served or self.memory.accepted,
            tokens=self.story.tokens,
            diff=self.secrets.hide(self.story.diff),
        )

    def failed(self, error: str) -> AgentResult:
        """``error`` is the last word on it; why is looked for in what was said before."""
        return self._with_cause(self.ended(Ending.FAILED), cause_of(self.story.errors, error, self.stderr), error)

    def lost(self, how: str) -> AgentResult:
        """Ended by us, since it took too long; ``how`` says in what way."""
        return self._with_cause(self.ended(Ending.FAILED), cause_of_loss(how, self.story.errors, self.stderr))

    def _completed(self) -> AgentResult:
        ended = self.ended(Ending.COMPLETED)
        if self.call.schema is not None:
            answer = answer_of(ended.text, self.call.schema)
            if answer.issues:
                cause = Cause(MISMATCH, f"its answer is not what was asked for: {answer.issues[0]}", "")
                return replace(self._with_cause(self.ended(Ending.FAILED), cause), issues=answer.issues)
            ended = replace(ended, value=answer.value)
        flaw = flaw_of(self.story.warnings, self.stderr)
        return ended if flaw is None else self._with_cause(ended, flaw)

    def _with_cause(self, ended: AgentResult, cause: Cause, error: str = "") -> AgentResult:
        return replace(
            ended,
            cause=self.secrets.hide(cause.sentence or error),
            cause_kind=cause.kind,
            fix=cause.fix,
            evidence=self.secrets.hide(cause.proof.text) if cause.proof else "",
            error=self.secrets.hide(error),
            retryable=ended.ending is Ending.FAILED and is_retryable(cause.kind),
        )


def ending_of(wish: Command | None) -> Ending:
    """How a call ends that a person ended."""
    return Ending.CANCELLED if isinstance(wish, Cancel) else Ending.INTERRUPTED
