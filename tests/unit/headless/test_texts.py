"""What ``status``, ``list``, ``inbox`` and ``show`` say to people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.item import State
from odw_tui.headless.drawing import Look, draw
from odw_tui.headless.inbox import inbox_lines
from odw_tui.headless.listing import items_in_order, list_lines
from odw_tui.headless.show import detail_lines, part_lines
from odw_tui.headless.status import status_lines
from odw_tui.present.glyphs import glyphs
from odw_tui.present.spans import Spans
from odw_tui.terminal.ink import colourless

LOOK = Look(glyphs(ascii_only=False), now=samples.NOW, home="/home/ada", width=None, paint=colourless)
HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egnp.exe\r[bold]x[/bold]"


def told(lines: Iterable[Spans], look: Look = LOOK) -> list[str]:
    return list(draw(lines, look))


def test_status_counts_the_rows_and_tells_what_waits() -> None:
    lines = told(status_lines(samples.room(), LOOK))
    assert lines[0] == "◆ 2 waiting   ■ 1 blocked   ✗ 2 failed   ▸ 2 running   ~ 1 stale   ✓ 2 done"
    assert lines[1:5] == [
        "",
        "◆ fix rounding in invoices  billing  owner decision  1m",
        "  waits for you: the owner must decide about 1 risk; nothing else waits behind it",
        "  odw:fix-rounding-in-invoices",
    ]


def test_status_of_an_empty_room_says_so() -> None:
    assert told(status_lines(samples.snapshot(), LOOK)) == ["no runs"]


def test_status_can_be_told_in_ascii() -> None:
    look = replace(LOOK, glyphs=glyphs(ascii_only=True))
    assert all(line.isascii() for line in told(status_lines(samples.room(), look), look))


def test_list_begins_with_what_waits_and_ends_with_what_is_done() -> None:
    lines = told(list_lines(list(items_in_order(samples.room().items)), LOOK))
    assert lines[0].split() == ["STATE", "TITLE", "WHERE", "STAGE", "TASKS", "BLK", "TOKENS", "AGE", "ADDRESS"]
    states = [line.split()[1] for line in lines[1:]]
    assert states == sorted(states, key=lambda state: State(state).rank)
    assert lines[1].endswith("  1m  odw:fix-rounding-in-invoices")


def test_a_session_stands_below_its_run() -> None:
    run = samples.room_items()[0]
    session = samples.session_item(parent=run.address)
    lines = told(list_lines(list(items_in_order(samples.snapshot([session, run]).items)), LOOK))
    assert lines[1].startswith("◆ waiting  add owner review queue")
    assert lines[2].startswith("✓ done       core 1")


def test_a_session_whose_run_is_gone_is_a_row_of_its_own() -> None:
    session = samples.session_item(parent=Address("odw", "pruned"))
    lines = told(list_lines(list(items_in_order(samples.snapshot([session]).items)), LOOK))
    assert lines[1].startswith("✓ done  core 1")


def test_an_empty_list_is_nothing_at_all() -> None:
    assert told(list_lines([], LOOK)) == []


def test_a_card_of_the_inbox_tells_who_can_answer_it_and_how() -> None:
    lines = told(inbox_lines(samples.room().questions, LOOK))
    assert lines[:6] == [
        "◆ Which queue keeps closed items?  asked 3m ago",
        "  The spec says nothing about how long a closed item stays in the queue.",
        "    1  7 days   what the old queue did",
        "    2  30 days  what the reviewer asks for",
        "    or any other words",
        "  asked by  task core",
    ]
    assert "  answer    pandacode answer in the workspace, by whoever started the run" in lines
    assert "  address   question:q1" in lines


def test_a_run_is_shown_with_its_reason_first_and_its_grid() -> None:
    lines = told(detail_lines(samples.run_detail(), LOOK))
    assert lines[0] == "✓ done  add owner handoff packet"
    assert lines[1] == "both reviewers approved in round 3; 5 patches landed; npm test passed"
    assert "where     ~/work/shop" in lines
    grid = lines[lines.index("timeline") + 1 :]
    assert " ".join(grid[0].split()) == (
        "plan 41s round 1 5m 59s round 2 3m 20s round 3 11m 40s land 10s verify 2m 20s"
    )
    assert grid[3].split() == ["handoff", "✓", "4m", "10s", "↻", "4m", "10s", "=", "kept", "2", "files"]
    assert any("src/render.js:12  renders ids that the digest no longer has" in line for line in lines)
    assert lines[-1] == "  odw-tui logs odw:add-owner-handoff-packet --stream stderr"


def test_a_session_is_shown_in_full() -> None:
    lines = told(detail_lines(samples.session_detail(), LOOK))
    assert lines[0] == "✓ done  core 1"
    assert "thread   0199-core" in lines


def test_a_task_is_shown_with_all_its_attempts_and_an_attempt_alone() -> None:
    detail = samples.run_detail()
    task = told(part_lines(detail, detail.item.address.child("core"), LOOK))
    assert [line for line in task if "core  " in line and not line.startswith(" ")] == [
        "✓ done  core  plan, 5 tasks",
        "✓ done  core  round 1, attempt 1, 4m 10s",
        "↻ repaired  core  round 2, attempt 1, 4m 10s",
        "↻ repaired  core  round 3, attempt 1, 4m 10s",
        "✓ done  core  land, 1 files",
    ]
    attempt = told(part_lines(detail, detail.item.address.child("core-r2", "1"), LOOK))
    assert "↻ repaired  core  round 2, attempt 1, 4m 10s" in attempt
    assert not any("round 3" in line for line in attempt[3:])


def test_whatever_an_agent_wrote_is_shown_as_text() -> None:
    item = samples.item(
        "run", title=HOSTILE, why=HOSTILE, stage=HOSTILE, goal=HOSTILE, cause=HOSTILE, last_words=HOSTILE, place=HOSTILE
    )
    question = samples.question(item.address, title=HOSTILE, body=HOSTILE, subject=HOSTILE, answer_via=HOSTILE)
    detail = samples.run_detail(item, cause=(HOSTILE,), questions=(question,), workflow=HOSTILE, resumed_from=HOSTILE)
    room = samples.snapshot([replace(item, state=State.WAITING)], [question])
    lines = [
        *told(status_lines(room, LOOK)),
        *told(list_lines(list(room.items.values()), LOOK)),
        *told(inbox_lines(room.questions, LOOK)),
        *told(detail_lines(detail, LOOK)),
        *told(part_lines(detail, item.address.child("core"), LOOK)),
    ]
    text = "".join(lines)
    assert not any(character < " " or "\x7f" <= character <= "\x9f" or character == "\u202e" for character in text)
    assert "[bold]x[/bold]" in text
