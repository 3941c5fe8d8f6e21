"""Plans, files and notes of a run: every key of their panes, and texts alone on the screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from drivers import plan_samples, samples
from drivers.run_driver import opened
from odw_core.config import Config
from odw_core.files.line_index import FileLines
from odw_core.model.address import Address
from odw_core.model.detail import Notice
from odw_tui.screens.file import FileScreen

RUN = plan_samples.planning_detail()
ADDRESS = plan_samples.ADDRESS
SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]


def file_log(name: str, *lines: str) -> dict[tuple[Address, str], Iterable[str]]:
    return {(ADDRESS, f"file:{name}"): lines}


async def test_a_plan_is_read_beside_the_list_of_repos() -> None:
    async with opened(RUN) as run:
        await run.press("2")
        assert run.tab == "plans"
        assert run.shows("by     Codex (gpt-5.3-codex)") and run.shows("1. Add the endpoint with its schema")
        assert not run.shows("**") and run.shows("<script>alert(1)</script> logo (https://tracker.example/x.png)")
        await run.press("j", "j", "j", "j")
        assert run.shows("by     ! heuristic: Codex failed (exit 1)")
        assert run.shows("cause  planning failed because the sessions folder is not writable")


async def test_the_text_of_a_plan_scrolls_and_its_prompt_unfolds() -> None:
    async with opened(RUN, size=(120, 30)) as run:
        await run.press("2", "ctrl+d", "ctrl+d", "ctrl+d")
        assert run.shows("+ unfolds") and not run.shows("rule 39")
        await run.press("+", "ctrl+d", "ctrl+d", "ctrl+d", "ctrl+d", "ctrl+d")
        assert run.shows("rule 39")
        await run.press("J", "K", "G")
        assert run.shows("who was to do what")
        await run.press("g")
        assert run.shows("by     Codex (gpt-5.3-codex)")


async def test_what_lies_beside_a_plan_opens_alone_and_esc_comes_back() -> None:
    logs = file_log("repo-plans/api/plan.md", "# Title", "", "**loud**")
    async with opened(RUN, logs=logs) as run:
        await run.press("2", "enter")
        assert "All of it is here already" in run.footer
        await run.press("j", "enter")
        assert not run.is_open and run.row("prompt for api") and run.shows("  3  rule 1")
        await run.press("escape", "j", "enter")
        assert run.shows("repo-plans/api/plan.md") and run.shows(" loud") and not run.shows("**")
        await run.press("m")
        assert run.shows("  3  **loud**")
        await run.press("m", "/")
        assert "m shows it" in run.rows[-1]
        await run.press("escape")
        assert run.is_open and run.tab == "plans"


async def test_a_file_that_is_gone_says_so_and_the_way_back() -> None:
    async with opened(RUN) as run:
        await run.press("6", "enter")
        assert run.shows("has no file:run.json") and run.shows("esc  back")
        await run.press("escape")
        assert run.tab == "artifacts"


async def test_files_are_listed_and_open_and_give_their_path(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"status": "CONVERGED"}\n', "utf-8")
    async with opened(RUN, logs=file_log("run.json")) as run:
        run.service.logs[ADDRESS, "file:run.json"] = FileLines(path)
        await run.press("6")
        assert run.shows("▌run.json") and run.shows("saved by whoever started it")
        await run.press("y")
        words, _, shown = run.footer.strip().partition(" (OSC 52): ")
        # A folder of tests may have a name that no line has room for: then the end of the path is there.
        assert words == "Sent to the terminal's clipboard" and shown.endswith("/run.json")
        assert str(path).endswith(shown.removeprefix("…"))
        assert run.pilot.app.clipboard == str(path)
        await run.press("Y")
        assert run.pilot.app.clipboard == str(ADDRESS)
        await run.press("enter")
        assert run.shows('{"status": "CONVERGED"}') and run.shows("1 line")
        assert isinstance(run.pilot.app.screen, FileScreen)
        await run.press("y")
        assert run.pilot.app.clipboard == str(path)


async def test_the_editor_is_asked_for_and_says_why_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    path.write_text("{}\n", "utf-8")
    inside = replace(RUN, item=replace(RUN.item, place=str(tmp_path)))
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    async with opened(inside, logs=file_log("run.json")) as run:
        run.service.logs[ADDRESS, "file:run.json"] = FileLines(path)
        await run.press("6", "ctrl+e")
        assert "No editor is set; export EDITOR" in run.footer
        monkeypatch.setenv("EDITOR", "vim")
        await run.press("ctrl+e")
        assert "This terminal cannot be lent to an editor." in run.footer
        await run.press("3", "ctrl+e")
        assert "mobile cannot be opened" in run.footer
        await run.press("j", "ctrl+e")
        assert "There is no file under the cursor." in run.footer


async def test_a_report_is_one_key_away() -> None:
    async with opened(RUN, logs=file_log("summary.md", "# All is planned")) as run:
        await run.press("o")
        assert run.rows[0].startswith(" summary.md") and run.shows("All is planned")


async def test_notes_open_the_line_that_proves_them() -> None:
    logs = {(ADDRESS, "stdout"): [*["fine"] * 298, plan_samples.PROOF.text, "after"]}
    async with opened(RUN, logs=logs) as run:
        await run.press("9")
        assert run.shows("what does not fit together") and run.shows("nothing was executed or installed")
        await run.press("y")
        assert run.pilot.app.clipboard == "stdout.log:299"
        await run.press("enter")
        assert run.rows[0].startswith(" stdout.log")
        assert run.shows("▌299  2026-02-12T03:04:13Z ERROR")
        await run.press("escape", "G", "enter")
        assert run.shows("▌  2  fine")


async def test_a_proof_that_nobody_keeps_says_so() -> None:
    notice = Notice("odd", True, replace(plan_samples.PROOF, file="elsewhere"))
    async with opened(replace(RUN, causes=(), findings=(notice,), notices=())) as run:
        await run.press("9", "enter")
        assert "not kept among the files of the run" in run.footer
        await run.press("ctrl+d", "k", "g", "G")
        assert run.tab == "notes"


async def test_keys_of_tabs_that_are_not_there_say_why() -> None:
    async with opened(samples.run_detail()) as run:
        for key, words in (
            ("2", "no plans"),
            ("6", "No file belongs"),
            ("8", "Nothing is asked"),
            ("9", "nothing to note"),
        ):
            await run.press(key)
            assert words in run.footer
    async with opened(RUN) as run:
        for key, words in (("4", "left a diff"), ("7", "no journal")):
            await run.press(key)
            assert words in run.footer


async def test_a_reading_that_changes_keeps_the_place() -> None:
    async with opened(RUN) as run:
        await run.press("2", "j", "j")
        await run.tell(replace(RUN, plans=(*RUN.plans, plan_samples.plan("late"))))
        assert run.row("▌    plan.md") and run.shows("late")


async def test_where_space_is_short_tabs_have_short_names_and_what_is_open_or_waits_has_one_in_any_case() -> None:
    asking = replace(RUN, questions=(samples.question(ADDRESS),), streams=("stdout", "journal"))
    async with opened(asking, size=(80, 24)) as run:
        await run.press("9")
        tabs = run.row("9 notes 2")
        assert tabs.startswith(" 1 time  2 plans") and "8 asks 1" in tabs and tabs.endswith("9 notes 2")
    async with opened(asking, size=(120, 30)) as run:
        assert run.shows("6 artifacts 4") and run.shows("9 notes 2")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tab", ["1", "2", "3", "6", "9"])
async def test_every_pane_fits_with_long_names_and_wide_characters(tab: str, size: tuple[int, int]) -> None:
    long = "目录/" * 40 + "very-long-name" * 12
    plans = (plan_samples.plan(long, badge="heuristic: " + "很长 " * 60, is_doubtful=True, markdown=long * 20),)
    artifacts = tuple(replace(one, name=long, note=long) for one in RUN.artifacts)
    detail = replace(RUN, plans=plans, artifacts=artifacts, findings=(Notice(long, True, plan_samples.PROOF),))
    async with opened(detail, size=size) as run:
        await run.press(tab, "j", "J", "ctrl+d", "G", "g")
        assert all(len(row) <= size[0] for row in run.rows)
        assert len(run.rows) == size[1]


async def test_without_unicode_the_panes_are_ascii() -> None:
    async with opened(RUN, config=Config(ascii=True)) as run:
        for key in ("2", "9", "6"):
            await run.press(key)
            assert run.text.isascii()
