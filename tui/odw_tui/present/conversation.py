"""A conversation line by line: who said what, what was run and how it ended, with the turns as rules between. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from odw_core.model.conversation import Entry, EntryKind
from odw_core.model.detail import SessionDetail
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT
from odw_tui.present.spans import Line, Span, Spans, cut_text, fit, spans, width_of

_LONGEST = 500
_TIME = 8
_WHO = 8
_NARROW = 70
_GAUGE = 10
_NEARLY_FULL = 0.8
_BETWEEN = "  {}  "

NAMES = {
    EntryKind.USER: "you",
    EntryKind.AGENT: "agent",
    EntryKind.REASONING: "thinks",
    EntryKind.COMMAND: "ran",
    EntryKind.PATCH: "patched",
    EntryKind.TOOL: "called",
    EntryKind.QUESTION: "asks",
    EntryKind.ANSWER: "answer",
    EntryKind.COMPACTION: "compacts",
    EntryKind.NOTICE: "notice",
    EntryKind.END: "turn",
    EntryKind.TURN: "turn",
}
"""Who an entry is from, or what was done, in a word."""
_TITLED = (EntryKind.COMMAND, EntryKind.TOOL, EntryKind.PATCH, EntryKind.NOTICE, EntryKind.END, EntryKind.COMPACTION)
"""Kinds whose text does not say again what their first line says."""
_TONES = {
    EntryKind.USER: "strong",
    EntryKind.REASONING: "faint",
    EntryKind.QUESTION: "waiting",
    EntryKind.COMPACTION: "quiet",
    EntryKind.NOTICE: "quiet",
    EntryKind.TURN: "faint",
}


def entry_line(entry: Entry, signs: Glyphs, width: int, *, has_cursor: bool) -> Spans:
    """One entry as one line, exactly ``width`` cells."""
    bar = Span(signs.cursor, "accent") if has_cursor else Span(" ")
    is_narrow = width < _NARROW
    when = () if is_narrow else (Span(clock(entry.at).ljust(_TIME), "faint"), Span("  "))
    if entry.kind is EntryKind.TURN:
        return _turn_line(entry, (bar, *when), signs, width)
    sign, tone = sign_of(entry, signs)
    who = Span(NAMES[entry.kind].ljust(_WHO), "faint")
    before: Spans = (bar, *when, Span(sign, tone), Span(" "), *(() if is_narrow else (who, Span(" "))))
    ending = ending_of(entry)
    room = width - width_of(before) - (width_of(ending) + 2 if ending else 0) - 1
    words = one_line(entry.head, _LONGEST)
    if entry.kind is EntryKind.REASONING:
        # A model's headings of its thoughts are set in bold; the sign of it would only be noise in a list.
        words = words.strip("*")
    said = Span(cut_text(words or NAMES[entry.kind], max(4, room), signs.ellipsis), _tone(entry, tone))
    space = " " * max(1, width - width_of((*before, said, *ending)) - 1)
    return fit((*before, said, Span(space), *ending, Span(" ")), width, signs.ellipsis)


def _turn_line(entry: Entry, before: Spans, signs: Glyphs, width: int) -> Spans:
    """A turn begins: a rule from edge to edge, so that the eye finds it."""
    dash = "-" if signs.is_ascii else "─"
    ending = ending_of(entry)
    room = width - width_of((*before, *ending)) - 8
    head = cut_text(one_line(entry.head, _LONGEST) or NAMES[entry.kind], max(4, room), signs.ellipsis)
    said = (*before, Span(f"{dash * 2} ", "faint"), Span(head, "quiet"), Span(" "))
    after: Spans = (Span(" "), *ending, Span(" ")) if ending else (Span(" "),)
    rule = Span(dash * max(2, width - width_of((*said, *after))), "faint")
    return fit((*said, rule, *after), width, signs.ellipsis)


def clock(at: float | None) -> str:
    """``14:03:12`` local time; empty when nobody wrote it down."""
    return "" if at is None else f"{datetime.fromtimestamp(at).astimezone():%H:%M:%S}"


def sign_of(entry: Entry, signs: Glyphs) -> tuple[str, str]:
    """The glyph of an entry, and the tone of what it stands for."""
    states = {state.value: sign for state, sign in signs.states.items()}
    if entry.is_error:
        return states["failed"], "failed"
    if entry.kind is EntryKind.QUESTION:
        return states["waiting"], "waiting" if entry.is_pending else "quiet"
    if entry.is_pending:
        return states["running"], "running"
    match entry.kind:
        case EntryKind.COMMAND if entry.exit_code:
            return states["failed"], "failed"
        case EntryKind.COMMAND | EntryKind.PATCH | EntryKind.END:
            return states["done"], "done"
        case EntryKind.USER:
            return signs.crumb, "accent"
        case EntryKind.ANSWER:
            return signs.crumb, "quiet"
        case EntryKind.TURN:
            return signs.dot, "faint"
        case _:
            return " ", ""


def _tone(entry: Entry, sign_tone: str) -> str:
    if entry.kind in (EntryKind.COMMAND, EntryKind.TOOL, EntryKind.PATCH):
        # The sign and the exit code say that it failed; a long session is no wall of red.
        return ""
    if entry.is_error or (entry.kind is EntryKind.QUESTION and entry.is_pending):
        return sign_tone
    if entry.kind is EntryKind.QUESTION:
        return ""
    return _TONES.get(entry.kind, "")


def ending_of(entry: Entry) -> Spans:
    """``exit 3   12s   41 lines``: what is known of how it went."""
    said: list[Span] = []
    if entry.exit_code is not None:
        said.append(Span(f"exit {entry.exit_code}", "failed" if entry.exit_code else "faint"))
    if entry.note:
        said.append(Span(one_line(entry.note, 40), "faint"))
    if entry.duration_s is not None and entry.duration_s >= 1:
        said.append(Span(numbers.duration(entry.duration_s), "faint"))
    if entry.line_count:
        said.append(Span(f"{numbers.count(entry.line_count)} {'line' if entry.line_count == 1 else 'lines'}", "faint"))
    return tuple(span for one in said for span in (one, Span("   ")))[:-1]


def gauge(used: int | None, window: int | None, signs: Glyphs, *, is_short: bool = False) -> Spans:
    """How full the model's window is: ``context ━━━━──────  41 % of 258k``; empty when nobody says."""
    if used is None or not window:
        return ()
    share = min(1.0, used / window)
    full, empty = ("#", "-") if signs.is_ascii else ("━", "─")
    # Whoever used anything sees so.
    filled = max(round(share * _GAUGE), 1 if used else 0)
    tone = "blocked" if share >= _NEARLY_FULL else "quiet"
    percent = f"{share * 100:.0f} %" if share >= 0.01 or not used else "under 1 %"
    if is_short:
        return (Span("context ", "faint"), Span(percent, tone))
    return (
        Span("context ", "faint"),
        Span(full * filled, tone),
        Span(empty * (_GAUGE - filled), "faint"),
        Span(f"  {percent} of {numbers.short(window)}", tone),
    )


def conversation_head(detail: SessionDetail, count: int, is_complete: bool, signs: Glyphs) -> Line:
    """What the list begins with: how much there is of everything."""
    facts = [_many(count, "entry", "entries") + ("" if is_complete else " so far")]
    if detail.turns is not None:
        facts.append(_many(detail.turns, "turn"))
    if detail.commands:
        facts.append(_many(detail.commands, "command"))
    said = [Span(_BETWEEN.format(signs.dot).join(facts), "quiet")]
    if detail.failed_commands:
        said.append(Span(f", {numbers.count(detail.failed_commands)} failed", "failed"))
    rest = [_many(detail.patches, "patch", "patches")] if detail.patches else []
    if detail.compactions:
        rest.append(f"compacted {_many(detail.compactions, 'time')}")
    said += [Span(_BETWEEN.format(signs.dot) + words, "quiet") for words in rest]
    return Line(tuple(said))


def _many(number: int, word: str, plural: str = "") -> str:
    return f"{numbers.count(number)} {word if number == 1 else plural or word + 's'}"


def resting_place(entries: Sequence[Entry]) -> int:
    """Where to look in the end of a conversation: at its last entry, or at the answer that a good end follows.

    Counted from the end: 1 is the last one.
    """
    last = len(entries) - 1
    if last < 0 or entries[last].kind is not EntryKind.END or entries[last].is_error:
        return 1
    for back, entry in enumerate(reversed(entries), 1):
        if entry.kind is EntryKind.AGENT:
            return back
        if entry.kind is EntryKind.TURN:
            break
    return 1


def body_title(entry: Entry, signs: Glyphs, *, is_short: bool = False) -> tuple[Line, ...]:
    """What stands above the text of an entry: its whole first line, and how it ended; in one line if need be."""
    sign, tone = sign_of(entry, signs)
    said = Span(one_line(entry.head, TEXT_LIMIT) if entry.kind in _TITLED else "", "strong")
    who = Span(NAMES[entry.kind], "quiet")
    ending = ending_of(entry)
    if is_short:
        return (Line(spans(Span(f"{sign} ", tone), who, Span("  "), said), ending),)
    first = Line(spans(Span(f"{sign} ", tone), who, Span("  "), said), (), 3, 2)
    at = Span(clock(entry.at), "faint")
    return (first, Line(spans(Span("  "), at, Span("   " if entry.at is not None else ""), *ending)))


def entry_at(entries: Sequence[Entry], offset: int) -> tuple[int, bool]:
    """Which entry a byte of the transcript belongs to, and whether it is certain.

    A line without an entry of its own belongs to what comes next: a call lies where its output was written.
    """
    after = None
    for index, entry in enumerate(entries):
        end = entry.offset + entry.length
        if entry.offset <= offset <= end:
            return index, True
        if after is None and end > offset:
            after = index
    return max(0, len(entries) - 1) if after is None else after, False


def is_trouble(entry: Entry) -> bool:
    """Whether somebody should look at it: a failure, or a question."""
    return entry.is_error or bool(entry.exit_code) or entry.kind is EntryKind.QUESTION


def is_prompt(entry: Entry) -> bool:
    """Whether it is what a person asked for."""
    return entry.kind is EntryKind.USER


def patch_tone(line: str) -> str:
    """The component class of a line of a patch."""
    if line.startswith(("*** ", "+++ ", "--- ", "diff ")):
        return "heading"
    return {"+": "added", "-": "removed", "@": "aside"}.get(line[:1], "")


def nothing_said(reason: str = "") -> tuple[Line, ...]:
    """There is no entry, and why."""
    words = one_line(reason, TEXT_LIMIT) or "Its transcript holds no message, no command and no question so far."
    return (Line(), Line((Span("Nothing to read here.", "strong"),)), Line((Span(words, "quiet"),), most=3))


def is_prose(entry: Entry) -> bool:
    """Whether its text is words to be read rather than lines to be counted."""
    return entry.kind not in (EntryKind.COMMAND, EntryKind.TOOL, EntryKind.PATCH)
