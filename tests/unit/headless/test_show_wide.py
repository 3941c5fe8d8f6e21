"""What ``show``, ``list`` and ``status`` say of coordinations, batches and Codex sessions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from drivers import samples
from odw_core.config import Config
from odw_core.model.cause import Cause, Proof
from odw_core.model.conversation import Entry, EntryKind
from odw_core.model.detail import Artifact, Contract, Duty, How, Notice, Origin, Plan
from odw_core.model.item import Claim, Item, Limit, State, Tokens
from odw_core.service.oneshot import Room, open_room
from odw_tui.headless.arguments import parse
from odw_tui.headless.drawing import Look, draw
from odw_tui.headless.listing import items_in_order, list_lines
from odw_tui.headless.show import Around, answer, detail_lines
from odw_tui.headless.status import status_lines
from odw_tui.present.glyphs import glyphs
from odw_tui.terminal.ink import colourless

FIXTURES = Path(__file__).parents[2] / "fixtures"
ROOMS = sorted(
    [
        *FIXTURES.glob("converge/*/project"),
        *FIXTURES.glob("odw/*/project*"),
        *FIXTURES.glob("scenario/*"),
        FIXTURES / "codex" / "mini_home",
    ]
)
LOOK = Look(glyphs(ascii_only=False), now=samples.NOW, home="/home/ada", width=None, paint=colourless)
HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egnp.exe\r[bold]x[/bold]"


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[Room]:
    room = open_room([str(FIXTURES / request.param)], Config(), cache=None)
    yield room
    room.close()


def shown(room: Room, address: str, *options: str, look: Look = LOOK) -> list[str]:
    lines = answer(room, parse(["show", address, *options])).lines
    assert lines is not None
    return list(draw(lines(look), look))


def after(lines: Sequence[str], title: str) -> list[str]:
    """The lines of one section."""
    at = next(number for number, line in enumerate(lines) if line == title or line.startswith(f"{title}  "))
    end = next((number for number in range(at, len(lines)) if not lines[number]), len(lines))
    return list(lines[at + 1 : end])


@pytest.mark.parametrize("place", ROOMS, ids=lambda place: str(place.relative_to(FIXTURES)))
def test_every_recording_is_shown_on_any_terminal(place: Path) -> None:
    room = open_room([str(place)], Config(), cache=None)
    narrow = replace(LOOK, glyphs=glyphs(ascii_only=True), width=60)
    for address in room.snapshot.items:
        assert len(shown(room, str(address), "--origins")) > 5
        lines = shown(room, str(address), "--origins", look=narrow)
        assert max(map(len, lines)) <= 60
    room.close()


@pytest.mark.parametrize("room", ["converge/codex-fail-fallback/project"], indirect=True)
def test_a_coordination_says_why_with_the_line_and_the_fix(room: Room) -> None:
    lines = shown(room, "latest")
    cause = after(lines, "cause")
    assert cause[0] == "  ✗ planning failed because the sessions folder is not writable"
    assert cause[1].endswith("codex-fail-fallback/stdout.log:23")
    assert cause[2] == "    line   Caused by: Permission denied (os error 13)"
    assert cause[3].startswith("    fix    Make /home/dev/.codex/sessions writable")
    assert after(lines, "rounds")[1] == (
        "  round 2  started because round 1 ended HITL_REQUIRED; stopped at the ceiling of 2 rounds"
    )
    assert "  · nothing was executed or installed; commands are hints" in after(lines, "good to know")


@pytest.mark.parametrize("room", ["converge/codex-fail-fallback/project"], indirect=True)
def test_a_plan_says_who_wrote_it_and_that_nothing_was_done(room: Room) -> None:
    plans = after(shown(room, "latest"), "plans")
    assert plans[0] == "  src/converge  HITL_REQUIRED  ! heuristic: Codex failed (exit 1)"
    assert "    · Review repository structure and add necessary files" in plans
    assert "    commands  hints; nothing was executed or installed" in plans
    address = next(line.split("odw-tui show ")[1] for line in plans if "odw-tui show" in line)
    whole = shown(room, address)
    assert "    prompt" in whole
    assert any(line.startswith("    repo-plans/converge/plan.md") for line in whole)


@pytest.mark.parametrize("room", ["converge/contract-blockers/project"], indirect=True)
def test_blockers_of_contracts_and_shares_are_told(room: Room) -> None:
    lines = shown(room, "latest")
    assert sum("contract issue" in line for line in after(lines, "blockers")) == 3
    assert after(lines, "contracts")[0].split()[0] == "contract-a"
    assert after(lines, "responsibilities")
    assert any(line.split()[0] == "run.json" for line in after(lines, "files"))


@pytest.mark.parametrize("room", ["codex/mini_home"], indirect=True)
def test_a_codex_session_tells_how_it_was_set_up_and_what_was_said_last(room: Room) -> None:
    lines = shown(room, "codex:01a1dfd8")
    text = "\n".join(lines)
    for fact in ("sandbox   ", "approval  ", "mode      ", "folder    /home/dev/work/web", "branch    feature/login"):
        assert f"\n{fact}" in text
    assert "in (0 cached)" in text
    assert any(line.startswith("did ") and "turns" in line for line in lines)
    said = after(lines, "conversation")
    assert len(said) == 10
    assert any(line.startswith("conversation  the last 10 of ") for line in lines)
    assert "where the figures come from" not in text
    assert after(shown(room, "codex:01a1dfd8", "--origins"), "where the figures come from")


def test_what_only_the_room_knows_is_told_with_its_doubt() -> None:
    run = samples.item("run", claims=(Claim("codex", folder="/w"), Claim("codex", session="sure")))
    children = [samples.item("sure", State.DONE), samples.item("maybe", State.WAITING, model="gpt-5")]
    lines = list(draw(detail_lines(samples.run_detail(run, sessions=()), LOOK, Around(children)), LOOK))
    first, second = after(lines, "sessions")
    assert first.endswith(str(children[0].address))
    assert second.endswith(f"{children[1].address} (inferred)")
    assert " gpt-5 " in second


def test_limits_context_and_another_model_are_told() -> None:
    session = samples.session_detail(
        samples.session_item(
            tokens=Tokens(96_000, True, 91_000, 71_000, 5_000, 2_000),
            limits=(Limit("5 h", 42.4, samples.NOW + 60, samples.NOW),),
        ),
        model="gpt-5",
        asked_model="gpt-6",
        context_used=129_000,
        context_window=258_000,
        commands=12,
        failed_commands=2,
        compactions=1,
        forked_from="0199-parent",
    )
    lines = list(draw(detail_lines(session, LOOK), LOOK))
    told = {line.split("  ")[0]: " ".join(line.split("  ")[1:]).strip() for line in lines if line}
    assert told["tokens"] == "at least 96k: 91k in (71k cached), 5k out (2k reasoning)"
    assert told["context"] == "129k of 258k tokens (50%)"
    assert told["did"] == "12 commands (2 failed), 1 compaction"
    assert told["forked from"] == "0199-parent"
    assert told["limits"].startswith("5 h: 42 % used, resets ")
    assert "(asked for gpt-6)" in told["model"]


def test_nothing_an_agent_wrote_reaches_the_terminal_as_it_is() -> None:
    proof = Proof(HOSTILE, 3, HOSTILE)
    cause = Cause("X", HOSTILE, HOSTILE, proof)
    item = samples.item("run")
    artifact = Artifact(HOSTILE, 1, HOSTILE, HOSTILE)
    run = samples.run_detail(
        item,
        causes=(cause,),
        cause=(HOSTILE,),
        plans=(
            Plan(
                item.address.child("a"),
                HOSTILE,
                HOSTILE,
                HOSTILE,
                True,
                HOSTILE,
                HOSTILE,
                (HOSTILE,),
                HOSTILE,
                (HOSTILE,),
                (artifact,),
                (cause,),
            ),
        ),
        duties=(Duty(HOSTILE, (HOSTILE,)),),
        contracts=(Contract(HOSTILE, (HOSTILE,), (), ()),),
        findings=(Notice(HOSTILE, True, proof),),
        notices=(Notice(HOSTILE),),
        artifacts=(artifact,),
        origins=(Origin(HOSTILE, HOSTILE, 5, samples.NOW, How.READ, HOSTILE),),
    )
    session = samples.session_detail(
        None,
        sandbox=HOSTILE,
        approval_policy=HOSTILE,
        mode=HOSTILE,
        source=HOSTILE,
        version=HOSTILE,
        forked_from=HOSTILE,
        asked_model=HOSTILE,
        notices=(Notice(HOSTILE),),
        causes=(cause,),
    )
    entries = [Entry(kind, samples.NOW, HOSTILE, 0, 1, note=HOSTILE) for kind in EntryKind]
    for detail in (run, session):
        around = Around([samples.item("s", title=HOSTILE, model=HOSTILE)], entries, 20, has_origins=True)
        text = "".join(draw(detail_lines(detail, LOOK, around), LOOK))
        assert not any(character < " " or "\x7f" <= character <= "\x9f" or character == "\u202e" for character in text)
        assert "[bold]x[/bold]" in text


def test_list_and_status_use_the_names_somebody_gave_and_say_what_is_inferred() -> None:
    item: Item = samples.item("run", State.WAITING, is_inferred=True, folder=None, branch=None)
    child = samples.session_item(parent=item.address, state=State.WAITING)
    look = replace(LOOK, own_names={item.place: "the mint"})
    snapshot = samples.snapshot([item, child])
    listed = list(draw(list_lines(list(items_in_order(snapshot.items)), look), look))
    assert listed[1].startswith("◆ waiting (inferred)  ")
    assert "the mint" in listed[1]
    assert listed[2].startswith("◆ waiting               core 1")
    status = list(draw(status_lines(snapshot, look), look))
    assert "the mint" in status[2]
    assert "(inferred)" in status[2]
    assert status[5].startswith("  ◆ core 1")


def test_an_engine_that_there_is_not_is_no_engine() -> None:
    from odw_core.engines.registry import ENGINES
    from odw_core.errors import UsageError
    from odw_tui.headless.options import ENGINES as NAMES

    assert {engine.name for engine in ENGINES} <= set(NAMES)
    with pytest.raises(UsageError, match="invalid choice"):
        parse(["list", "--engine", "nothing"])
