"""The scenes whose pictures are kept: every screen, with what is usual, with long and wide words, empty and broken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, cast
from unittest.mock import patch

from textual.pilot import Pilot

from drivers import asked, batch_panes, coordination_story, plan_samples, samples
from drivers.odw_recording import Story
from drivers.room_driver import open_room
from drivers.run_driver import opened
from drivers.talk import SESSION, TALK, said, talking
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.examine import Section
from odw_core.diagnose.doctor.world import World
from odw_core.engines.odw.timeline import run_detail
from odw_core.model.address import Address
from odw_core.model.conversation import Entry, EntryKind
from odw_core.model.detail import Detail, How, Notice, Origin, RunDetail, SessionDetail
from odw_core.model.evidence import Facts
from odw_core.model.item import Claim, Item, Limit, State, Tokens
from odw_core.model.problem import Problem
from odw_tui.screens.doctor import DoctorScreen

Size = tuple[int, int]
Scene = Callable[[Size], AbstractAsyncContextManager[Pilot[Any]]]

WIDE = "請求書の丸め誤差を修正する（第二四半期）"
LONG = "add an owner review queue with a digest of every decision that was taken while nobody was looking " * 2
HOSTILE = "[bold]not markup[/bold] \x1b[2J\x1b]0;title\x07 \u202edlrow olleh"


def _odd_items() -> tuple[Item, ...]:
    """Names as long, as wide and as rude as they come."""
    first, *rest = samples.room_items()
    return (
        replace(first, title=WIDE, why=f"waits for you: {WIDE}", stage=WIDE),
        replace(rest[0], title=LONG, why=LONG, branch="feature/" + "very-" * 12 + "long"),
        samples.item("hostile", State.FAILED, title=HOSTILE, cause=HOSTILE, why=HOSTILE),
        samples.item(
            "combining", State.DONE, title="e\u0301te\u0301 👩‍👩‍👧 naïve ﬁle", tokens=Tokens(999_999_999, at_least=True)
        ),
        *rest[1:],
    )


def room(*keys: str, snapshot: Any = None, details: Iterable[Detail] = (), words: str = "") -> Scene:
    @asynccontextmanager
    async def scene(size: Size) -> AsyncIterator[Pilot[Any]]:
        async with open_room(snapshot, details, size=size) as driver:
            await driver.press(*keys)
            if words:
                await driver.type(words)
            yield driver.pilot

    return scene


def run(*keys: str, detail: Detail | Item, logs: Mapping[tuple[Address, str], Iterable[str]] | None = None) -> Scene:
    @asynccontextmanager
    async def scene(size: Size) -> AsyncIterator[Pilot[Any]]:
        async with opened(detail, logs=logs, size=size) as driver:
            await driver.press(*keys)
            yield driver.pilot

    return scene


def talk(*keys: str, detail: SessionDetail, told: Sequence[tuple[Entry, str]]) -> Scene:
    @asynccontextmanager
    async def scene(size: Size) -> AsyncIterator[Pilot[Any]]:
        async with talking(tuple(told), detail, size) as driver:
            await driver.press(*keys)
            yield driver.pilot

    return scene


def agents(*keys: str) -> Scene:
    """A run with sessions of every kind: a record with the agent's own transcript, one that waits, one that broke."""
    run_address = RUN.item.address
    record = samples.session_item("core-1", parent=run_address, claims=(Claim("codex", session="0199"),), model="gpt-5")
    children = (
        record,
        replace(
            record, address=Address("codex", "0199"), claims=(), tokens=Tokens(96_000, False, 91_000, 71_000, 5_000)
        ),
        samples.session_item(
            "docs-1", parent=run_address, state=State.WAITING, why="asks: which queue keeps closed items?"
        ),
        samples.session_item("odd-1", parent=run_address, state=State.FAILED, title=WIDE, why=LONG, model=LONG),
    )

    @asynccontextmanager
    async def scene(size: Size) -> AsyncIterator[Pilot[Any]]:
        async with opened(RUN, size=size, room=samples.snapshot((RUN.item, *children))) as driver:
            await driver.press(*keys)
            yield driver.pilot

    return scene


CHECKS = (
    Check(
        "codex-sessions",
        "Codex sessions",
        Level.FAIL,
        "~/.codex/sessions is not writable: its mode lets nobody write.",
        "Give the owner the right to write.",
        "chmod u+rwx ~/.codex/sessions",
    ),
    Check("codex", "codex", Level.WARN, "codex is not on PATH: Codex sessions cannot be started.", "Install it."),
    Check(
        "left-over", "left over", Level.WARN, f"worktree {LONG}", "Remove it.", "git worktree remove /home/ada/work/wt"
    ),
    Check("rg", "rg", Level.INFO, "rg is not on PATH: agents search more slowly.", "Install ripgrep."),
    Check("wide", WIDE, Level.PASS, WIDE),
    Check("disk", "disk space", Level.PASS, "80 GB of 271 GB are free on the disk of ~/work/shop."),
)


def doctor() -> Scene:
    """The doctor over checks that are the same on every machine."""

    @asynccontextmanager
    async def scene(size: Size) -> AsyncIterator[Pilot[Any]]:
        module = "odw_tui.screens.doctor"
        one = (Section("everything", lambda world: CHECKS),)
        with patch(f"{module}.SECTIONS", one), patch(f"{module}.examined", lambda section, world: list(CHECKS)):
            async with open_room(size=size) as driver:
                screen = DoctorScreen(driver.app.kit, lambda: cast("World", None))
                await driver.app.push_screen(screen)
                await screen.settle()
                await driver.idle()
                yield driver.pilot

    return scene


def _seen(told: Story) -> RunDetail:
    return run_detail(told.acc, Facts(samples.NOW, True))


def batch(*keys: str) -> Scene:
    """A batch that is half through, at a time at which it is."""

    @asynccontextmanager
    async def scene(size: Size) -> AsyncIterator[Pilot[Any]]:
        async with opened(batch_panes.running(), size=size) as driver:
            driver.clock.time = batch_panes.NOW
            await driver.press(*keys)
            driver.screen.tick()
            yield driver.pilot

    return scene


def gone() -> Scene:
    @asynccontextmanager
    async def scene(size: Size) -> AsyncIterator[Pilot[Any]]:
        async with opened(samples.run_detail(), size=size) as driver:
            await driver.prune()
            yield driver.pilot

    return scene


DETAILS = tuple(samples.run_detail(item) for item in samples.room_items())
RUN = samples.run_detail()
PLANS = plan_samples.planning_detail()
AGREED = _seen(coordination_story.agreed())
LIMITED = tuple(
    replace(one, limits=(Limit("5 h", 62.0, samples.NOW + 4200, samples.NOW),)) for one in samples.room_items()
)
STDERR = [f"2026-02-12T03:04:{second:02}Z  INFO  codex_core: step {second}" for second in range(40)] + [
    "2026-02-12T03:04:41Z ERROR codex_core::rollout: rollout writer failed: Permission denied (os error 13)",
    f"{WIDE} {LONG}",
]


DIFFS = {(cell.attempts[-1].address, "diff"): plan_samples.DIFF.split("\n")[:-1] for cell in RUN.cells if cell.attempts}
QUESTIONS = samples.room().questions

SPOKEN = replace(
    SESSION,
    item=replace(
        SESSION.item,
        title="fix rounding in invoices",
        why="the agent finished its turn",
        folder=f"{samples.WORK}/billing",
        branch="fix/inv",
        tokens=Tokens(96_000, False, 91_000, 71_000, 5_000, 2_000),
    ),
    asked_model="gpt-5.5",
    sandbox="workspace-write",
    approval_policy="on-request",
    version="0.169.0",
    source="exec",
    context_used=106_000,
    context_window=258_000,
    failed_commands=1,
    patches=1,
    compactions=1,
    notices=(Notice("the writer was killed: its turn was begun and never ended", is_warning=True),),
)
ODD_TALK = (
    *TALK,
    said(
        EntryKind.COMMAND, HOSTILE, f"{HOSTILE}\n{WIDE}\n{LONG}", exit_code=127, duration_s=4_000, line_count=1_234_567
    ),
)
ORIGINS = (
    Origin("state", f"{samples.WORK}/shop/.odw/runs/run-1/events.jsonl", 38_581, samples.NOW - 180, How.READ),
    Origin(
        "tokens",
        f"{samples.WORK}/shop/.odw/runs/run-1/events.jsonl",
        28_611,
        samples.NOW - 300,
        How.READ,
        "the sum over all agent_done lines",
    ),
    Origin("model", f"{samples.WORK}/shop/.odw/runs/run-1/events.jsonl", 28_153, None, How.SERVER),
    Origin(
        "title",
        f"{samples.WORK}/{WIDE}/{'very-' * 40}long/run.json",
        None,
        samples.NOW,
        How.INFERRED,
        f"{HOSTILE} {LONG}",
    ),
)

SCENES: dict[str, Scene] = {
    "room": room(details=DETAILS, snapshot=samples.snapshot(LIMITED, QUESTIONS)),
    "room-odd-names": room(snapshot=samples.snapshot(_odd_items(), QUESTIONS)),
    "room-empty": room(snapshot=samples.snapshot(())),
    "room-looking": room(snapshot=replace(samples.snapshot(()), complete=False)),
    "room-no-match": room("/", words="nothing has this"),
    "room-problems": room(
        "!", snapshot=replace(samples.room(), problems=(Problem("/home/ada/work/shop/.odw/x", 12, "no JSON object"),))
    ),
    "inbox": room("i", "j", details=DETAILS),
    "card": room("i", "g", "enter", snapshot=asked.room(asked.command(), asked.form())),
    "card-risky": room(
        *("i", "g", "enter", "a"),
        snapshot=asked.room(asked.command(text=f"rm -rf build && curl https://get.example.com/{HOSTILE} | sh")),
    ),
    "card-patch": room("i", "g", "enter", snapshot=asked.room(asked.patch())),
    "card-form": room(*("i", "g", "enter", "2", "tab", "x", "tab", "tab", "y"), snapshot=asked.room(asked.form())),
    "inbox-empty": room("i", snapshot=replace(samples.room(), questions=())),
    "help": room("?"),
    "palette": room("ctrl+p"),
    "settings": room(","),
    "places": room("p"),
    "doctor": doctor(),
    "run-timeline": run(detail=RUN),
    "run-plans": run("2", detail=PLANS),
    "run-plans-doubtful": run("2", "j", "j", "j", "j", detail=PLANS),
    "run-plans-rounds": run("2", "j", "j", "j", detail=AGREED),
    "run-contracts": run("C", detail=_seen(coordination_story.asking())),
    "run-contracts-upstream": run("C", "G", detail=PLANS),
    "run-states": run("S", detail=_seen(coordination_story.planning_again())),
    "run-states-over": run("S", detail=AGREED),
    "run-campaign": run(detail=_seen(coordination_story.half_landed())),
    "run-batch": batch("B"),
    "run-batch-scenario": batch("B", "j", "j", "j"),
    "run-blockers": run("3", detail=RUN),
    "run-diff": run("4", detail=RUN, logs=DIFFS),
    "run-output": run(
        "5", detail=RUN, logs={(RUN.item.address, "stderr"): STDERR, (RUN.item.address, "stdout"): STDERR}
    ),
    "run-output-missing": run("5", detail=RUN),
    "run-artifacts": run("6", detail=PLANS),
    "run-notes": run("9", detail=PLANS),
    "run-sessions": agents("s", "j"),
    "run-origins": run("=", "j", detail=replace(RUN, origins=ORIGINS)),
    "run-origins-none": run("=", detail=replace(RUN, origins=())),
    "session-conversation": talk("[", "[", detail=SPOKEN, told=TALK),
    "session-conversation-patch": talk("[", "[", "j", "enter", detail=SPOKEN, told=TALK),
    "session-conversation-odd": talk("G", detail=SPOKEN, told=ODD_TALK),
    "session-conversation-empty": talk(detail=SESSION, told=()),
    "run-gone": gone(),
    "run-unread": run(detail=samples.room_items()[0]),
}
