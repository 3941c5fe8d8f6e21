"""What the output pane says around a text: whose it is, which streams there are, what broke, what is missing. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from odw_core.diagnose.causes import cause_of
from odw_core.diagnose.matching import is_harmless
from odw_core.model.address import Address
from odw_core.model.cause import Cause
from odw_core.model.detail import Attempt, Cell, Detail, Mark, RunDetail, SessionDetail
from odw_core.model.item import Item, State
from odw_core.text.ansi import one_line
from odw_tui.present import causes, numbers
from odw_tui.present.cell_story import cell_at
from odw_tui.present.folds import Fold
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, labelled, said, said_lines
from odw_tui.present.spans import Line, Span, Spans, spans
from odw_tui.present.timeline import TONES, WORDS

JOURNAL = "journal"
SHOWN_CAUSE = 2
"""Lines of a cause that are shown before it is unfolded."""
_ALL_CAUSE = 200
_FEWEST_FOLDED = 2
_FOUND_BY = 80


@dataclass(frozen=True, slots=True)
class Target:
    """Whose output is shown. ``version`` changes when what was missing may be there by now."""

    address: Address
    title: Spans
    streams: tuple[str, ...]
    first: str
    """The stream that tells most."""
    cause: tuple[str, ...]
    outcome: Spans
    version: object = None
    is_live: bool = False
    causes: tuple[Cause, ...] = ()
    """What broke as far as it was recognised, the root cause first."""

    @property
    def can_unfold(self) -> bool:
        """Whether there is more of the cause than is shown at first."""
        return len(self.causes) > 1 or len(self.cause) > (0 if self.causes else SHOWN_CAUSE)

    @property
    def key(self) -> object:
        """Differs when there may be another text to show."""
        return self.address, self.version


def run_target(detail: Detail) -> Target:
    """The output of the run or session itself."""
    streams = tuple(stream for stream in detail.streams if stream != JOURNAL or not isinstance(detail, RunDetail))
    item = detail.item
    is_noisy = "stderr" in streams and (bool(detail.cause) or item.state is State.RUNNING)
    if isinstance(detail, RunDetail):
        title = spans(Span("whole run", "strong"))
    else:
        title = spans(Span("session", "strong"), Span(_agent(detail), "quiet"))
    return Target(
        address=item.address,
        title=title,
        streams=streams,
        first="stderr" if is_noisy else (streams or ("stdout",))[0],
        cause=detail.cause,
        outcome=(),
        version=(item.state, item.raw_state),
        is_live=is_growing(item),
        causes=detail.causes,
    )


def _agent(session: SessionDetail) -> str:
    """``, codex, gpt-5.3-codex, effort medium, workspace-write``."""
    effort = f"effort {session.effort}" if session.effort else ""
    facts = (session.runtime, session.model or "", effort, session.permission or "")
    return "".join(f", {one_line(fact, 60)}" for fact in facts if fact)


def is_growing(item: Item) -> bool:
    """Whether more output may come."""
    return item.ended_at is None and item.state is not State.STALE


def cell_target(detail: RunDetail, row_key: str, column_key: str, glyphs: Glyphs, number: int = -1) -> Target | None:
    """The output of one attempt of a cell, by default the last; None where nothing was tried."""
    cell = cell_at(detail, row_key, column_key)
    if cell is None or not cell.attempts:
        return None
    place = max(-len(cell.attempts), min(number, len(cell.attempts) - 1))
    attempt = cell.attempts[place]
    row = next((one_line(row.title, 60) for row in detail.rows if row.key == row_key), row_key)
    column = next((one_line(column.title, 60) for column in detail.columns if column.key == column_key), column_key)
    return Target(
        address=attempt.address,
        title=spans(Span(row, "strong"), Span(f", {column}{_which(cell, attempt)}", "quiet")),
        streams=attempt.streams,
        first=_telling(attempt),
        cause=tuple(said_lines(attempt.error or "", _ALL_CAUSE)),
        outcome=_outcome(attempt, glyphs),
        version=(attempt.mark, attempt.ended_at),
        is_live=attempt.mark is Mark.RUNNING,
        causes=_causes(detail, attempt),
    )


def _causes(detail: RunDetail, attempt: Attempt) -> tuple[Cause, ...]:
    """What is known to have broken in one attempt; what its own failure says if nobody looked closer."""
    planned = next((plan.causes for plan in detail.plans if plan.address == attempt.address and plan.causes), ())
    if planned or not attempt.error:
        return planned
    told = [cause for cause in detail.causes if cause.proof is not None and cause.proof.text.strip() in attempt.error]
    found = cause_of(attempt.error) if not told else None
    return tuple(told) if found is None else (found,)


def peek_target(detail: RunDetail, row_key: str, column_key: str, glyphs: Glyphs) -> Target | None:
    """The output worth a glance below the timeline. What waits for an answer says so in its question."""
    cell = cell_at(detail, row_key, column_key)
    return None if cell is None or cell.mark is Mark.WAITING else cell_target(detail, row_key, column_key, glyphs)


def _which(cell: Cell, attempt: Attempt) -> str:
    total = len(cell.attempts)
    return f", attempt {attempt.number} of {cell.attempts[-1].number}" if total > 1 else ""


def _telling(attempt: Attempt) -> str:
    wanted = "stderr" if attempt.mark in (Mark.FAILED, Mark.RUNNING, Mark.UNFINISHED) else "stdout"
    return wanted if wanted in attempt.streams else (attempt.streams or ("stdout",))[0]


def _outcome(attempt: Attempt, glyphs: Glyphs) -> Spans:
    took = ""
    if attempt.started_at is not None and attempt.ended_at is not None:
        took = f" after {numbers.duration(max(attempt.ended_at - attempt.started_at, 0))}"
    tone = TONES[attempt.mark]
    return spans(Span(f"{glyphs.mark(attempt.mark)} {WORDS[attempt.mark]}", tone), Span(took, "quiet"))


def title_lines(target: Target, stream: str, missing: Collection[str], seen: str) -> tuple[Line, ...]:
    """Whose output it is, how that came out, which stream is shown; ``seen`` is what the view says of itself."""
    names: list[Span] = []
    for name in target.streams:
        tone = "strong" if name == stream else "faint" if name in missing else "quiet"
        names += [Span("   ") if names else Span(""), Span(f"{name}", tone)]
    return (
        said(*target.title, right=target.outcome),
        labelled("stream", *names, right=spans(Span(seen, "quiet"))),
    )


def cause_lines(target: Target, key: str, *, is_unfolded: bool, times: int = 0) -> tuple[Line, ...]:
    """What broke: the root cause with its proof and what to do, or the first lines; or all of it.

    ``times`` is how often the same cause came today."""
    if target.causes:
        return _card_lines(target, key, is_unfolded=is_unfolded, times=times)
    shown = target.cause if is_unfolded else target.cause[:SHOWN_CAUSE]
    lines = [
        labelled("" if place else "cause", Span(one_line(text, TEXT_LIMIT), "failed"), most=6 if is_unfolded else 2)
        for place, text in enumerate(shown)
    ]
    rest = len(target.cause) - len(shown)
    if rest > 0:
        lines.append(labelled("", Span(f"{rest} more line{'' if rest == 1 else 's'}   {key} unfolds", "faint")))
    return tuple(lines)


def _card_lines(target: Target, key: str, *, is_unfolded: bool, times: int) -> tuple[Line, ...]:
    told = target.cause if is_unfolded else ()
    lines = [
        *causes.card(target.causes, most=len(target.causes) if is_unfolded else 1, times=times),
        *(
            labelled("" if place else "said", Span(one_line(text, TEXT_LIMIT), "quiet"), most=6)
            for place, text in enumerate(told)
        ),
    ]
    others = len(target.causes) - 1
    if not is_unfolded and (others or target.cause):
        more = f"{others} more cause{'' if others == 1 else 's'}" if others else "what was said about it"
        lines.append(labelled("", Span(f"{more}   {key} unfolds", "faint")))
    return tuple(lines)


def harmless_folds(lines: Sequence[str], first: int, key: str) -> list[Fold]:
    """Folds over the stretches of ``lines`` that healthy runs have too; the first of them is line ``first``."""
    folds: list[Fold] = []
    begin: int | None = None
    for place, line in enumerate((*lines, None), start=first):
        if line is not None and is_harmless(line):
            begin = place if begin is None else begin
            continue
        if begin is not None and place - begin >= _FEWEST_FOLDED:
            words = f"{numbers.count(place - begin)} harmless lines folded   {key} unfolds"
            folds.append(Fold(begin, place, words))
        begin = None
    return folds


def joined_folds(before: list[Fold], more: Sequence[Fold], key: str) -> list[Fold]:
    """``before`` and what follows it; a stretch that was cut in two is one again."""
    if before and more and before[-1].stop == more[0].start:
        start, stop = before[-1].start, more[0].stop
        words = f"{numbers.count(stop - start)} harmless lines folded   {key} unfolds"
        before[-1], more = Fold(start, stop, words), more[1:]
    before += more
    return before


def journal_title(seen: str) -> Line:
    """The line above the journal."""
    return said(Span("journal", "strong"), right=spans(Span(seen, "quiet")))


def telling_words(cause: str) -> str:
    """The part of a line of a cause that can be found in the text it was taken from."""
    return one_line(cause, _FOUND_BY).rstrip("…").strip()


def missing_picture(stream: str, reason: str, keys: tuple[tuple[str, str], ...]) -> tuple[Line, ...]:
    """There is no such text: why, and the next key."""
    widest = max((len(key) for key, _ in keys), default=0)
    return (
        Line(),
        said(Span(f"No {stream} here.", "strong")),
        Line((Span(sentence(reason), "quiet"),), most=4),
        Line(),
        *(said(Span(key.rjust(widest), "strong"), Span(f"  {does}", "quiet")) for key, does in keys),
    )


def sentence(reason: str) -> str:
    """What the core says about a text that is not there, without its advice for the command line."""
    told = one_line(reason, TEXT_LIMIT).partition(";")[0].rstrip(". ")
    return f"{told[:1].upper()}{told[1:]}." if told else "Nothing says why."


def excerpt_words(title: str, stream: str) -> str:
    """What the title of a text says of it beyond its stream: ``first 2000 characters``, with a comma after it."""
    told = one_line(title, 120).partition(": ")[2] if title.startswith(stream) else ""
    return f"{told}, " if told else ""


def seen_words(count: int | None, *, follows: bool, is_live: bool, searching: bool) -> str:
    """``212 lines, follows the end``."""
    lines = "counting lines" if count is None else f"{numbers.count(count)} line{'' if count == 1 else 's'}"
    if searching:
        return f"{lines}, searching"
    return f"{lines}, follows the end" if follows and is_live else lines
