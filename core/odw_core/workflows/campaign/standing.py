"""Standing: how far the run of one repository is, from the events of its journal. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from odw_core.engines.loose import Json, flag, mapping, objects, text, texts
from odw_core.engines.odw.names import CAMPAIGN_STOPPED, STOPPED_BY_OWNER
from odw_core.engines.odw.records import JournalLine
from odw_core.text.ansi import one_line

_WHY = 300
_MOST_FILES = 500


class State(StrEnum):
    """Where a repository is."""

    WAITS = "waits"
    RUNNING = "running"
    APPROVED = "approved"
    LANDED = "landed"
    VERIFIED = "verified"
    FAILED = "failed"
    STOPPED = "stopped"


HAS_LANDED = (State.LANDED, State.VERIFIED)
ENDED_BADLY = (State.FAILED, State.STOPPED)


@dataclass(slots=True)
class Story:
    """What a run's journal says so far. Grows line by line; never raises for what stands there."""

    is_ready: bool = False
    """Whether it may land as far as itself is concerned."""
    is_held: bool = False
    """Whether it waits for the campaign at this moment."""
    files: tuple[str, ...] = ()
    """What it landed."""
    has_landed: bool = False
    asked: dict[str, str] = field(default_factory=dict)
    """Open questions: id to title."""
    questions: list[tuple[str, str]] = field(default_factory=list)
    """Everything that was asked and what became of it: (title, verdict or how it was closed)."""
    verification: str = ""
    """``passed``, ``failed: …``; empty when it did not come so far."""
    commit: str = ""
    branch: str = ""
    is_over: bool = False
    is_ok: bool = False
    is_stopped: bool = False
    """Whether a person or the campaign ended it, and nothing broke."""
    is_rejected: bool = False
    """Whether reviewers or a person turned down what was made."""
    why: str = ""
    """Why it is not ok, in one line."""

    def take(self, lines: Iterable[JournalLine]) -> None:
        """More of the journal."""
        for line in lines:
            if line.type == "exit":
                self.is_over, self.is_ok = True, text(line.fields, "status") == "completed"
                self.asked.clear()
            elif line.event is not None:
                self._event(line.event)

    def _event(self, event: Json) -> None:
        match text(event, "type"):
            case "waits_for" if text(event, "what") == "release":
                self.is_held = text(event, "status") in ("held", "left")
                self.is_ready = self.is_ready or self.is_held
            case "phase":
                # A candidate that the tree did not take goes back to work.
                self.is_ready = text(event, "title") == "Land" or self.is_held
            case "landed" if flag(event, "ok") is not False:
                self.has_landed, self.files = True, tuple(texts(event, "files")[:_MOST_FILES])
            case "landing_undone":
                self.has_landed = False
            case "question":
                question = mapping(event, "question")
                self.asked[text(question, "id")] = one_line(text(question, "title"), _WHY)
            case "question_closed":
                title = self.asked.pop(text(event, "id"), "")
                if title:
                    self.questions.append((title, text(event, "verdict") or text(event, "how")))
            case "committed":
                self.commit, self.branch = text(event, "commit"), text(event, "branch")
            case "cancelled":
                self.is_stopped, self.why = True, "it was cancelled"
            case "workflow_error":
                self.why = one_line(text(event, "message").strip().rpartition("\n")[2], _WHY)
            case "workflow_done":
                self._result(mapping(event, "result"))
            case _:
                pass

    def _result(self, result: Json) -> None:
        error, gate = mapping(result, "error"), mapping(result, "gate")
        self.is_stopped = text(error, "category") in (STOPPED_BY_OWNER, CAMPAIGN_STOPPED)
        self.is_rejected = bool(_rejection(result, gate)) and not text(error, "message")
        self.why = one_line(text(error, "message") or _rejection(result, gate), _WHY)
        if self.has_landed:
            is_ok = flag(result, "ok") is True
            self.verification = "passed" if is_ok else f"failed: {self.why}"

    @property
    def state(self) -> State:
        """Where it is."""
        if self.has_landed:
            return State.VERIFIED if self.is_ok else State.LANDED
        if self.is_over:
            return State.STOPPED if self.is_stopped else State.FAILED
        return State.APPROVED if self.is_ready else State.RUNNING

    @property
    def asks(self) -> str:
        """What it asks a person, the oldest question first."""
        return next(iter(self.asked.values()), "")

    @property
    def told(self) -> str:
        """Why it is there, or what it waits for."""
        if self.is_over:
            return "" if self.is_ok else self.why or "it ended without a word"
        return f"asks: {self.asks}" if self.asks else ""


def _rejection(result: Json, gate: Json) -> str:
    """What was wrong with a candidate that was turned down and left no error."""
    if flag(result, "ok") is True or not gate:
        return ""
    reviews = [one for one in objects(result, "history") if text(one, "step") == "review"]
    said = f"rejected in round {len(reviews)}" if reviews else "rejected"
    blocker = next(iter(texts(gate, "blockers")), "")
    return f"{said}: {blocker}" if blocker else said
