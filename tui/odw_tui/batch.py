"""Batch: several questions that are accepted together, each marked after it was read. Stops at the first surprise."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.decide.guard import Dwell, Version, refuse, version, word_for
from odw_core.decide.verdicts import Meaning, meaning
from odw_core.model.question import Question
from odw_core.text.ansi import one_line
from odw_tui.kit import Kit


class Batch:
    """What is marked, as it was when it was marked."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._marked: dict[str, tuple[Version, float]] = {}
        self._is_sending = False

    @property
    def marked(self) -> frozenset[str]:
        """The ids of the questions."""
        return frozenset(self._marked)

    @property
    def sign(self) -> str:
        """What stands before the count that is typed."""
        number = len(self._marked)
        return f"type {number} and enter to accept {'the one' if number == 1 else f'all {number}'} marked: "

    def toggle(self, question: Question, dwell: Dwell) -> str | None:
        """Mark it, or take the mark away; why it cannot be marked, else None."""
        if self._marked.pop(question.id, None) is not None:
            return None
        verdict = _verdict(question)
        if question.why_not is not None:
            return f"It cannot be decided from here: {question.why_not}."
        if verdict is None or question.fields:
            return "It wants an answer of its own; open its card."
        if word_for(question, verdict) is not None:
            return "It is risky and needs a typed word; open its card."
        if (refusal := self._refusal(question, question, verdict, dwell.since(question))) is not None:
            return refusal
        self._marked[question.id] = version(question), dwell.since(question)
        return None

    def look(self, questions: Sequence[Question]) -> str | None:
        """What is asked by now. Everything is unmarked at the first surprise, which is said."""
        if self._is_sending or not self._marked:
            return None
        now = {one.id: version(one) for one in questions}
        for question_id, (marked, _) in self._marked.items():
            if now.get(question_id) != marked:
                self._marked.clear()
                what = "changed" if question_id in now else "is not asked any more"
                return f"One of what was marked {what}, so nothing is marked now. Nothing was sent."
        return None

    async def accept(self) -> str:
        """Accept what is marked, one after the other; what came of it, as a sentence."""
        deciding, total, done = self._kit.deciding, len(self._marked), 0
        self._is_sending = True
        try:
            for question_id, (marked, since) in tuple(self._marked.items()):
                questions = self._kit.service.snapshot().questions
                question = next((one for one in questions if one.id == question_id), None)
                verdict = None if question is None else _verdict(question)
                if question is None or verdict is None or version(question) != marked:
                    return f"{done} of {total} accepted; stopped, since one changed or is not asked any more."
                if (refusal := self._refusal(question, question, verdict, since)) is not None:
                    return f"{done} of {total} accepted; stopped: {refusal}"
                sent = await deciding.deliver(question, deciding.decision(question, verdict), is_patient=False)
                if sent.word != "decided":
                    title = one_line(question.title, 60)
                    return f"{done} of {total} accepted; stopped at “{title}”: {sent.word}. {sent.said}".strip()
                done += 1
            return f"{done} of {total} accepted."
        finally:
            self._marked.clear()
            self._is_sending = False

    def _refusal(self, now: Question, question: Question, verdict: str, since: float) -> str | None:
        deciding = self._kit.deciding
        sent = deciding.sent(question.id)
        if sent is not None and sent.digest == question.digest and sent.is_open:
            return "It was decided already; wait for what comes of it."
        decision = deciding.decision(question, verdict)
        return refuse(now, decision, None, since, deciding.steady(), is_read_only=deciding.is_read_only)


def _verdict(question: Question) -> str | None:
    return next((one for one in question.decisions if meaning(one) is Meaning.ACCEPT), None)
