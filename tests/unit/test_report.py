"""A report tells all of a run or session, and nothing foreign in it acts or leaks, in Markdown, HTML or Mermaid."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from drivers.samples import NOW, item, question, run_detail, session_detail
from odw_core.model.address import Address
from odw_core.model.cause import Cause, Proof
from odw_core.model.detail import Artifact, Contract, Detail, Duty, How, Notice, Origin, Plan
from odw_core.model.item import State, Tokens
from odw_core.service.report.blocks import Bullets, Paragraph, Piece, Style, Table, line, shown
from odw_core.service.report.graphs import Call, label, sequence, state_graph
from odw_core.service.report.graphs import State as GraphState
from odw_core.service.report.markdown import markdown
from odw_core.service.report.walkthrough import WRITERS, is_report, report
from odw_core.service.report.words import moment, took

CANARY = "sk-canary0123456789abcdefghij"
HOSTILE = (
    f"`` ` ```\n```mermaid\n</pre><script>alert(1)</script>\n<img src=x onerror=alert(1)> [x](javascript:alert(1)) "
    f"| a | ![p](https://evil.example/p.png) @everyone #1 ~~x~~ $x$ &lt; \x1b]0;t\x07 \u202e end; %%{{init: {{}} }}%% "
    f'--> s0 : x "quoted" www.evil.example Authorization: Bearer {CANARY} OPENAI_API_KEY={CANARY}'
)


def full(detail: Detail) -> Detail:
    """``detail`` with every optional part filled."""
    address = detail.item.address
    proof = Proof("stderr.log", 7, "Permission denied (os error 13)")
    cause = Cause("codex_home_not_writable", "the sessions folder is not writable", "Fix its owner.", proof)
    common: dict[str, Any] = {
        "questions": (question(address),),
        "cause": ("it broke", "  at x"),
        "causes": (cause, replace(cause, is_warning=True)),
        "notices": (Notice("a notice", True, proof),),
        "artifacts": (Artifact("out/report.md", 12, "file", "a note"),),
        "origins": (Origin("state", "/work/x.log", 12, NOW, How.READ, "a rule"),),
        "item": replace(detail.item, goal="a goal", tokens=Tokens(10, True, 6, 2, 4, 1), last_words="bye"),
    }
    if hasattr(detail, "plans"):
        attached = (Artifact("repo-plans/api/plan.md", 3, "x"),)
        plan = Plan(
            address.child("api"),
            "api",
            "OK",
            "heuristic",
            True,
            "# Plan",
            "p",
            (),
            attachments=attached,
            causes=(cause,),
        )
        gates = tuple(replace(one, risks=("a risk",), owner_questions=("whose?",)) for one in detail.gates)  # type: ignore[union-attr]
        common |= {"plans": (plan,), "findings": (Notice("a finding", True, proof),), "gates": gates}
        common |= {"duties": (Duty("api", ("build it",)),), "contracts": (Contract("api", ("/a",), ("/b",), ("c",)),)}
    return replace(detail, **common)


DETAILS = {"run": full(run_detail()), "session": full(session_detail())}


@pytest.mark.parametrize("name", DETAILS)
@pytest.mark.parametrize("ending", [".md", ".html"])
def test_a_report_says_everything_in_its_order(name: str, ending: str) -> None:
    text = report(DETAILS[name], ending)
    wanted = ["States", "Calls", "Causes and fixes", "Findings", "Open questions", "Next commands", "Evidence"]
    places = [text.index(title) for title in wanted]
    assert places == sorted(places)
    for said in ("the sessions folder is not writable", "Fix its owner.", "stderr.log:7", "a notice", "/work/x.log"):
        assert said in text
    assert "odw-tui show" in text
    assert is_report(text.encode()[:200])
    if name == "run":
        for said in ("Times and rounds", "What each of them produced", "Plans", "Blockers", "Reviews", "a finding"):
            assert said in text


def numbered(value: Any, path: str, found: dict[str, str]) -> Any:
    """``value`` with every text in it replaced by a word of its own; ``found`` says which word stands where."""
    if type(value) is str:
        return found.setdefault(path, f"word{len(found)}x")
    if isinstance(value, Address):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        # What ties cells to rows and columns is no text.
        names = [field.name for field in fields(value) if field.name not in ("key", "row", "column")]
        return replace(value, **{name: numbered(getattr(value, name), f"{path}.{name}", found) for name in names})
    if isinstance(value, tuple):
        return tuple(numbered(one, path, found) for one in value)
    return value


LEFT_OUT = {
    # What only a screen, another part of the report, or an answer needs.
    "item": {"driver", "last_words"},
    "rows": {"kind"},
    "cells": {"streams"},
    # Blockers stand in a table of their own.
    "gates": {"label", "files", "blockers.text", "blockers.path", "blockers.fate", "blockers.reviewer"}
    | {"blockers.tasks"},
    "questions": {"kind", "digest", "witnesses", "why_not", "fields.id", "fields.label", "fields.default"},
    "causes": {"kind"},
    "plans": {"prompt", "causes.kind", "attachments.stream"},
    "artifacts": {"stream"},
    "checkpoints": {""},
}


@pytest.mark.parametrize("name", DETAILS)
def test_every_text_of_a_detail_is_told_or_left_out_on_purpose(name: str) -> None:
    found: dict[str, str] = {}
    text = report(numbered(DETAILS[name], "", found), ".md")
    missing = {path[1:] for path, word in found.items() if word not in text}
    known = {f"{part}.{leaf}".removesuffix(".") for part, leaves in LEFT_OUT.items() for leaf in leaves}
    deeper = {path for path in missing if f"{path.split('.')[0]}.{path.rsplit('.', 1)[-1]}" in known}
    assert missing - known - deeper == set()


def poisoned(value: Any, poison: str) -> Any:
    """``value`` with every text in it replaced by the poison; enumerations stay."""
    if type(value) is str:
        return poison
    if isinstance(value, Address):
        return Address("odw", poison, tuple(poison for _ in value.parts))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: poisoned(getattr(value, f.name), poison) for f in fields(value)})
    if isinstance(value, tuple):
        return tuple(poisoned(one, poison) for one in value)
    return value


class Tags(HTMLParser):
    """Counts what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


OWN_TAGS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "ul", "ol", "li"}
OWN_TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "pre", "code", "strong", "details", "summary"}


@pytest.mark.parametrize("name", DETAILS)
@pytest.mark.parametrize("ending", sorted(WRITERS))
def test_no_secret_of_a_known_shape_is_readable_anywhere(name: str, ending: str) -> None:
    assert "canary" not in report(poisoned(DETAILS[name], HOSTILE), ending)


@pytest.mark.parametrize("name", DETAILS)
def test_html_holds_only_tags_of_ours_and_nothing_that_runs_or_loads(name: str) -> None:
    seen = Tags()
    seen.feed(report(poisoned(DETAILS[name], HOSTILE), ".html"))
    assert seen.tags <= OWN_TAGS
    assert seen.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class"}
    assert "<script>alert(1)" in seen.words
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", seen.words)


@pytest.mark.parametrize("name", DETAILS)
def test_a_reader_of_markdown_finds_no_link_picture_html_or_fence_but_ours(name: str) -> None:
    ours, foreign = (report(one, ".md") for one in (DETAILS[name], poisoned(DETAILS[name], HOSTILE)))
    for text in (ours, foreign):
        seen = counted(text, ("link_open", "image", "html_inline", "html_block", "s_open", "em_open", "code_block"))
        assert seen == {"html_block": 1}
    assert {token.info for token in tokens(foreign) if token.type == "fence"} == {"text", "mermaid"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", foreign)


@given(
    words=st.lists(st.text() | st.text("`|\\\\*_<>&@#:/w.-1) \n"), min_size=1, max_size=4), style=st.sampled_from(Style)
)
@example(words=["a|b", "`", "x\\", "\\|"], style=Style.CODE)
def test_a_reader_of_markdown_reads_every_cell_as_it_was(words: list[str], style: Style) -> None:
    row = tuple(line(Piece(word, style)) for word in words)
    seen = [token for token in tokens(markdown([Table(tuple("h" * len(words)), (row,))])) if token.type == "inline"]
    assert [text_of(token) for token in seen[len(words) :]] == [squeezed(shown(word)) for word in words]


@given(word=st.text() | st.text("`|\\*_<>&@#:/w.-+=1) "), style=st.sampled_from(Style))
def test_a_reader_of_markdown_reads_a_line_as_it_was(word: str, style: Style) -> None:
    for block in (Paragraph(line(Piece(word, style))), Bullets((line(Piece(word, style)),))):
        seen = "".join(text_of(token) for token in tokens(markdown([block])) if token.type == "inline")
        assert seen == squeezed(shown(word))


def text_of(token: Token) -> str:
    return squeezed("".join(piece.content for piece in token.children or ()))


def squeezed(text: str) -> str:
    return " ".join(text.split())


def tokens(text: str) -> list[Token]:
    """Everything a reader of Markdown sees, inline pieces included."""
    found = MarkdownIt("gfm-like").parse(text)
    return [piece for token in found for piece in (token, *(token.children or ()))]


def counted(text: str, kinds: tuple[str, ...]) -> dict[str, int]:
    seen = [token.type for token in tokens(text)]
    return {kind: seen.count(kind) for kind in kinds if kind in seen}


@given(text=st.text())
def test_a_label_never_leaves_its_place(text: str) -> None:
    made = label(text)
    assert made and "\n" not in made and not re.search(r"[\"%<>{}\[\]|`:\\]|--|\bend\b", made)
    assert re.fullmatch(r"(?:#\d+;|[^#;])*", made)


@given(words=st.lists(st.text(max_size=30), max_size=6))
def test_a_graph_has_one_line_a_step_whatever_is_said(words: list[str]) -> None:
    graph = state_graph([GraphState(word, word) for word in words])
    assert graph.count("\n") == 2 * len(words)
    calls = sequence([Call(word, "run", word) for word in words])
    assert calls.count("->>") == len(words)


@given(text=st.text(max_size=60))
@pytest.mark.parametrize("ending", [".md", ".html"])
def test_no_text_makes_a_report_raise(ending: str, text: str) -> None:
    assert report(poisoned(DETAILS["run"], text), ending)


def test_a_mermaid_block_is_fenced_in_markdown_and_a_plain_pre_in_html() -> None:
    assert "```mermaid\nstateDiagram-v2\n" in report(DETAILS["run"], ".md")
    text = report(DETAILS["run"], ".html")
    assert '<pre class="mermaid">\nstateDiagram-v2\n' in text
    assert "<script" not in text
    assert "http://" not in text.replace("http-equiv", "") and "https://" not in text


def test_a_run_without_anything_is_still_a_report() -> None:
    bare = replace(run_detail(), columns=(), rows=(), cells=(), gates=(), blockers=(), landing=None, verification=None)
    for ending in WRITERS:
        assert "Next commands" in report(replace(bare, item=item(state=State.STALE)), ending)


def test_commands_are_quoted_for_a_shell() -> None:
    odd = replace(DETAILS["run"], item=replace(DETAILS["run"].item, place="/work/my shop; rm -rf x"))
    assert "cd '/work/my shop; rm -rf x'" in report(odd, ".md")


def test_times_are_said_with_their_zone() -> None:
    assert moment(NOW) == "2026-11-21 00:08:16 UTC"
    assert moment(None) == moment(1e300) == ""
    assert [took(0, 41), took(0, 185), took(0, 4320), took(None, 1)] == ["41s", "3m 05s", "1h 12m", ""]
