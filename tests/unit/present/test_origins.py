"""Where figures come from, in words: each with its value, its file, its byte, its age, and how it is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.detail import How, Origin
from odw_core.model.item import Claim, State, Tokens
from odw_tui.present.glyphs import ASCII, UNICODE
from odw_tui.present.origins import no_origins, origin_rows, origins_head, value_of
from odw_tui.present.sessions import in_order, session_rows, sessions_title
from odw_tui.present.spans import Line, laid

FILE = "/home/ada/work/shop/.odw/runs/run-1/events.jsonl"
RUN = replace(
    samples.run_detail(),
    origins=(
        Origin("state", FILE, 12_345, samples.NOW - 180, How.READ),
        Origin("tokens", FILE, 12_000, None, How.READ, "the sum over all agent_done lines"),
        Origin("started", "/home/ada/work/shop/.odw/runs/run-1/run.json", None, samples.NOW, How.INFERRED, "its name"),
        Origin("model", FILE, 0, samples.NOW, How.SERVER),
    ),
)


def words(line: Line) -> str:
    return "".join(text for text, _ in line.left) + "  " + "".join(text for text, _ in line.right)


def test_figures_stand_below_their_file_with_byte_age_and_rule() -> None:
    rows = origin_rows(RUN, UNICODE, "/home/ada", samples.NOW, 118)
    told = [words(row.line).split() for row in rows]
    assert told[0] == ["~/work/shop/.odw/runs/run-1/events.jsonl"]
    assert told[1][0] == "state" and told[1][-5:] == ["read", "byte", "12,345", "3m", "ago"]
    assert "the sum over all agent_done lines" in words(rows[3].line)
    assert rows[2].key == rows[3].key and rows[2].origin is RUN.origins[1]
    assert rows[4].key.endswith("model") and "said by a server" in words(rows[4].line)
    (started,) = [row for row in rows if row.origin is RUN.origins[2] and "whole file" in words(row.line)]
    assert "inferred" in words(started.line)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_it_can_be_laid_at_any_width(width: int) -> None:
    hostile = replace(RUN, origins=(Origin("\x1b[2J" * 9, "/日本" * 200, -1, samples.NOW, How.READ, "x\n" * 999),))
    for detail in (RUN, hostile):
        for row in origin_rows(detail, ASCII, "", samples.NOW, width):
            assert "\x1b" not in words(row.line) and "\n" not in words(row.line)
            assert laid(row.line, width)


def test_every_figure_of_the_screen_has_its_value() -> None:
    item = replace(RUN.item, tokens=Tokens(1_000), blockers=1, raw_state="landed", state=State.DONE, ended_at=None)
    detail = replace(RUN, item=item)
    assert value_of("state", detail, UNICODE) == "✓ done (landed)"
    assert value_of("tokens", detail, UNICODE) == "1k tokens" and value_of("blockers", detail, UNICODE) == "1 blocker"
    assert value_of("questions", detail, UNICODE) == "none" and value_of("ended", detail, UNICODE) == ""
    assert value_of("title", detail, UNICODE) == item.title and value_of("what else", detail, UNICODE) == ""


def test_the_head_counts_what_is_a_guess() -> None:
    assert "4 figures, 1 inferred" in words(origins_head(RUN, "shop", UNICODE)[0])
    assert "No origin is known." in words(no_origins()[1]) and "gone" in words(no_origins("it is gone")[2])


def test_the_transcript_of_a_record_stands_below_it_and_is_counted_once() -> None:
    record = samples.session_item("a", claims=(Claim("codex", session="t"),), tokens=Tokens(800))
    own = replace(record, address=Address("codex", "t"), claims=(), tokens=Tokens(900))
    other = samples.session_item("b", tokens=None)
    assert [(item.address.item, is_own) for item, is_own in in_order((own, record, other))] == [
        ("a", False),
        ("t", True),
        ("b", False),
    ]
    title = words(sessions_title((own, record, other), UNICODE))
    assert "2 sessions   1 with the agent's own transcript" in title and "at least 800 tokens" in title


@pytest.mark.parametrize("width", [30, 60, 80, 120, 200])
def test_sessions_fit_any_width_and_say_why_they_wait(width: int) -> None:
    waits = samples.session_item("w" * 300, state=State.WAITING, why="asks which queue", model="日本" * 40)
    rows = session_rows((waits, samples.session_item()), UNICODE, samples.NOW, width)
    assert "asks which queue" in words(rows[1][1]) and rows[0][0] == rows[1][0]
    assert all(len(laid(line, width)) == 1 for _, line in rows)


def test_the_name_of_the_run_is_not_said_again() -> None:
    run = Address("odw", "odw-exec-1")
    (row,) = session_rows((samples.session_item(parent=run, title="odw-exec-1-core-1"),), UNICODE, samples.NOW, 100)
    assert "  core-1" in words(row[1]) and "odw-exec" not in words(row[1])
