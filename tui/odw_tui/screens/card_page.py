"""CardPage: one question as it is shown: what is known of it by now, its form, typed into and kept. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult

from odw_core.decide.guard import Dwell, version
from odw_core.model.item import Item
from odw_core.model.question import Question, Road
from odw_tui import actions
from odw_tui.answer_form import AnswerForm
from odw_tui.kit import Kit
from odw_tui.motion import AgeClock, FrameLimiter
from odw_tui.panes.patch import PatchPane
from odw_tui.present.open_card import (
    PATCH,
    Shown,
    asked_lines,
    closed_sentence,
    decide_lines,
    form_lines,
    head_lines,
)
from odw_tui.present.question_card import verdict_words
from odw_tui.present.questions import ages_last_s, row_of
from odw_tui.present.spans import Line, height_of
from odw_tui.screens.footed import FootedScreen
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.lines_provider import LinesProvider
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_HALF = 0.5
_ALL = 1_000_000
_LOW_HEIGHT = 30
_ASKED_SHARE = 0.35
"""Of the height, for what stands above a patch."""
_ASKED_BESIDE = 0.5
"""Of what a form leaves, for what stands above a patch."""
_LEAST_ASKED = 3
_FRAME = 3
"""Rows of the footer, the line above the keys and the one below the head."""
_KEEP_AFTER_S = 0.3
"""How long what is typed may be lost."""
CHANGED = "It changed while it was open: look at it again. Nothing was sent."
"""Said of a question that is another one by now."""


class Prompt(NamedTuple):
    """A line that is typed in the footer before a verdict is sent."""

    sign: str
    news: str
    done: Callable[[str], None]


class CardPage(FootedScreen):
    """``closed`` is told which question was shown last."""

    CONTEXT: ClassVar[str] = actions.CARD
    CSS_PATH: ClassVar[list[str | PurePath]] = ["card.tcss", "lines.tcss"]

    def __init__(self, kit: Kit, question: Question, closed: Callable[[str], object] | None = None) -> None:
        super().__init__(kit)
        # Whoever opens it may know it from an older reading.
        newest = (one for one in kit.service.snapshot().questions if one.id == question.id)
        self._question, self._when_closed = next(newest, question), closed
        self._form = self._empty_form(kit)
        self._is_gone = False
        self._note = ""
        self._where = ""
        self._dwell = Dwell()
        self._prompt: Prompt | None = None
        self._editor = LineEditor()
        self._is_keeping = False
        self._limiter = FrameLimiter(self._show, self.set_timer, motion=kit.motion)
        self._ages = AgeClock(self.grow_older, self.set_timer, kit.motion)
        self._head = Sheet(id="head")
        self._asked = RowList(thumb=kit.signs.thumb, id="asked")
        self._patch = PatchPane(kit)
        self._fields = Sheet(id="form")
        self._keys = Sheet(id="keys")

    def _empty_form(self, kit: Kit) -> AnswerForm:
        form = AnswerForm(self._question, kit.deciding.drafts.of(self._question.id))
        # Letters are keys where nothing can be sent.
        form.is_typing = form.is_typing and self._question.why_not is None
        return form

    @property
    def question(self) -> Question:
        """The question as it is shown."""
        return self._question

    @property
    def has_pending_frame(self) -> bool:
        """Whether news arrived that will be shown with the next frame."""
        return self._limiter.is_pending

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._asked
        yield self._patch
        yield self._fields
        yield self._keys
        yield Sheet(id="space")
        yield self._footer

    def on_mount(self) -> None:
        self._stop_listening = self.kit.deciding.listen(lambda question_id: self._limiter.request())
        self.watch(self.app, "app_focus", self._looked_away, init=False)
        self._show()
        self.run_worker(self._watch(), name="follow the card")
        self._look_where()

    def on_unmount(self) -> None:
        self._stop_listening()
        self._keep()
        self._form.forget()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(self.app.size.height < _LOW_HEIGHT, "-low")
        self.call_after_refresh(self._show)

    def on_screen_suspend(self) -> None:
        self._dwell.hide()

    def on_screen_resume(self) -> None:
        self._show()

    def _looked_away(self) -> None:
        """Whoever comes back has to see it anew."""
        self._dwell.hide()
        self.call_after_refresh(self._seen)

    async def _watch(self) -> None:
        async for _ in self.kit.service.changes(self.kit.service.snapshot().seq):
            self._limiter.request()

    def _look_where(self) -> None:
        """What cannot be answered from here is answered where it runs."""
        self._where = ""
        if self._question.road is Road.NONE and self._question.address.engine in ("codex", "pandacode"):
            self.run_worker(self._tell_where(self._question), name="find its terminal", group="where", exclusive=True)

    async def _tell_where(self, question: Question) -> None:
        from odw_tui.elsewhere import find
        from odw_tui.present.elsewhere import where

        found = await find(self.kit.service, question.address)
        if found is not None and question.id == self._question.id:
            self._where = where(found)
            self._show()

    def _show(self) -> bool:
        self._take_news()
        question, kit = self._question, self.kit
        shown = self._shown()
        self.grow_older()
        patch = dict(question.details).get(PATCH, "")
        self.set_class(bool(patch), "-patch")
        self.set_class(bool(question.fields) and not self._is_gone, "-form")
        if patch:
            self._patch.tell(question.address, patch)
        read_only = kit.deciding.is_read_only
        self._keys.show(decide_lines(question, shown, kit.keymap, kit.signs, is_read_only=read_only, where=self._where))
        self._show_form()
        self._show_footer()
        self.call_after_refresh(self._seen)
        return True

    def grow_older(self) -> None:
        """Say how long ago it was asked, as it is now."""
        question, now = self._question, self.kit.now()
        self._head.show(head_lines(question, self._item, self._shown(), self.kit.signs, now))
        self._ages.wind(() if self._is_gone else ages_last_s((question,), now))

    def _take_news(self) -> None:
        """What is known by now about the question that is shown."""
        snapshot, before = self.kit.service.snapshot(), self._question
        now = next((one for one in snapshot.questions if one.id == before.id), None)
        if now is None:
            if not self._is_gone:
                self._is_gone, self._prompt = True, None
                self._dwell.hide()
            return
        if self._is_gone or version(now) != version(before):
            self._note = "It is asked again." if self._is_gone else CHANGED
            self._is_gone, self._prompt = False, None
            self._form.renew(now)
        self._question = now

    def _seen(self) -> None:
        """It has been painted as it is."""
        if self.is_on_top and not self._is_gone:
            self._dwell.show(self._question, self.kit.deciding.steady())

    def _shown(self) -> Shown:
        questions = self.kit.service.snapshot().questions
        at = next((place for place, one in enumerate(questions, 1) if one.id == self._question.id), 0)
        sent = self.kit.deciding.sent(self._question.id)
        word = sent.word if sent is not None else ""
        if self._is_gone:
            verdict = sent.verdict if sent is not None else ""
            return Shown((at, len(questions)), word, closed_sentence(word, verdict, self._item), is_gone=True)
        note = self._note
        if sent is not None and sent.digest == self._question.digest:
            told = f"{verdict_words(sent.verdict)}: {sent.word}."
            note = f"{told} {sent.said}" if sent.said else told
        elif sent is not None:
            word = ""
        return Shown((at, len(questions)), word, note)

    @property
    def _item(self) -> Item | None:
        items = self.kit.service.snapshot().items
        return items.get(row_of(self._question.address, items))

    def _show_form(self) -> None:
        """The form, and above it as much of what is asked as there is space for; the keys stand right below."""
        question, form, signs = self._question, self._form, self.kit.signs
        width, height = max(1, self.app.size.width - 3), self.app.size.height
        asked = LinesProvider(asked_lines(question, self.kit.home), width)
        free = height - height_of(self._head.lines, width) - height_of(self._keys.lines, width) - _FRAME
        fields: Sequence[Line] = ()
        if self.has_class("-form"):
            fields = form_lines(question, form, signs)
            if height_of(fields, width) > free - min(len(asked), _LEAST_ASKED) - 1:
                fields = form_lines(question, form, signs, is_brief=True)
            free -= height_of(fields, width) + 1
            if self.has_class("-patch"):
                free = max(_LEAST_ASKED, round(free * _ASKED_BESIDE))
        elif self.has_class("-patch"):
            free = round(height * _ASKED_SHARE)
        self._fields.show(fields)
        self._asked.styles.height = max(min(len(asked), _LEAST_ASKED), min(len(asked), free))
        self._asked.show(asked)

    def _show_footer(self) -> None:
        if self._prompt is not None:
            self._footer.prompt(self._prompt.sign, self._editor.shown(self.kit.signs.caret), self._prompt.news)
        else:
            super()._show_footer()

    def type_key(self, key: str, character: str | None) -> bool:
        self._said = ""
        if self._prompt is not None:
            self._type(self._prompt, key, character)
            return True
        if self._is_gone:
            self._show_footer()
            return False
        taken = self._type_answer(key, character)
        self._show_footer()
        return taken

    def _type(self, prompt: Prompt, key: str, character: str | None) -> None:
        if key == "escape":
            self._prompt = None
        elif key == "enter":
            self._prompt = None
            prompt.done(self._editor.text.strip())
        else:
            self._editor = self._editor.pressed(key, character) or self._editor
        self._show_footer()

    def _type_answer(self, key: str, character: str | None) -> bool:
        form = self._form
        if key == "enter":
            if form.stop is None:
                self._said = "Enter alone decides nothing; the keys that do stand above."
            elif form.is_at_end:
                self._said = f"{self._key('send_answer')} sends it; enter alone never does."
            else:
                form.step(1)
        elif key == "escape" and form.is_typing:
            form.is_typing = False
        elif (
            form.press(key, character)
            or (key == "space" and form.toggle())
            or (not form.is_typing and key.isdecimal() and form.pick(int(key)))
        ):
            self._keep_soon()
        else:
            return False
        self._show_form()
        return True

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        if self._prompt is not None:
            # A word that is to be typed is typed.
            return
        if not self._is_gone and self._form.paste(event.text):
            self._keep_soon()
            self._show_form()

    def _key(self, action_id: str) -> str:
        return self.kit.keymap.shown(self.CONTEXT, action_id, ascii_only=self.kit.signs.is_ascii)

    def _keep_soon(self) -> None:
        if not self._is_keeping:
            self._is_keeping = True
            self.set_timer(_KEEP_AFTER_S, self._keep)

    def _keep(self) -> None:
        """Write down what is half-written, unless it was sent."""
        self._is_keeping = False
        sent = self.kit.deciding.sent(self._question.id)
        if self._is_gone or (sent is not None and sent.word == "decided"):
            self.kit.deciding.drafts.forget(self._question.id)
        else:
            self.kit.deciding.drafts.keep(self._question.id, self._form.kept())

    def do_pick(self) -> None:
        self.flash("Press the number of an option.")

    def do_next_field(self) -> None:
        self._form.step(1)
        self._show_form()

    def do_previous_field(self) -> None:
        self._form.step(-1)
        self._show_form()

    def do_next_option(self) -> None:
        self._pick_beside(1)

    def do_previous_option(self) -> None:
        self._pick_beside(-1)

    def _pick_beside(self, steps: int) -> None:
        stop = self._form.stop
        if stop is not None and not stop.is_text and not self._is_gone and self._form.pick_beside(steps):
            self._keep_soon()
            self._show_form()

    def _scroll(self, rows: int) -> None:
        if self.has_class("-patch") and not self._asked.scroll_lines(rows):
            for _ in range(min(abs(rows), self._patch.line_count or 0)):
                self._patch.action_down() if rows > 0 else self._patch.action_up()
        elif not self.has_class("-patch") and not self._asked.scroll_lines(rows) and self._asked.is_whole:
            # With nothing to scroll, what goes up and down is what is picked.
            self._pick_beside(rows)

    def do_down(self) -> None:
        self._scroll(1)

    def do_up(self) -> None:
        self._scroll(-1)

    def do_page_down(self) -> None:
        if self.has_class("-patch"):
            self._patch.action_half_page_down()
        else:
            self._asked.scroll_lines(round(self._asked.size.height * _HALF))

    def do_page_up(self) -> None:
        if self.has_class("-patch"):
            self._patch.action_half_page_up()
        else:
            self._asked.scroll_lines(-round(self._asked.size.height * _HALF))

    def do_first(self) -> None:
        self._asked.scroll_lines(-_ALL)
        self._patch.action_first()

    def do_last(self) -> None:
        self._asked.scroll_lines(_ALL)
        self._patch.action_last()

    def on_row_list_scrolled(self, event: RowList.Scrolled) -> None:
        event.stop()
