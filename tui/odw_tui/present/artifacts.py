"""The files that belong to a run, as a list. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.model.cause import Proof
from odw_core.model.detail import Artifact
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import said
from odw_tui.present.spans import Line, Span, cells, left, right, spans

_NAME_LIMIT = 300
_SIZE = 6
_TELLING = ("summary", "report")


def artifact_rows(artifacts: Sequence[Artifact], glyphs: Glyphs, width: int) -> tuple[tuple[str, Line], ...]:
    """(key, line) pairs: name, size on the right of it, what it is. The key is the name."""
    names = [one_line(artifact.name, _NAME_LIMIT) or "?" for artifact in artifacts]
    widest = min(max((cells(name) for name in names), default=0), max(12, width // 2))
    return tuple(
        (artifact.name or "?", _line(artifact, left(name, widest, glyphs.ellipsis), glyphs))
        for artifact, name in zip(artifacts, names, strict=True)
    )


def _line(artifact: Artifact, name: str, glyphs: Glyphs) -> Line:
    size = right(size_words(artifact.size, glyphs), _SIZE)
    note = one_line(artifact.note, _NAME_LIMIT)
    return Line(spans(Span(name), Span(f"  {size}", "quiet"), Span(f"   {note}" if note else "", "faint")))


def size_words(size: int | None, glyphs: Glyphs) -> str:
    """``1.2k``; a sign when nobody knows."""
    return glyphs.absent if size is None else numbers.short(size)


def artifacts_title(artifacts: Sequence[Artifact]) -> Line:
    """How many, and how large together."""
    known = [artifact.size for artifact in artifacts if artifact.size is not None]
    total = f"{numbers.short(sum(known))} bytes" if known else ""
    word = "file" if len(artifacts) == 1 else "files"
    return said(Span(f"{numbers.count(len(artifacts))} {word}", "strong"), Span(f"   {total}", "quiet"))


def report_of(artifacts: Sequence[Artifact]) -> Artifact | None:
    """The one that tells a person how the run went; None without one."""
    pages = [artifact for artifact in artifacts if is_markdown(artifact.name)]
    telling = (one for one in pages if any(word in one.name.lower() for word in _TELLING))
    return next(telling, pages[0] if pages else None)


def proving(artifacts: Sequence[Artifact], proof: Proof) -> Artifact | None:
    """The artifact that a proof stands in."""
    named = (one for one in artifacts if proof.file in (one.name, one.stream) or proof.file.endswith(f"/{one.name}"))
    return next(named, None)


def is_markdown(name: str) -> bool:
    """Whether a file of that name is read as Markdown."""
    return name.lower().endswith((".md", ".markdown"))
