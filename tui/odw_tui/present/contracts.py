"""The contract map: what does not fit together with both its sides, then what each repo gives and needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from odw_core.model.coordination import Mismatch, Side
from odw_core.model.detail import Contract, Mark, RunDetail
from odw_core.text.ansi import one_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import LABEL, TEXT_LIMIT, counted, labelled, said
from odw_tui.present.spans import Line, Span, Spans, cut, left, spans, width_of, wrap

_NAME = 300
_ROWS = 12
_SIDE_ROWS = 4
_BESIDE_FROM = 96
"""Cells from which both sides stand beside each other."""
_NEAREST = 3
KINDS = {"drift": "drift", "undefined_path": "undefined path", "undefined_operation": "undefined operation"}
_NOBODY = "nobody declares it"


def short_name(repo: str) -> str:
    """The last part of a repo's path, as people call it."""
    shown = one_line(repo, _NAME)
    return shown.rstrip("/").rpartition("/")[2] or shown or "a repo without a name"


def contract_rows(detail: RunDetail, glyphs: Glyphs) -> list[tuple[str, Line]]:
    """(key, line) pairs: mismatches first, then repos."""
    rows: list[tuple[str, Line]] = []
    if detail.mismatches:
        rows.append(("", said(Span(counted(len(detail.mismatches), "mismatch", "mismatches"), "strong"))))
        for place, one in enumerate(detail.mismatches):
            name = Span(one_line(one.id, _NAME) or one_line(one.text, _NAME))
            kind = Span(KINDS.get(one.kind, one_line(one.kind, 40)), "quiet")
            mark = Span(f"{glyphs.mark(Mark.REJECTED)} ", "failed")
            rows.append((f"mismatch {place}", said(mark, name, right=spans(kind))))
        rows.append(("", Line()))
    elif detail.contracts:
        words = "Everything that is needed is given, as far as can be seen."
        rows += [("", said(Span(f"{glyphs.mark(Mark.DONE)} ", "done"), Span(words, "quiet"))), ("", Line())]
    if detail.contracts:
        rows.append(("", said(Span(counted(len(detail.contracts), "repo"), "strong"))))
    for place, contract in enumerate(detail.contracts):
        told = Span(f"gives {len(contract.declared)}  needs {len(contract.consumed)}", "quiet")
        rows.append((f"repo {place}", said(Span(f"  {short_name(contract.repo)}"), right=spans(told))))
    return rows


def mismatch_at(detail: RunDetail, key: str) -> Mismatch | None:
    """The mismatch of a row; None for other rows."""
    kind, _, place = key.partition(" ")
    return detail.mismatches[int(place)] if kind == "mismatch" and int(place) < len(detail.mismatches) else None


def contract_at(detail: RunDetail, key: str) -> Contract | None:
    """The repo of a row; None for other rows."""
    kind, _, place = key.partition(" ")
    return detail.contracts[int(place)] if kind == "repo" and int(place) < len(detail.contracts) else None


def contract_text(detail: RunDetail, key: str, glyphs: Glyphs, width: int) -> Sequence[Line]:
    """One row in full."""
    if (mismatch := mismatch_at(detail, key)) is not None:
        return [*_mismatch_text(detail, mismatch, glyphs, width)]
    contract = contract_at(detail, key)
    return () if contract is None else [*_repo_text(contract)]


def place_of(side: Side) -> str:
    """``openapi.yaml:12``; empty where nobody says."""
    path = one_line(side.path, _NAME)
    return f"{path}:{side.line}" if path and side.line is not None else path


def _mismatch_text(detail: RunDetail, one: Mismatch, glyphs: Glyphs, width: int) -> Iterator[Line]:
    kind = KINDS.get(one.kind, one_line(one.kind, 40))
    yield Line(spans(Span(one_line(one.id, _NAME), "strong"), Span(f"   {kind}", "quiet")), (), 2)
    yield Line((Span(one_line(one.text, TEXT_LIMIT)),), (), _ROWS)
    if one.kind == "drift" and not one.consumed:
        # Everybody declares it, and differently: the first copy stands beside the others.
        heads, sides = ("one copy", "the others"), (one.declared[:1], one.declared[1:])
    else:
        heads, sides = ("declared", "consumed"), (one.declared, one.consumed)
    nothing = (_NOBODY if heads[0] == "declared" else "no copy was kept", "no place was kept")
    blocks = [_side_lines(side, empty) for side, empty in zip(sides, nothing, strict=True)]
    if width >= _BESIDE_FROM:
        yield Line()
        yield from _beside(heads, blocks, glyphs, width)
    else:
        # Both sides are to be seen at once on a low screen, so nothing stands between them.
        for head, block in zip(heads, blocks, strict=True):
            yield said(Span(head, "strong"))
            yield from (Line((Span("  "), *line), (), 3, 4) for line in block)
        yield Line()
    near = nearest(detail, one)
    for place, (name, repo) in enumerate(near):
        yield labelled("" if place else "near", Span(name), Span(f"   {short_name(repo)} declares it", "quiet"), most=2)


def _side_lines(sides: Iterable[Side], empty: str) -> list[Spans]:
    lines: list[Spans] = []
    for side in sides:
        where = place_of(side)
        lines.append(spans(Span(short_name(side.repo), "quiet"), Span(f"  {where}" if where else "", "accent")))
        if text := one_line(side.text, TEXT_LIMIT):
            lines.append((Span(f"  {text}"),))
    return lines or [(Span(empty, "failed"),)]


def _beside(heads: tuple[str, str], blocks: list[list[Spans]], glyphs: Glyphs, width: int) -> Iterator[Line]:
    half = (width - 3) // 2
    bar = Span("|" if glyphs.is_ascii else "│", "faint")
    yield Line(spans(Span(left(heads[0], half), "strong"), bar, Span(f"  {heads[1]}", "strong")))
    blocks = [
        [row for line in block for row in wrap(line, half - 1, _SIDE_ROWS, 4, glyphs.ellipsis)] for block in blocks
    ]
    for place in range(max(map(len, blocks))):
        halves = [block[place] if place < len(block) else () for block in blocks]
        first = cut(halves[0], half - 1, glyphs.ellipsis)
        gap = Span(" " * (half - width_of(first)))
        yield Line(spans(*first, gap, bar, Span("  "), *cut(halves[1], half - 1, glyphs.ellipsis)))
    yield Line()


def nearest(detail: RunDetail, one: Mismatch) -> list[tuple[str, str]]:
    """(contract, repo) of what is declared and looks most like a contract that nobody declares."""
    if one.declared or not one.kind.startswith("undefined"):
        return []
    head = one.id.rpartition(":")[0]
    wanted = set(_parts(one.id))
    found = [
        (-len(wanted & set(_parts(name))), name, contract.repo)
        for contract in detail.contracts
        for name in contract.declared
        if name.rpartition(":")[0] == head and wanted & set(_parts(name))
    ]
    return [(one_line(name, _NAME), repo) for _, name, repo in sorted(found)[:_NEAREST]]


def _parts(name: str) -> list[str]:
    """The words of a contract's name that say something: segments of a path, an operation's own name."""
    last = name.rpartition(":")[2].casefold()
    return [part for part in last.split("/") if part and part not in ("api", "v1", "v2") and not part.startswith("{")]


def _repo_text(contract: Contract) -> Iterator[Line]:
    places = dict(contract.places)
    yield said(Span(one_line(contract.repo, _NAME), "strong"))
    blocks = (("gives", contract.declared), ("needs", contract.consumed), ("in", contract.artifacts))
    for label, names in blocks:
        for nth, name in enumerate(names):
            words = Span(one_line(name, _NAME), "quiet" if label == "in" else "")
            side = places.get(name)
            where = Span(place_of(side) if side is not None and label != "in" else "", "faint")
            yield Line(
                spans(Span("" if nth else label.ljust(LABEL), "quiet"), _indent(nth), words), spans(where), 2, LABEL
            )
    if not any(names for _, names in blocks):
        yield said(Span("no contract was found", "faint"))


def _indent(nth: int) -> Span:
    return Span(" " * LABEL if nth else "")
