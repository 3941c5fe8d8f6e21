"""CardScreen: one question, and the only place where keys decide it. Sends what the guard lets through, nothing else.

It never goes on to another question by itself, and what happens to its own is said where it stands.
"""

from __future__ import annotations

from odw_core.decide.guard import READ_ONLY, refuse, version, word_for
from odw_core.decide.verdicts import FEEDBACK, OVERRULE, Meaning, is_judged, meaning, takes_reason
from odw_core.model.question import Question
from odw_tui.elsewhere import go_there, open_beside, why_not_beside
from odw_tui.present.open_card import (
    verdicts_of,
)
from odw_tui.present.question_card import verdict_words
from odw_tui.screens.card_page import CHANGED, CardPage, Prompt
from odw_tui.terminal.clipboard import copy
from odw_tui.widgets.line_editor import LineEditor

_MEANINGS = {
    "accept": Meaning.ACCEPT,
    "accept_for_session": Meaning.FOR_SESSION,
    "always_allow": Meaning.ALWAYS,
    "never_allow": Meaning.NEVER,
    "decline": Meaning.DECLINE,
    "add_round": Meaning.ROUND,
    "cancel_turn": Meaning.CANCEL,
}


class CardScreen(CardPage):
    """``closed`` is told which question was shown last."""

    def why_not(self, action_id: str) -> str | None:
        question = self._question
        deciding = action_id in _MEANINGS or action_id == "send_answer"
        if deciding and self._is_gone:
            return "It is not asked any more; nothing can be decided."
        if deciding and question.why_not is not None:
            return f"It cannot be decided from here: {question.why_not}."
        if action_id in _MEANINGS and not verdicts_of(question, _MEANINGS[action_id]):
            return f"{_MEANINGS[action_id].value.capitalize()} is not offered here."
        match action_id:
            case "send_answer" if not self._sending():
                return "There is nothing to fill in here; the keys that decide stand above."
            case "next_field" | "previous_field" if not question.fields or self._is_gone:
                return "There are no fields here."
            case "next_field" | "previous_field" if self._form.is_alone:
                return "There are no other fields here."
            case "next_option" | "previous_option" | "pick" if self._form.stop is None or self._form.stop.is_text:
                return "There are no options here."
            case "next_question" | "previous_question" if self._beside(1) is None:
                return "Nothing else waits for you."
            case "asker" | "its_terminal" if self._item is None:
                return "Who asked that is not here any more."
            case "open_beside":
                return why_not_beside(self._item, is_read_only=self.kit.deciding.is_read_only)
            case _ if deciding and self.kit.deciding.is_read_only:
                return READ_ONLY
            case _:
                return None

    def _sending(self) -> str:
        """The verdict that sends a form; empty when there is none."""
        question = self._question
        if question.kind == "gate":
            # What is typed there may well be why it shall not land.
            return ""
        accepts = verdicts_of(question, Meaning.ACCEPT) if question.fields else ()
        return next(iter((*verdicts_of(question, Meaning.ANSWER), *accepts)), "")

    def do_accept(self) -> None:
        self._choose(Meaning.ACCEPT)

    def do_accept_for_session(self) -> None:
        self._choose(Meaning.FOR_SESSION)

    def do_always_allow(self) -> None:
        self._choose(Meaning.ALWAYS)

    def do_never_allow(self) -> None:
        self._choose(Meaning.NEVER)

    def do_decline(self) -> None:
        self._choose(Meaning.DECLINE)

    def do_add_round(self) -> None:
        self._choose(Meaning.ROUND)

    def do_cancel_turn(self) -> None:
        self._choose(Meaning.CANCEL)

    def do_send_answer(self) -> None:
        self._begin(self._sending())

    def _choose(self, wanted: Meaning) -> None:
        offered = verdicts_of(self._question, wanted)
        if len(offered) == 1:
            self._begin(offered[0])
            return
        names = "   ".join(f"{number} {one}" for number, one in enumerate(offered, 1))

        def chosen(typed: str) -> None:
            if typed.isdecimal() and 1 <= int(typed) <= len(offered):
                self._begin(offered[int(typed) - 1])
            else:
                self.flash("That is none of them; nothing was sent.")

        self._ask(Prompt("which? ", names, chosen))

    def _begin(self, verdict: str) -> None:
        """Everything but the word is looked at first, so that nobody types it for nothing."""
        question = self._question
        word = word_for(question, verdict)
        if (reason := self._refusal(verdict, word)) is not None:
            if meaning(verdict) is Meaning.ACCEPT:
                # What it lacks is where the next key should go.
                self._form.go_to(OVERRULE)
                self._show()
            self.flash(reason)
        elif word is not None:
            sign = f"type {word} to {verdict_words(verdict)}: "
            self._ask(Prompt(sign, "esc leaves it", lambda typed: self._send(question, verdict, typed)))
        elif takes_reason(question.kind, verdict) and not self._has_feedback():
            news = "enter sends it   esc leaves it"
            self._ask(Prompt("why? ", news, lambda typed: self._send(question, verdict, None, typed)))
        else:
            self._send(question, verdict, None)

    def _has_feedback(self) -> bool:
        """Whether what shall become different is typed already."""
        return any(field == FEEDBACK for field, _ in self._form.values())

    def _values(self, verdict: str, reason: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What goes along with a verdict."""
        question, values = self._question, self._form.values()
        if not is_judged(question.kind):
            return values if verdict == self._sending() else ()
        if reason and any(field.id == FEEDBACK for field in question.fields):
            return (*((field, given) for field, given in values if field != FEEDBACK), (FEEDBACK, (reason,)))
        return values

    def _ask(self, prompt: Prompt) -> None:
        self._prompt, self._editor = prompt, LineEditor()
        self._show_footer()

    def _refusal(self, verdict: str, typed: str | None) -> str | None:
        deciding, question = self.kit.deciding, self._question
        sent = deciding.sent(question.id)
        if sent is not None and sent.digest == question.digest and sent.is_open:
            return f"{verdict_words(sent.verdict)} was sent already; wait for what comes of it."
        now = next((one for one in self.kit.service.snapshot().questions if one.id == question.id), None)
        if now is not None and version(now) != version(question):
            return CHANGED
        decision = deciding.decision(question, verdict, self._form.values())
        since = self._dwell.since(question)
        return refuse(now, decision, typed, since, deciding.steady(), is_read_only=deciding.is_read_only)

    def _send(self, question: Question, verdict: str, typed: str | None, reason: str = "") -> None:
        """The last look: what is sent is what is shown, under its own name."""
        if version(question) != version(self._question):
            self.flash(CHANGED)
        elif (refusal := self._refusal(verdict, typed)) is not None:
            self.flash(refusal)
        else:
            self._note = ""
            deciding = self.kit.deciding
            deciding.send(question, deciding.decision(question, verdict, self._values(verdict, reason), reason))

    def _beside(self, step: int) -> Question | None:
        """The question that waits after or before this one; None when no other does."""
        questions = self.kit.service.snapshot().questions
        others = [one for one in questions if one.id != self._question.id]
        if not others:
            return None
        at = next((place for place, one in enumerate(questions) if one.id == self._question.id), None)
        if at is None:
            return others[0 if step > 0 else -1]
        return questions[(at + step) % len(questions)]

    def _go(self, step: int) -> None:
        other = self._beside(step)
        if other is None:
            return
        self._keep()
        self._form.forget()
        self._dwell.hide()
        self._question, self._is_gone, self._note, self._prompt = other, False, "", None
        self._form = self._empty_form(self.kit)
        self._asked.begin_anew()
        self._look_where()
        self._show()

    def do_next_question(self) -> None:
        self._go(1)

    def do_previous_question(self) -> None:
        self._go(-1)

    def do_asker(self) -> None:
        from odw_tui.screens.opening import screen_for

        items = self.kit.service.snapshot().items
        item = items.get(self._question.address.root) or self._item
        if item is not None:
            self.app.push_screen(screen_for(self.kit, item))

    def do_its_terminal(self) -> None:
        go_there(self, self._question.address)

    def do_open_beside(self) -> None:
        if (item := self._item) is not None:
            open_beside(self, item)

    def do_copy(self) -> None:
        self.flash(copy(self.app, f"question:{self._question.id}"))

    def do_back(self) -> None:
        if self._when_closed is not None:
            self._when_closed(self._question.id)
        self.dismiss()
