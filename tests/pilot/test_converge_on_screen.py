"""Recorded runs of Converge on the screen: what a reader must see of each, and what must not be said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from drivers import recorded_session
from drivers.converge_story import lay
from drivers.run_driver import RunDriver
from odw_core.model.command import Command, Outcome, Receipt, Repeat
from odw_core.model.item import Item


@asynccontextmanager
async def on_screen(place: Path, name: str = "") -> AsyncIterator[RunDriver]:
    """The run of the place with this in its name, opened and read."""

    def wanted(one: Item) -> bool:
        return one.address.engine == "converge" and name in one.address.item

    async with recorded_session.on_screen(place, wanted, lambda one: one.started_at, (120, 60)) as driver:
        yield driver


async def page(run: RunDriver, key: str) -> str:
    """What one tab shows, as one line of words."""
    await run.press(key)
    return " ".join(run.text.split())


async def entries(run: RunDriver, count: int) -> list[str]:
    """What the plans pane shows for its first entries."""
    return [await page(run, "j" if place else "2") for place in range(count)]


async def test_a_fallback_is_badged_and_its_cause_stands_first(tmp_path: Path) -> None:
    async with on_screen(lay("codex-fail-fallback", tmp_path / "codex-fail-fallback")) as run:
        assert (await page(run, "2")).count("! heuristic: Codex failed (exit 1)") == 3
        assert "Codex not tried" not in run.text
        assert run.row("cause").strip().endswith("planning failed because the sessions folder is not writable")
        blockers = await page(run, "3")
        assert "round 2 1 blocker " in blockers and "question → src/converge" in blockers
        assert "src/frontend" not in blockers
        output = await page(run, "5")
        assert output.index("cause planning failed") < output.index("Caused by: Permission denied (os error 13)")
        assert run.shows("▌ 23  Caused by: Permission denied (os error 13)")


async def test_the_notes_say_what_the_statuses_hide(tmp_path: Path) -> None:
    async with on_screen(lay("codex-fail-fallback", tmp_path / "codex-fail-fallback")) as run:
        notes = await page(run, "9")
        assert "nothing was executed or installed" in notes
        assert "the plan of src/frontend says OK, though Codex failed (exit 1)" in notes
        await run.press("enter")
        assert not run.is_open and run.shows("▌ 23  Caused by")


async def test_contract_issues_are_blockers_and_no_questions(tmp_path: Path) -> None:
    async with on_screen(lay("contract-blockers", tmp_path / "contract-blockers")) as run:
        blockers = await page(run, "3")
        assert "3 blockers" in blockers and blockers.count("contract issue") >= 3
        assert "8 questions" not in blockers
        plans = await page(run, "2")
        assert "HITL_REQUIRED" not in plans
        contracts = await page(run, "C")
        assert all(name in contracts for name in ("openapi.yaml", "contract-a", "contract-b"))


async def test_an_answer_of_codex_is_told_with_its_model_and_cut_excerpts_as_cut(tmp_path: Path) -> None:
    async with on_screen(lay("converged-codex-json", tmp_path / "converged-codex-json")) as run:
        assert "Codex (gpt-5.3-codex)" in await page(run, "2") and "heuristic" not in run.text
        assert "first 2000 characters only" in run.text
        await run.press("1", "enter")
        assert run.row("stream plan").endswith("first 2000 characters, 1 line")
        await run.press("3")
        assert "✗" not in run.text


async def test_a_prompt_alone_is_no_answer(tmp_path: Path) -> None:
    async with on_screen(lay("copilot-prompts", tmp_path / "copilot-prompts")) as run:
        plans = await page(run, "2")
        assert "prompt only" in plans and "HITL_REQUIRED" not in plans and "Codex (" not in plans
        assert "agent-prompt.txt" in plans


async def test_a_crash_is_no_wrong_flag(tmp_path: Path) -> None:
    async with on_screen(lay("crash-empty-run", tmp_path / "crash-empty-run")) as run:
        shown = await page(run, "1")
        assert "crashed: 'utf-8' codec can't decode byte 0xff" in shown and "Save the README.md" in shown
        assert "flag" not in shown and "bad config" not in shown


async def test_an_answer_that_nobody_could_parse_is_a_warning(tmp_path: Path) -> None:
    async with on_screen(lay("garbage-plan", tmp_path / "garbage-plan")) as run:
        plans = await page(run, "2")
        assert "! heuristic" in plans and "Codex (gpt" not in plans
        assert "pars" in plans + await page(run, "9")


async def test_a_split_into_nothing_has_a_reason_and_no_invented_question(tmp_path: Path) -> None:
    async with on_screen(lay("hitl-without-questions", tmp_path / "hitl-without-questions")) as run:
        assert "no usable responsibility split (empty matrix)" in await page(run, "3")
        assert "8 questions" not in run.text
        await run.press("o")
        assert run.rows[0].startswith(" responsibility-matrix.md")


async def test_a_pause_that_was_lost_is_no_failure(tmp_path: Path) -> None:
    async with on_screen(lay("interrupt-cli-empty", tmp_path / "interrupt-cli-empty")) as run:
        assert "paused for a person, cannot be resumed" in await page(run, "1") and "FAILED" not in run.text
    without = lay("interrupt-cli-empty", tmp_path / "bare", log=False)
    async with on_screen(without) as run:
        assert "no artifacts" in await page(run, "1") and "FAILED" not in run.text


async def test_the_older_layout_is_whole(tmp_path: Path) -> None:
    async with on_screen(lay("legacy-layout", tmp_path / "legacy-layout")) as run:
        files = await page(run, "6")
        assert "copilot-prompt.txt" in files
        assert "damaged" not in files and "partial" not in files
        assert "damaged" not in await page(run, "9") and "partial" not in run.text


async def test_a_missing_repo_and_its_questions_stand_in_the_way_of_that_repo_alone(tmp_path: Path) -> None:
    async with on_screen(lay("missing-repo", tmp_path / "missing-repo")) as run:
        blockers = await page(run, "3")
        assert "ghost" in blockers and "api" not in blockers.partition("round 1")[2]
        assert "missing repo" in blockers and blockers.count("question →") >= 2


async def test_another_model_is_no_failure(tmp_path: Path) -> None:
    async with on_screen(lay("model-fallback", tmp_path / "model-fallback")) as run:
        plans = await page(run, "2")
        assert "Codex (gpt-5)" in plans and "heuristic" not in plans
        notes = await page(run, "9")
        assert "gpt-5.3-codex" in notes and "unavailable" in notes


async def test_two_repos_of_one_name_keep_both_plans(tmp_path: Path) -> None:
    async with on_screen(lay("name-collision", tmp_path / "name-collision")) as run:
        first, *_, last = await entries(run, 3)
        assert "team1/api" in first and "team2/api" in first and "type: python" in first
        assert "type: node" in last
        assert (await page(run, "6")).count("of team2/api only") == 3


async def test_every_round_is_told_and_plans_of_the_last_one_alone(tmp_path: Path) -> None:
    async with on_screen(lay("three-rounds-three-repos", tmp_path / "three-rounds-three-repos")) as run:
        shown = await page(run, "1")
        assert all(f"round {number}" in shown for number in (1, 2, 3))
        plans = await page(run, "2")
        assert plans.count("Codex (") >= 3 and plans.count("plan.md") == 3 and plans.count("agent-prompt.txt") == 3
        blockers = await page(run, "3")
        assert "1 blocker" in blockers and "question → mystery" in blockers.replace("./", "")
        notes = await page(run, "9")
        assert "plans of the rounds before round 3 are not kept" in notes and "exit code 2" in notes


async def test_an_answer_that_upstream_ignored_is_told_and_asked_no_more(tmp_path: Path) -> None:
    place = lay("queue-conditional-resolve", tmp_path / "queue")
    for name in ("20261121T002137", "20261121T002138", "task-064aa61a"):
        async with on_screen(place, name) as run:
            shown = await page(run, "1")
            assert "was cancelled; nobody is asked any more" in shown
            assert "8 questions" not in shown and "◆ waiting" not in shown


async def test_a_resumed_pause_is_one_pause_and_its_second_run_no_failure(tmp_path: Path) -> None:
    place = lay("interrupt-resumed", tmp_path / "resumed")
    async with on_screen(place, "20261121T002140") as run:
        shown = await page(run, "1")
        assert "a person has decided, but upstream does not recompute the status" in shown
        notes = await page(run, "9")
        assert 'a person decided: {"action": "accept", "by": "dev"}' in notes and "1 pause" in notes
    async with on_screen(place, "20261121T002141") as run:
        shown = await page(run, "1")
        assert "a resume attempt of task eec5598d" in shown and "✗" not in shown
    async with on_screen(place, "task-eec5598d") as run:
        assert "checkpoint thread eec5598d-423d-4800-b972-6d92d2d15872" in await page(run, "9")


async def test_the_call_of_the_plan_under_the_cursor_is_repeated_with_one_key(tmp_path: Path) -> None:
    async with on_screen(lay("codex-fail-fallback", tmp_path / "codex-fail-fallback")) as run:
        sent: list[Command] = []

        async def submit(command: Command) -> Receipt:
            sent.append(command)
            return Receipt(command.id, Outcome.ACCEPTED, "The call is made once more.")

        run.service.submit = submit  # type: ignore[method-assign]
        await run.press("2", "j", "r")
        (command,) = sent
        assert isinstance(command, Repeat)
        assert (command.address.engine, command.address.parts) == ("converge", ("src/converge",))
        assert run.shows("The call is made once more.")
        await run.press("9", "r")
        assert len(sent) == 1
        assert run.shows("There is no plan under the cursor whose call could be repeated.")
