"""What is told about a session's work: the lines of the run's journal and the files of its attempt. Decides nothing.

What a person typed as a secret is in none of it."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.agents.base import AgentCall, AgentHost, AgentResult, AttemptFiles
from odw_core.agents.tail import Tail
from odw_core.agents.telling import PROMPT_SHOWN, done_event, outcome, start_event
from odw_core.agents.turn import TurnStory
from odw_core.appserver.trace import HidingStream, Secrets, Trace
from odw_core.engines.loose import Json, integer, mapping

_RUNTIME = "codex"


class Telling:
    """For one call."""

    def __init__(self, call: AgentCall, host: AgentHost, stderr: Tail, secrets: Secrets) -> None:
        self._call, self._host, self._stderr, self._secrets = call, host, stderr, secrets
        self._files: AttemptFiles = host.attempt(call.key, call.attempt)
        self._shown = HidingStream(secrets)
        self.trace = Trace(self._files.protocol, host.now, secrets)
        # A server prints for all its calls: this one's part begins where it began.
        self._heard = f"stderr/{call.key}#{call.attempt}"
        said = integer(mapping({"kept": host.kept(self._heard)}, "kept"), "offset")
        stderr.offset = stderr.size if said is None else said
        if said is None:
            host.keep(self._heard, {"offset": stderr.offset})

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
        self._write(start_event(call, _RUNTIME, config))

    def thread(self, thread: str, home: str, path: str) -> None:
        """The session exists."""
        self._emit("agent_session", attempt=self._call.attempt, runtime=_RUNTIME, thread=thread, home=home, path=path)

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
            self._host.keep(self._heard, {"offset": self._stderr.offset})
            self._files.stderr(self._secrets.hide(data.decode("latin-1")).encode("latin-1"))

    def done(self, result: AgentResult) -> None:
        """It is over."""
        self._files.stdout(self._shown.rest().encode("utf-8", "replace"))
        self._files.result({**outcome(result), "ending": result.ending.value, "fix": result.fix, "said": result.error})
        self._files.close()
        if self._call.tells_end:
            self._write(done_event(self._call, result, _RUNTIME))

    def _emit(self, kind: str, **fields: object) -> None:
        self._write({"type": kind, "key": self._call.key, **fields})

    def _write(self, event: dict[str, object]) -> None:
        hidden = self._secrets.hide_in(event)
        assert isinstance(hidden, dict)
        self._host.emit(hidden)
