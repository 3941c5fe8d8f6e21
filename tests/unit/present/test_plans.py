"""Plans as they are shown: who really wrote them, what lies beside, and that nothing foreign acts."""

from __future__ import annotations

from dataclasses import replace

from drivers import plan_samples
from drivers.said import both_sides
from odw_core.model.detail import RunDetail
from odw_tui.present.glyphs import ASCII, UNICODE
from odw_tui.present.markdown import markdown_lines
from odw_tui.present.plans import NOTHING_DONE, EntryKind, entries, entry_rows, entry_text

RUN = plan_samples.planning_detail()


def text_of(detail: RunDetail, place: int, *, is_unfolded: bool = False) -> list[str]:
    entry = entries(detail)[place]
    lines = entry_text(detail, entry, UNICODE, ("+", "enter"), is_unfolded=is_unfolded)
    return [both_sides(line) for line in lines]


def test_each_plan_has_its_prompt_and_files_below_it() -> None:
    assert [entry.kind for entry in entries(RUN)][:4] == [
        EntryKind.PLAN,
        EntryKind.PROMPT,
        EntryKind.ATTACHMENT,
        EntryKind.ATTACHMENT,
    ]
    assert entries(RUN)[-1].kind is EntryKind.DUTIES
    assert len({entry.key for entry in entries(RUN)}) == len(entries(RUN))


def test_two_repos_of_one_name_are_two_entries() -> None:
    twins = replace(RUN, plans=(plan_samples.plan("api"), plan_samples.plan("api")))
    assert len({entry.key for entry in entries(twins)}) == len(entries(twins))


def test_a_plan_that_is_not_what_was_asked_for_is_marked() -> None:
    rows = {both_sides(line): line for _, line in entry_rows(RUN, UNICODE)}
    doubtful = rows["  ! heuristic: Codex failed (exit 1) | "]
    assert doubtful.left[-1].tone == "blocked"
    assert rows["  Codex (gpt-5.3-codex) | "].left[-1].tone == "quiet"
    assert "mobile | HITL_REQUIRED" in rows


def test_a_plan_says_what_was_found_and_that_commands_are_hints() -> None:
    said = text_of(RUN, 0)
    assert said[0] == "api | OK"
    assert f"commands   {NOTHING_DONE} | " in said
    assert "  · type: python | " in said


def test_a_fallback_names_its_cause_and_what_to_do() -> None:
    said = text_of(RUN, 4)
    assert "by     ! heuristic: Codex failed (exit 1) | " in said
    assert "cause  planning failed because the sessions folder is not writable | " in said
    assert any(line.startswith("fix    give yourself") for line in said)


def test_a_prompt_is_folded_until_somebody_asks() -> None:
    assert "prompt   41 lines | + unfolds" in text_of(RUN, 0)
    assert "  rule 39 | " not in text_of(RUN, 0)
    assert "  rule 39 | " in text_of(RUN, 0, is_unfolded=True)


def test_an_attachment_says_what_it_is() -> None:
    assert text_of(RUN, 3)[:3] == [
        "repo-plans/api/agent-prompt.txt | ",
        "size   310 bytes | ",
        "note   a restatement | ",
    ]


def test_responsibilities_are_told_by_repo_and_contracts_elsewhere() -> None:
    assert "  · server side contracts | " in text_of(RUN, len(entries(RUN)) - 1)
    assert RUN.contracts and not any("contracts" in entry.key for entry in entries(RUN))


def test_markdown_never_shows_two_blank_lines_and_is_cut_when_endless() -> None:
    assert [both_sides(line) for line in markdown_lines("\n\na\n\n\nb\n\n", UNICODE)] == ["a | ", " | ", "b | "]
    lines = markdown_lines("x\n" * 5_000, UNICODE, most=100)
    assert len(lines) == 101 and both_sides(lines[-1]) == "… 4901 more lines | "


def test_signs_have_an_ascii_twin() -> None:
    said = "".join(both_sides(line) for line in markdown_lines(plan_samples.MARKDOWN, ASCII))
    assert said.isascii()
