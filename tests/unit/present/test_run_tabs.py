"""The tabs of a run and of a session: only what makes sense, with a word on its content."""

from __future__ import annotations

from dataclasses import replace

from drivers import samples
from odw_core.model.detail import ColumnKind
from odw_tui.present.run_tabs import Tab, note_of, tabs_of

RUN = samples.run_detail()


def test_a_reviewed_run_has_a_tab_for_its_blockers() -> None:
    assert tabs_of(RUN) == (Tab.TIMELINE, Tab.BLOCKERS, Tab.DIFF, Tab.OUTPUT, Tab.JOURNAL)
    assert note_of(Tab.BLOCKERS, RUN) == ("3", "quiet")


def test_a_run_of_phases_has_none() -> None:
    phases = tuple(replace(column, kind=ColumnKind.PHASE) for column in RUN.columns)
    assert Tab.BLOCKERS not in tabs_of(replace(RUN, columns=phases, gates=(), blockers=()))


def test_what_is_asked_has_a_tab_of_its_own() -> None:
    asking = replace(RUN, questions=(samples.question(RUN.item.address),))
    assert tabs_of(asking)[-1] is Tab.QUESTIONS
    assert note_of(Tab.QUESTIONS, asking) == ("1", "waiting")


def test_a_session_has_output_and_questions_and_no_rounds() -> None:
    session = samples.session_detail()
    assert tabs_of(session) == (Tab.OUTPUT,)
    assert tabs_of(replace(session, questions=(samples.question(RUN.item.address),))) == (Tab.OUTPUT, Tab.QUESTIONS)


def test_before_anything_was_read_there_are_tabs_already() -> None:
    assert tabs_of(None) == (Tab.TIMELINE, Tab.OUTPUT, Tab.JOURNAL)
    assert note_of(Tab.BLOCKERS, None) == ("", "")
