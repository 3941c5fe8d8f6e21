"""Half-written answers: what is picked and typed, what survives a change, and what is never written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drivers import asked
from odw_core.model.question import Choice, Field
from odw_tui.answer_form import AnswerForm
from odw_tui.drafts import Drafts

FORM = asked.form()


def typed(form: AnswerForm, text: str) -> None:
    for character in text:
        assert form.press(character, character)


def filled() -> AnswerForm:
    form = AnswerForm(FORM, {})
    form.pick(2)
    form.step(2)
    typed(form, "the law")
    form.step(1)
    typed(form, "hunter22")
    return form


def test_every_field_has_its_stops_and_they_go_round() -> None:
    form = AnswerForm(FORM, {})
    stops = []
    for _ in range(5):
        stops.append((form.field.id if form.field else "", form.is_typing))
        form.step(1)
    assert stops == [("keep", False), ("keep", True), ("why", True), ("token", True), ("keep", False)]


def test_an_option_is_picked_and_let_go_by_its_number() -> None:
    form = AnswerForm(FORM, {})
    assert form.pick(2) and form.values() == (("keep", ("30 days",)),)
    assert form.pick(2) and form.values() == ()
    assert not form.pick(3) and not form.pick(0)


def test_options_are_gone_through_one_by_one_up_to_the_ends() -> None:
    form = AnswerForm(FORM, {})
    assert form.pick_beside(1) and form.values()[0][1] == ("7 days",)
    assert form.pick_beside(1) and not form.pick_beside(1)
    assert form.values()[0][1] == ("30 days",)


def test_letters_are_typed_only_where_there_is_a_line_for_them() -> None:
    form = AnswerForm(FORM, {})
    assert not form.press("a", "a") and not form.paste("text")
    form.step(1)
    assert form.press("a", "a") and form.paste("b\nc")
    assert form.values() == (("keep", ("ab c",)),)


def test_what_still_fits_survives_a_change_of_the_question() -> None:
    form = filled()
    other = (Field("keep", "Keep", (Choice("30 days"), Choice("for ever"))), *FORM.fields[1:])
    form.renew(replace(FORM, fields=other))
    assert form.values() == (("keep", ("30 days",)), ("why", ("the law",)), ("token", ("hunter22",)))
    form.renew(replace(FORM, fields=(Field("keep", "Keep", (Choice("never"),)),)))
    assert form.values() == ()


def test_a_secret_is_neither_kept_nor_printed() -> None:
    form = filled()
    assert form.kept() == {"keep": ("30 days", ""), "why": ("", "the law")}
    assert "hunter22" not in repr(form)
    form.forget()
    assert form.values() == ()


def test_a_draft_is_there_again_for_another_program(tmp_path: Path) -> None:
    Drafts(tmp_path / "drafts").keep("q1", filled().kept())
    kept = Drafts(tmp_path / "drafts").of("q1")
    assert AnswerForm(FORM, kept).values() == (("keep", ("30 days",)), ("why", ("the law",)))
    (file,) = (tmp_path / "drafts").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600 and (tmp_path / "drafts").stat().st_mode & 0o777 == 0o700


def test_a_draft_that_is_empty_or_forgotten_leaves_nothing(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    for end in (lambda: drafts.keep("q1", {"why": ("", "")}), lambda: drafts.forget("q1")):
        drafts.keep("q1", {"why": ("", "x")})
        assert [*tmp_path.iterdir()]
        end()
        assert not [*tmp_path.iterdir()] and drafts.of("q1") == {}


@pytest.mark.parametrize(
    "text", ["", "[", "{}", '{"question": "q2", "fields": {}}', '{"question": "q1", "fields": [1]}', "\udcff"]
)
def test_a_broken_draft_is_none(tmp_path: Path, text: str) -> None:
    Drafts(tmp_path).keep("q1", {"why": ("", "x")})
    (file,) = tmp_path.iterdir()
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert Drafts(tmp_path).of("q1") == {}


def test_a_folder_that_cannot_be_written_costs_only_the_draft(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    drafts = Drafts(tmp_path / "file" / "drafts")
    drafts.keep("q1", {"why": ("", "x")})
    assert drafts.of("q1") == {"why": ("", "x")}


def test_only_the_newest_drafts_are_kept(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    for number in range(230):
        drafts.keep(f"q{number}", {"why": ("", "x")})
    assert len([*tmp_path.iterdir()]) == 200
