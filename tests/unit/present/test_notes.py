"""Causes, findings and notices: the most telling first, each with its proof."""

from __future__ import annotations

from dataclasses import replace

from drivers import plan_samples, samples
from drivers.said import both_sides
from odw_core.model.cause import Proof
from odw_core.model.detail import Artifact, Column, ColumnKind, Mark
from odw_core.model.item import State, Tokens
from odw_tui.present.artifacts import artifact_rows, artifacts_title, proving, report_of
from odw_tui.present.causes import card, proof_place
from odw_tui.present.cell_story import story
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.notes import note_count, note_rows, warning_count
from odw_tui.present.output import cell_target, harmless_folds
from odw_tui.present.run_head import cause_line
from odw_tui.present.run_tabs import Tab, note_of, tabs_of, why_not_there

RUN = plan_samples.planning_detail()


def test_causes_come_first_and_proofs_can_be_opened() -> None:
    rows = note_rows(RUN, UNICODE)
    assert both_sides(rows[0].line) == "cause  planning failed because the sessions folder is not writable | "
    assert {row.proof for row in rows if row.key} == {
        plan_samples.PROOF,
        Proof("stdout.log", 2, "trace_id=0199a3f2-7b1c"),
    }
    assert (note_count(RUN), warning_count(RUN)) == (5, 2)


def test_a_run_with_nothing_to_note_has_no_rows() -> None:
    assert note_rows(samples.run_detail(), UNICODE) == () and note_count(samples.session_detail()) == 0


def test_a_warning_is_no_failure() -> None:
    (line, *_) = card((replace(plan_samples.CAUSE, is_warning=True),))
    assert both_sides(line).startswith("mind ") and line.left[-1].tone == "blocked"


def test_a_proof_is_named_by_the_end_of_its_path() -> None:
    assert proof_place(Proof("/home/ada/work/run/stdout.log", 7, "")) == "run/stdout.log:7"
    assert proof_place(Proof("stderr", 0, "")) == "stderr"


def test_what_broke_stands_above_the_timeline_with_its_fix() -> None:
    failed = replace(RUN, item=replace(RUN.item, state=State.FAILED))
    assert [both_sides(line)[:6].strip() for line in cause_line(failed, "u")] == ["cause", "", "fix"]
    assert cause_line(RUN, "u") == ()


def test_a_round_says_why_it_began_and_stopped() -> None:
    said = [both_sides(line) for line in story(RUN, "mobile", "round-1", UNICODE, samples.NOW, 100)]
    assert any("stopped because 2 questions and 1 missing repo were open" in line for line in said)
    assert "used   60k tokens in round 1 | " in said
    column = Column(
        "p", ColumnKind.PHASE, "p", Mark.DONE, "", None, None, why="it had to", tokens=Tokens(5, at_least=True)
    )
    said = [both_sides(line) for line in story(replace(RUN, columns=(column,)), "api", "p", UNICODE, samples.NOW, 100)]
    assert "why    it had to | " in said and "used   5+ tokens in p | " in said


def test_the_attempt_that_failed_has_the_cause_its_proof_belongs_to() -> None:
    target = cell_target(RUN, "web", "round-2", UNICODE)
    assert target is not None and target.causes == (plan_samples.CAUSE,)
    done = cell_target(RUN, "api", "round-2", UNICODE)
    assert done is not None and done.causes == ()


def test_a_failure_nobody_looked_at_is_classified_by_its_words() -> None:
    bare = replace(RUN, causes=(), plans=())
    target = cell_target(bare, "web", "round-2", UNICODE)
    assert target is not None and [cause.kind for cause in target.causes] == ["codex_home_not_writable"]


def test_single_harmless_lines_are_not_worth_a_fold() -> None:
    lines = ["x", "Stack backtrace:", "y", "Stack backtrace:", "0: <unknown>", "1: <unknown>"]
    (fold,) = harmless_folds(lines, 0, "+")
    assert (fold.start, fold.stop, fold.words) == (3, 6, "3 harmless lines folded   + unfolds")


def test_files_are_listed_with_size_and_note() -> None:
    rows = [both_sides(line) for _, line in artifact_rows(RUN.artifacts, UNICODE, 100)]
    assert rows[0].split() == ["run.json", "18k", "|"]
    assert rows[2].split(maxsplit=2) == ["stdout.log", "48k", "saved by whoever started it | "]
    assert both_sides(artifacts_title(RUN.artifacts)) == "4 files   70k bytes | "
    assert artifact_rows((Artifact("x", None, "x"),), UNICODE, 80)[0][1].left[1].text.strip() == "–"


def test_the_report_of_a_run_is_its_summary() -> None:
    report = report_of(RUN.artifacts)
    assert report is not None and report.name == "summary.md"
    assert report_of(()) is None


def test_a_proof_is_found_by_name_stream_or_path() -> None:
    for file in ("stdout.log", "stdout", "/place/runs/x/stdout.log"):
        found = proving(RUN.artifacts, Proof(file, 1, ""))
        assert found is not None and found.name == "stdout.log"
    assert proving(RUN.artifacts, Proof("elsewhere", 1, "")) is None


def test_tabs_are_those_that_have_something_to_show() -> None:
    shown = (Tab.TIMELINE, Tab.PLANS, Tab.CONTRACTS, Tab.BLOCKERS, Tab.OUTPUT, Tab.ARTIFACTS, Tab.NOTES)
    assert tabs_of(RUN) == shown
    assert note_of(Tab.PLANS, RUN) == ("3", "blocked") and note_of(Tab.NOTES, RUN) == ("2", "blocked")
    assert note_of(Tab.ARTIFACTS, RUN) == ("4", "quiet")


def test_a_tab_that_is_not_there_says_why() -> None:
    for detail in (None, RUN, samples.run_detail(), samples.session_detail()):
        for tab in set(Tab) - set(tabs_of(detail)):
            assert why_not_there(tab, detail).endswith(".")
