"""PandaCode sessions: one record file each, of codex (two generations), claude or bamboo (ODW reference §1.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from odw_core.engines.loose import Json, integer, mapping, text, texts
from odw_core.engines.odw.answering import way_of_answer
from odw_core.engines.odw.names import run_of, session_address
from odw_core.engines.odw.question import agent_form
from odw_core.engines.odw.records import SessionRecord, decode_session
from odw_core.model.address import Address
from odw_core.model.cause import Cause
from odw_core.model.detail import How, Origin, SessionDetail
from odw_core.model.evidence import Evidence, Facts, Replaced
from odw_core.model.item import Claim, Depth, Item, Kind, State, Tokens
from odw_core.model.question import Question
from odw_core.state.derive import Reading, Standing, derive
from odw_core.text.ansi import one_line, plain

_STANDINGS = {
    "starting": Standing.STARTING,
    "running": Standing.WORKING,
    "waiting_for_user": Standing.ASKING,
    "completed": Standing.FINISHED,
    "failed": Standing.BROKEN,
    "timeout": Standing.BROKEN,
    "no_report": Standing.BROKEN,
    "interrupted": Standing.STOPPED,
    "stopped": Standing.STOPPED,
}


@dataclass(slots=True)
class SessionAcc:
    """The newest readable record. ``runtime`` and ``session`` come from its path, which is its identity."""

    runtime: str
    session: str
    place: str
    fields: dict[str, object] = field(default_factory=dict)

    @property
    def record(self) -> SessionRecord:
        return SessionRecord(self.fields)


def fold_session(acc: SessionAcc, evidence: Evidence) -> SessionAcc:
    """A record is replaced as a whole; a torn one leaves the previous value standing."""
    if isinstance(evidence, Replaced):
        record = decode_session(evidence.data)
        if record is not None:
            acc.fields = dict(record.fields)
    return acc


def session_questions(acc: SessionAcc, facts: Facts) -> tuple[Question, ...]:
    """Everything that it asks, as one card: what is asked together is answered together."""
    record = acc.record
    if record.state != "waiting_for_user":
        return ()
    question = agent_form(
        record.pending_questions,
        thread=record.thread_id or acc.session,
        address=session_address(acc.runtime, acc.session),
        subject=f"{plain(acc.runtime)} session {plain(acc.session)}",
        asked_at=_seconds(record.updated_ms),
        witness="session record",
        way=way_of_answer(record, acc.session, facts.alive),
        turn=text(record.artifacts, "turn_id"),
    )
    return () if question is None else (question,)


def session_item(acc: SessionAcc, facts: Facts, depth: Depth = Depth.FOLDED) -> Item:
    """The row of one session; a child of its run when its name says so."""
    record = acc.record
    standing = _STANDINGS.get(record.state, Standing.ABANDONED if not acc.fields else Standing.WORKING)
    state, why, deadline = derive(Reading(standing, _why(acc, standing), _seconds(record.updated_ms)), facts)
    artifacts = record.artifacts
    run = run_of(acc.session)
    words = text(artifacts, "last_agent_message") or text(mapping(artifacts, "last_summary"), "last_agent_message")
    asked = session_questions(acc, facts)
    count = len(acc.record.pending_questions) if asked else 0
    return Item(
        address=session_address(acc.runtime, acc.session),
        parent=Address("odw", run) if run else None,
        kind=Kind.SESSION,
        place=acc.place,
        title=one_line(acc.session, 120),
        state=state,
        why=why,
        raw_state=one_line(record.state, 60) or "unreadable",
        stage=f"{count} question{'s' if count > 1 else ''}" if asked else "",
        questions=len(asked),
        model=one_line(text(record.fields, "model"), 80) or None,
        tokens=_tokens(artifacts),
        started_at=_seconds(record.created_ms),
        changed_at=_seconds(record.updated_ms),
        ended_at=_seconds(record.updated_ms)
        if standing in (Standing.FINISHED, Standing.BROKEN, Standing.STOPPED)
        else None,
        last_words=one_line(words, 400),
        cause=_cause(acc) if standing is Standing.BROKEN else None,
        depth=depth,
        driver="pandacode",
        next_deadline=deadline,
        claims=(Claim(acc.runtime, session=thread),) if (thread := one_line(record.thread_id or "", 120)) else (),
    )


def _why(acc: SessionAcc, standing: Standing) -> str:
    record = acc.record
    match standing:
        case Standing.ABANDONED:
            return "its record cannot be read"
        case Standing.ASKING:
            asked = record.pending_questions
            more = f" (and {len(asked) - 1} more)" if len(asked) > 1 else ""
            return f"asks: {one_line(text(asked[0], 'question'), 300)}{more}" if asked else "waits for an answer"
        case Standing.BROKEN:
            return _cause(acc)
        case Standing.STOPPED:
            return f"a person {one_line(record.state, 40)} it"
        case Standing.FINISHED:
            return "the agent finished its turn"
        case _:
            return f"{one_line(acc.runtime, 20)} is {one_line(record.state, 40)}"


def _cause(acc: SessionAcc) -> str:
    artifacts, state = acc.record.artifacts, acc.record.state
    missing = texts(artifacts, "missing_artifacts")
    if missing:
        return f"expected files are missing: {one_line(', '.join(missing), 300)}"
    error = text(artifacts, "error") or text(mapping(artifacts, "error"), "message")
    words = {"timeout": "it ran out of time", "no_report": "it ended without the report it was asked for"}
    return one_line(error, 400) or words.get(state, "the agent's turn failed; its output says more")


def _tokens(artifacts: Json) -> Tokens | None:
    """The usage of the whole thread, in either of the two spellings that records have."""
    for usage in (mapping(artifacts, "usage"), mapping(mapping(artifacts, "last_summary"), "usage")):
        total = mapping(mapping(usage, "tokenUsage"), "total")
        if (count := integer(total, "totalTokens")) is not None:
            names = ("inputTokens", "cachedInputTokens", "outputTokens", "reasoningOutputTokens")
            return Tokens(count, False, *(integer(total, name) for name in names))
        if (count := integer(usage, "total_tokens")) is not None:
            names = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
            return Tokens(count, False, *(integer(usage, name) for name in names))
    return None


def session_detail(acc: SessionAcc, facts: Facts) -> SessionDetail:
    """One session in full."""
    record, item = acc.record, session_item(acc, facts)
    return SessionDetail(
        item=item,
        runtime=acc.runtime,
        session=acc.session,
        driver=one_line(record.driver, 80),
        thread_id=one_line(record.thread_id or "", 120) or None,
        model=item.model,
        effort=one_line(text(record.fields, "effort"), 40) or None,
        permission=one_line(text(record.fields, "permission"), 40) or None,
        owner_pid=integer(record.artifacts, "runner_pid"),
        questions=session_questions(acc, facts),
        cause=(item.cause,) if item.cause else (),
        missing_artifacts=tuple(plain(name) for name in texts(record.artifacts, "missing_artifacts")),
        streams=("stdout", "stderr", "journal"),
        causes=_causes(item),
        origins=_origins(acc, item),
    )


def _causes(item: Item) -> tuple[Cause, ...]:
    # Imported late: rows of thousands are made without it.
    from odw_core.diagnose.causes import cause_of

    found = cause_of(item.cause) if item.cause else None
    return () if found is None else (found,)


def _origins(acc: SessionAcc, item: Item) -> tuple[Origin, ...]:
    file = f"{acc.place}/.pandacode/sessions/{acc.runtime}/{acc.session}.json"
    how = How.INFERRED if item.state is State.STALE else How.READ
    rest = ("title", "model", "tokens", "questions", "started")
    return (
        Origin("state", file, None, item.changed_at, how, "state"),
        *(Origin(figure, file, None, item.changed_at, How.READ) for figure in rest),
    )


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
