"""The diff pane: by task and combined, from change to change, folded, searched; quick however long it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drivers import plan_samples, samples
from drivers.run_driver import opened
from odw_core.model.address import Address
from odw_core.model.detail import Mark

RUN = samples.run_detail()
DIFF = plan_samples.DIFF.split("\n")[:-1]


def address(task: str, number: int) -> Address:
    cell = next(cell for cell in RUN.cells if (cell.row, cell.column) == (task, f"round-{number}"))
    return cell.attempts[0].address


NEWEST = {"core": 3, "handoff": 2, "markdown": 3, "tests": 3, "readme": 1}
LOGS = {(address(task, number), "diff"): DIFF for task, number in NEWEST.items()}
ONE = {(address("core", 3), "diff"): DIFF}


async def test_all_tasks_are_shown_together_each_with_its_files() -> None:
    async with opened(RUN, logs=LOGS) as run:
        await run.press("4")
        assert run.row("all 5 tasks").split("  ")[0].strip() == "all 5 tasks"
        assert run.shows("20 files   +25 −10")
        assert run.shows("core, round 3   4 files   +5 −2") and run.shows("handoff  round 2")
        assert run.shows("11  -  for (const id of digest.all) {") and run.shows("12  +    if (!id) continue;")


async def test_tab_goes_from_task_to_task_and_round() -> None:
    async with opened(RUN, logs=LOGS) as run:
        await run.press("4", "tab")
        assert run.row("core, round 3   4 files")
        await run.press("tab")
        assert run.row("handoff, round 2   4 files")
        await run.press("shift+tab", "shift+tab")
        assert run.row("all 5 tasks")


async def test_a_cell_opens_its_own_diff() -> None:
    logs = {**LOGS, (address("core", 1), "diff"): ["--- a/first", "+++ b/first", "@@ -1 +1 @@", "-a", "+b"]}
    async with opened(RUN, logs=logs) as run:
        await run.press("h", "h", "d")
        assert run.row("core, round 1") and run.shows("first   +1 −1")
        await run.press("escape")
        assert run.tab == "timeline"


async def test_n_and_p_go_from_change_to_change_and_brackets_from_file_to_file() -> None:
    async with opened(RUN, logs=ONE) as run:
        await run.press("4", "tab", "n")
        assert run.shows("▌     @@ -40,3 +41,3 @@")
        await run.press("n")
        assert run.row("▌test/empty.test.js")
        await run.press("p", "p")
        assert run.row("▌src/render.js")
        await run.press("p")
        assert "That was the first change." in run.footer
        await run.press("]")
        assert run.shows("▌     docs/new name.md   renamed from docs/old name.md")
        await run.press("]", "]", "]")
        assert "That was the last file." in run.footer
        await run.press("[")
        assert run.shows("▌     logo.png   binary")


async def test_files_fold_one_by_one_and_all_at_once() -> None:
    async with opened(RUN, logs=ONE) as run:
        await run.press("4", "tab", "space")
        assert run.shows("src/render.js   +3 −2   folded") and not run.shows("digest.ids")
        await run.press("enter")
        assert run.shows("digest.ids")
        await run.press("+")
        assert run.shows("test/empty.test.js   +2   new   folded")
        await run.press("+")
        assert not run.shows("folded")


async def test_a_search_unfolds_and_n_goes_on_to_the_next_find_until_esc() -> None:
    async with opened(RUN, logs=ONE) as run:
        await run.press("4", "tab", "+", "/")
        await run.type("digest")
        await run.press("enter")
        assert run.shows("▌     @@ -10,4 +10,5 @@ export function render(digest) {")
        await run.press("n")
        assert run.shows("▌ 11  -  for (const id of digest.all) {")
        await run.press("/", "escape", "n")
        assert run.shows("▌     @@ -40,3 +41,3 @@")


async def test_what_is_looked_at_can_be_copied_edited_and_shown_raw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/render.js").write_text("x\n", "utf-8")
    monkeypatch.setenv("EDITOR", "vim")
    async with opened(replace(RUN, item=replace(RUN.item, place=str(tmp_path))), logs=ONE) as run:
        await run.press("4", "tab", "y")
        assert run.pilot.app.clipboard == "src/render.js"
        await run.press("Y")
        assert run.pilot.app.clipboard == str(address("core", 3))
        await run.press("ctrl+e")
        assert "cannot be lent to an editor" in run.footer
        await run.press("o")
        assert run.shows("1  diff --git a/src/render.js b/src/render.js")


async def test_paths_that_lead_out_of_the_place_are_shown_and_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "vim")
    hostile = ["--- a/../../../etc/passwd", "+++ b/../../../etc/passwd", "@@ -1 +1 @@", "-a\x1b]0;x\x07", "+\u202eb"]
    detail = replace(RUN, item=replace(RUN.item, place=str(tmp_path)))
    async with opened(detail, logs={(address("core", 3), "diff"): hostile}) as run:
        await run.press("4", "tab")
        assert run.shows("../../../etc/passwd   +1 −1") and run.shows("-a␛]0;x␇") and run.shows("+<202e>b")
        await run.press("ctrl+e")
        assert "outside of every place" in run.footer


async def test_a_diff_that_is_missing_says_why_and_the_next_key() -> None:
    async with opened(RUN) as run:
        await run.press("4")
        assert run.shows("No changes.") and run.shows("has no diff.") and run.shows("1  back to the timeline")
        await run.press("n")
        assert "No file was changed." in run.footer


async def test_what_an_attempt_changed_by_now_is_read_again_and_the_place_stays() -> None:
    async with opened(RUN, logs=ONE) as run:
        await run.press("4", "tab", "]", "]", "]")
        run.service.add_log(address("core", 3), "diff", ["--- a/new", "+++ b/new", "@@ -0,0 +1 @@", "+first", *DIFF])
        cells = [
            replace(cell, attempts=tuple(replace(one, mark=Mark.DONE, ended_at=samples.NOW) for one in cell.attempts))
            for cell in RUN.cells
        ]
        await run.tell(replace(RUN, cells=tuple(cells)))
        assert run.shows("5 files") and run.row("▌test/empty.test.js")


async def test_a_very_long_diff_opens_with_all_its_files() -> None:
    body = ["@@ -1,500 +1,500 @@", *["-a line that goes", "+a line that came"] * 500]
    lines = [line for n in range(100) for line in (f"--- a/src/{n}.js", f"+++ b/src/{n}.js", *body)]
    async with opened(RUN, logs={(address("core", 3), "diff"): lines}) as run:
        await run.press("4", "tab")
        assert run.shows("100 files   +50,000 −50,000")
        await run.press("G", "[", "n", "]")
        assert run.row("▌src/99.js")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
async def test_it_fits_into_any_screen(size: tuple[int, int]) -> None:
    wide = [line.replace("src/render.js", "源代码/" * 30 + "render.js") for line in DIFF]
    async with opened(RUN, logs={(address("core", 3), "diff"): wide}, size=size) as run:
        await run.press("4", "tab", "n", "w", "G", "#")
        assert len(run.rows) == size[1]
        await run.press("g")
        assert run.shows("render.js")
