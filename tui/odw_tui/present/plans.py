"""The plans of a run: a list of repos with what lies beside each plan, and one entry of it in full. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odw_core.model.detail import Artifact, Plan, RunDetail
from odw_core.text.ansi import one_line, plain
from odw_tui.present import causes
from odw_tui.present.artifacts import size_words
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.markdown import markdown_lines
from odw_tui.present.numbers import short
from odw_tui.present.parts import TEXT_LIMIT, counted, labelled, said
from odw_tui.present.plan_rounds import changes_in_short, has_rounds, round_lines
from odw_tui.present.spans import Line, Span, spans

_NAME_LIMIT = 200
_FOLDED_PROMPT = 3
_WHOLE_PROMPT = 400
_ROWS = 40
_UNDER = 4

NOTHING_DONE = "hints; nothing was executed or installed"
_STATUS_TONES = {"OK": "done", "HITL_REQUIRED": "waiting", "FAILED": "failed"}


class EntryKind(StrEnum):
    """What an entry of the list is."""

    PLAN = "plan"
    ROUNDS = "rounds"
    PROMPT = "prompt"
    ATTACHMENT = "attachment"
    DUTIES = "duties"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list. ``plan`` is None for what concerns all repos."""

    key: str
    kind: EntryKind
    plan: Plan | None = None
    artifact: Artifact | None = None


def entries(detail: RunDetail) -> tuple[Entry, ...]:
    """Each plan with what lies beside it, then what concerns all repos."""
    found: list[Entry] = []
    for place, plan in enumerate(detail.plans):
        found.append(Entry(f"{place} {plan.repo}", EntryKind.PLAN, plan))
        if has_rounds(plan):
            found.append(Entry(f"{place} {plan.repo} rounds", EntryKind.ROUNDS, plan))
        if plan.prompt:
            found.append(Entry(f"{place} {plan.repo} prompt", EntryKind.PROMPT, plan))
        found += [
            Entry(f"{place} {plan.repo} file {artifact.name}", EntryKind.ATTACHMENT, plan, artifact)
            for artifact in plan.attachments
        ]
    if detail.duties:
        found.append(Entry("duties", EntryKind.DUTIES))
    return tuple(found)


def entry_rows(detail: RunDetail, glyphs: Glyphs) -> list[tuple[str, Line]]:
    """(key, line) pairs of the list; a plan takes two lines, what lies beside it one."""
    rows: list[tuple[str, Line]] = []
    for entry in entries(detail):
        plan = entry.plan
        match entry.kind:
            case EntryKind.PLAN if plan is not None:
                rows += [("", Line())] if rows else []
                rows.append((entry.key, said(Span(repo_name(plan), "strong"), right=spans(_status(plan)))))
                rows.append((entry.key, Line((Span("  "), badge(plan)), (), 2, 4)))
            case EntryKind.ROUNDS if plan is not None:
                rows.append((entry.key, said(Span("    round to round", "quiet"), right=changes_in_short(plan))))
            case EntryKind.PROMPT if plan is not None:
                size = short(len(plan.prompt or ""))
                rows.append((entry.key, _beside("prompt", size)))
            case EntryKind.ATTACHMENT if entry.artifact is not None:
                name = one_line(entry.artifact.name, _NAME_LIMIT).rpartition("/")[2]
                rows.append((entry.key, _beside(name, size_words(entry.artifact.size, glyphs))))
            case EntryKind.DUTIES:
                rows += [("", Line())] if rows else []
                told = Span(counted(len(detail.duties), "repo"), "quiet")
                rows.append((entry.key, said(Span("responsibilities", "strong"), right=(told,))))
            case _:
                pass
    return rows


def _beside(name: str, size: str) -> Line:
    return said(Span(f"    {name}", "quiet"), right=spans(Span(size, "faint")))


def repo_name(plan: Plan) -> str:
    """The repo as it is shown."""
    return one_line(plan.repo, _NAME_LIMIT) or "a repo without a name"


def _status(plan: Plan) -> Span:
    word = one_line(plan.verdict, 40)
    return Span(word, "blocked" if plan.is_doubtful else _STATUS_TONES.get(word, "quiet"))


def badge(plan: Plan) -> Span:
    """Who really wrote it; with a sign where that is not what was asked for."""
    words = one_line(plan.badge, 200)
    return Span(f"! {words}", "blocked") if plan.is_doubtful else Span(words, "quiet")


def entry_text(
    detail: RunDetail, entry: Entry, glyphs: Glyphs, keys: tuple[str, str], *, is_unfolded: bool
) -> tuple[Line, ...]:
    """One entry in full. ``keys`` unfold the prompt and open what the cursor is on."""
    unfold, opens = keys
    plan = entry.plan
    match entry.kind:
        case EntryKind.PLAN if plan is not None:
            return tuple(_plan_text(plan, glyphs, unfold, is_unfolded=is_unfolded))
        case EntryKind.ROUNDS if plan is not None:
            return round_lines(plan, glyphs)
        case EntryKind.PROMPT if plan is not None:
            head = said(Span("prompt", "strong"), Span(f"   as it was sent for {repo_name(plan)}", "quiet"))
            return (head, Line(), *_text_lines(plan.prompt or "", _WHOLE_PROMPT, opens))
        case EntryKind.ATTACHMENT if entry.artifact is not None:
            return _attachment_text(entry.artifact, glyphs, opens)
        case EntryKind.DUTIES:
            return _duties_text(detail, glyphs)
        case _:
            return ()


def _plan_text(plan: Plan, glyphs: Glyphs, unfold: str, *, is_unfolded: bool) -> list[Line]:
    model = f"   {one_line(plan.model, 80)}" if plan.model and plan.model not in plan.badge else ""
    lines = [
        said(Span(repo_name(plan), "strong"), Span(model, "quiet"), right=spans(_status(plan))),
        labelled("by", badge(plan), most=3),
        *causes.card(plan.causes, most=3),
        Line(),
        *(markdown_lines(_below_title(plan), glyphs) or (Line((Span("This plan says nothing.", "quiet"),)),)),
    ]
    if plan.evidence:
        lines += [Line(), said(Span("found in the repo", "strong")), *_bullets(plan.evidence, glyphs)]
    if plan.commands:
        lines += [Line(), said(Span("commands", "strong"), Span(f"   {NOTHING_DONE}", "quiet"))]
        lines += [Line((Span(f"  {one_line(one, TEXT_LIMIT)}", "quiet"),), (), _ROWS, 4) for one in plan.commands]
    if plan.prompt:
        count = plan.prompt.count("\n") + 1
        shown = _WHOLE_PROMPT if is_unfolded else _FOLDED_PROMPT
        more = f"{unfold} unfolds" if count > shown and not is_unfolded else ""
        told = Span(f"   {counted(count, 'line')}", "quiet")
        lines += [Line(), said(Span("prompt", "strong"), told, right=spans(Span(more, "faint")))]
        lines += _text_lines(plan.prompt, shown, "")
    return lines


def _below_title(plan: Plan) -> str:
    """The text of a plan without a heading that only names its repo, which stands above it already."""
    head, _, rest = plan.markdown.lstrip("\n").partition("\n")
    return rest.lstrip("\n") if head.startswith("#") and head.strip("# ") == plan.repo.strip() else plan.markdown


def _text_lines(text: str, most: int, opens: str) -> list[Line]:
    """The first lines of a text that is no Markdown."""
    found = plain(text[: most * TEXT_LIMIT]).split("\n")
    lines = [Line((Span(f"  {line[:TEXT_LIMIT]}", "quiet"),), (), _ROWS, 2) for line in found[:most]]
    rest = text.count("\n") + 1 - most
    if rest > 0 and opens:
        lines.append(Line((Span(f"  {counted(rest, 'more line')}   {opens} opens it whole", "faint"),)))
    return lines


def _attachment_text(artifact: Artifact, glyphs: Glyphs, opens: str) -> tuple[Line, ...]:
    note = one_line(artifact.note, TEXT_LIMIT)
    lines = [
        said(Span(one_line(artifact.name, _NAME_LIMIT), "strong")),
        labelled("size", Span(f"{size_words(artifact.size, glyphs)} bytes", "quiet")),
    ]
    if note:
        lines.append(labelled("note", Span(note), most=4))
    return (*lines, Line(), said(Span(opens, "strong"), Span("  opens it", "quiet")))


def _duties_text(detail: RunDetail, glyphs: Glyphs) -> tuple[Line, ...]:
    lines = [said(Span("responsibilities", "strong"), Span("   who was to do what", "quiet"))]
    for duty in detail.duties:
        lines += [Line(), said(Span(one_line(duty.repo, _NAME_LIMIT), "strong")), *_bullets(duty.duties, glyphs)]
    return tuple(lines)


def _bullets(texts: tuple[str, ...], glyphs: Glyphs) -> list[Line]:
    return [
        Line((Span(f"  {glyphs.dot} ", "faint"), Span(one_line(text, TEXT_LIMIT))), (), _ROWS, _UNDER) for text in texts
    ]
