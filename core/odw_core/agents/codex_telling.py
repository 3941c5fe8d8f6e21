"""What is told about a session's work: the lines of the run's journal and the files of its attempt. Decides nothing.

What a person typed as a secret is in none of it."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.agents.base import AgentCall, AgentHost, AgentResult, AttemptFiles, Ending
from odw_core.agents.tail import Tail
from odw_core.agents.turn import TurnStory
from odw_core.appserver.trace import HidingStream, Secrets, Trace
from odw_core.engines.loose import Json, integer, mapping

PROMPT_SHOWN = 8000
_RUNTIME = "codex"


class Telling:
    """For one call."""

    def __init__(self, call: AgentCall, host: AgentHost, stderr: Tail, secrets: Secrets) -> None:
        self._call, self._host, self._stderr, self._secrets = call, host, stderr, secrets
        self._files: AttemptFiles = host.attempt(call.key, 1)
        self._shown = HidingStream(secrets)
        self.trace = Trace(self._files.protocol, host.now, secrets)
        stderr.offset = integer(mapping({"kept": host.kept("stderr")}, "kept"), "offset") or 0

    def began(self) -> None:
        """The prompt is about to be sent for the first time."""
        call = self._call
        self._files.prompt(call.prompt)
        config = {
            "runtime": _RUNTIME,
            "model": call.model or "inherit",
            "effort": call.effort,
            "sandbox": call.sandbox,
            "approval_policy": call.approval_policy,
            "mode": call.mode,
        }
        self._emit(
            "agent_start",
            **self._node(),
            runtime=_RUNTIME,
            model=call.model or "inherit",
            promptPreview=call.prompt[:PROMPT_SHOWN],
            config=config,
        )

    def thread(self, thread: str, home: str, path: str) -> None:
        """The session exists."""
        self._emit("agent_session", attempt=1, runtime=_RUNTIME, thread=thread, home=home, path=path)

    def model(self, accepted: str, served: str, reason: str) -> None:
        """Which model was asked for, which the server took, which one answers."""
        requested = self._call.model or ""
        self._emit("model", requested=requested, accepted=accepted, served=served, reason=reason)
        if served:
            self.warn(f"model rerouted: {accepted} -> {served} ({reason or 'no reason given'})")
        elif requested and accepted and requested != accepted:
            self.warn(f"the model {requested} was asked for, {accepted} was accepted")

    def turn(self, turn: str, status: str) -> None:
        """A turn began or ended."""
        self._emit("turn", turn=turn, status=status)

    def said(self, words: str) -> None:
        """A person said something to it."""
        self._emit("said", text=words[:PROMPT_SHOWN])

    def plan(self, steps: Sequence[Json]) -> None:
        """What it is going to do."""
        self._emit("plan", plan=[dict(step) for step in steps])

    def warn(self, message: str) -> None:
        """Worth knowing, nothing failed because of it."""
        self._emit("warning", message=message)

    def shown(self, words: str) -> None:
        """What it said or printed, as it comes."""
        self._files.stdout(self._shown.feed(words).encode("utf-8", "replace"))

    def diff(self, story: TurnStory) -> None:
        """What changed so far."""
        self._files.diff(self._secrets.hide(story.diff))

    def stderr(self) -> None:
        """What its program printed since the last time."""
        while data := self._stderr.new():
            self._host.keep("stderr", {"offset": self._stderr.offset})
            self._files.stderr(self._secrets.hide(data.decode("latin-1")).encode("latin-1"))

    def done(self, result: AgentResult) -> None:
        """It is over."""
        is_ok = result.ending is Ending.COMPLETED
        value: dict[str, object] = {"text": result.text, "thread_id": result.thread, "turns": result.turns}
        if result.cause and is_ok:
            value["warning"] = {"category": result.cause_kind, "message": result.cause, "evidence": result.evidence}
        elif not is_ok:
            category = result.cause_kind or result.ending.value
            message = result.cause or f"the session was {result.ending.value}"
            value["error"] = {"category": category, "message": message, "evidence": result.evidence}
        self._files.stdout(self._shown.rest().encode("utf-8", "replace"))
        self._files.result({**value, "ending": result.ending.value, "fix": result.fix, "said": result.error})
        self._files.close()
        known = {"runtime": _RUNTIME, "model": result.model, "tokens": result.tokens}
        self._emit("agent_done", **self._node(), ok=is_ok, result=value, **known)

    def _node(self) -> dict[str, object]:
        call = self._call
        return {"index": 1, "label": call.label, "phase": call.phase, "attempt": 1, "maxAttempts": 1}

    def _emit(self, kind: str, **fields: object) -> None:
        told = {"type": kind, "key": self._call.key, **fields}
        hidden = self._secrets.hide_in(told)
        assert isinstance(hidden, dict)
        self._host.emit(hidden)
