"""What ``show`` says of a session: how it was set up, how far it came, and the end of its conversation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odw_core.errors import NotFound
from odw_core.model.address import Address
from odw_core.model.conversation import Entry, EntryKind
from odw_core.model.detail import SessionDetail
from odw_core.model.item import Limit
from odw_core.service.oneshot import Room
from odw_core.text.ansi import one_line
from odw_tui.headless.drawing import QUIET, Look, flow
from odw_tui.headless.show_parts import NAME, SENTENCE, moment, told_tokens
from odw_tui.present.conversation import NAMES, clock, ending_of, sign_of
from odw_tui.present.numbers import count, short
from odw_tui.present.places import at_home
from odw_tui.present.spans import Span, Spans

SHOWN_ENTRIES = 10
_WHO = 9


def last_entries(room: Room, address: Address) -> tuple[tuple[Entry, ...], int]:
    """The end of the conversation, and how many entries there are in all; nothing where it left no transcript."""
    try:
        conversation = room.conversation(address)
    except NotFound:
        return (), 0
    try:
        conversation.refresh()
        while not conversation.is_complete:
            conversation.refresh()
        number = conversation.count
        return conversation.entries(number - SHOWN_ENTRIES, number), number
    finally:
        conversation.close()


def session_facts(session: SessionDetail, look: Look) -> Iterator[tuple[str, str]]:
    """Name and value of what is known besides what every item has."""
    item = session.item
    written_by = (session.runtime, session.driver, session.version or "", f"by {session.source}" * bool(session.source))
    asked = f"(asked for {session.asked_model})" if session.asked_model not in (None, session.model) else ""
    missing = ", ".join(one_line(name, NAME) for name in session.missing_artifacts)
    yield "session", one_line(session.session, NAME)
    yield "run", one_line(str(item.parent or ""), NAME)
    yield "runtime", _together(written_by)
    yield "model", _together((session.model or "", session.effort or "", asked))
    yield "may", one_line(session.permission or "", NAME)
    yield "sandbox", one_line(session.sandbox or "", NAME)
    yield "approval", one_line(session.approval_policy or "", NAME)
    yield "mode", one_line(session.mode or "", NAME)
    yield "thread", "" if session.thread_id == session.session else one_line(session.thread_id or "", NAME)
    yield "forked from", one_line(session.forked_from or "", NAME)
    yield "owner", f"pid {session.owner_pid}" if session.owner_pid else ""
    yield "tokens", told_tokens(item.tokens)
    yield "context", _context(session)
    yield "did", ", ".join(_did(session))
    yield "limits", "\n".join(_limit(limit) for limit in item.limits)
    yield "missing", missing
    yield "said", one_line(item.last_words, SENTENCE)
    yield "address", one_line(str(item.address), NAME)


def folder_facts(session: SessionDetail, look: Look) -> Iterator[tuple[str, str]]:
    """Where the agent works, which is often not where its transcript lies."""
    item = session.item
    yield "folder", one_line(at_home(item.folder or "", look.home), NAME) if item.folder != item.place else ""
    yield "branch", one_line(item.branch or "", NAME)


def conversation_lines(entries: Sequence[Entry], look: Look) -> Iterator[Spans]:
    """One line each: when, who, what, and how it ended."""
    for entry in entries:
        sign, tone = sign_of(entry, look.glyphs)
        who = NAMES[entry.kind]
        before = (
            Span(f"  {clock(entry.at) or look.glyphs.absent:<8}  ", QUIET),
            Span(f"{sign} ", tone),
            Span(f"{who:<{_WHO}}", QUIET),
        )
        head = one_line(entry.head, NAME)
        if entry.kind is EntryKind.TURN:
            head = head.removeprefix("turn ")
        after = ending_of(entry)
        line = (*before, Span(head or look.glyphs.absent), *((Span("   "), *after) if after else ()))
        yield from flow(line, look, hang=14 + _WHO)


def _together(parts: Sequence[str]) -> str:
    return "  ".join(one_line(part, NAME) for part in parts if part)


def _context(session: SessionDetail) -> str:
    used, window = session.context_used, session.context_window
    if used is None:
        return ""
    return f"{short(used)} of {short(window)} tokens ({used / window:.0%})" if window else f"{short(used)} tokens"


def _did(session: SessionDetail) -> Iterator[str]:
    """``3 turns``, ``12 commands (2 failed)``, ``4 patches``, ``compacted once``."""
    for number, one, many in (
        (session.turns, "turn", "turns"),
        (session.commands, "command", "commands"),
        (session.patches, "patch", "patches"),
        (session.compactions, "compaction", "compactions"),
    ):
        if number:
            failed = (
                f" ({count(session.failed_commands)} failed)" if one == "command" and session.failed_commands else ""
            )
            yield f"{count(number)} {one if number == 1 else many}{failed}"


def _limit(limit: Limit) -> str:
    resets = moment(limit.resets_at)
    return f"{one_line(limit.name, NAME)}: {limit.used_percent:.0f} % used" + (f", resets {resets}" if resets else "")
