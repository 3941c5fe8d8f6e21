"""Answering PandaCode sessions: by which way, said beforehand, and what is sent along it (ODW reference §5.3). Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from odw_core.engines.loose import Json, flag, objects, text
from odw_core.engines.odw.names import run_of
from odw_core.engines.odw.question import Way
from odw_core.engines.odw.records import SessionRecord
from odw_core.model.question import Field, Question, Road
from odw_core.text.ansi import one_line

_LIVE = "its turn is alive and takes {answers} from its control file"
_DAEMON = "pandacode answer takes it to the codexctl daemon that holds the turn"
_NEW_TURN = "its process has ended, so pandacode answer starts a new turn on its thread"
_OF_RUN = "; odw answers for it while its run goes on, and the run takes in nothing afterwards"
_IN_A_SHELL = "you, with pandacode answer in a shell"
_SECRET = "its answer is secret, and pandacode answer takes it only as a word that every user of this machine can read"
_ELSEWHERE = "it takes its answer from a file outside of its own .pandacode folder, and nothing is written there"
_SAME_NAMES = "two of its questions have one name, so their answers cannot be told apart"


def control_name(session: str) -> str:
    """Name of the file in which a live turn looks for its answer."""
    return f"{session}.answer.json"


def way_of_answer(record: SessionRecord, session: str, alive: bool | None) -> Way:
    """How a session that waits is answered; ``alive`` is whether the process of its turn is."""
    asked = asked_of(record)
    is_secret = any(flag(one, "isSecret") is True for one in asked)
    run = _OF_RUN if run_of(session) else ""
    if text(record.artifacts, "answer_file") and alive is not False:
        answers = "the answer" if len(asked) == 1 else f"all {len(asked)} answers together"
        via = f"you, here: {_LIVE.format(answers=answers)}{run}"
        if not _is_own_control(record, session):
            return Way(Road.NONE, _IN_A_SHELL, _ELSEWHERE)
        if len({text(one, "id") for one in asked}) < len(asked):
            return Way(Road.NONE, _IN_A_SHELL, _SAME_NAMES)
        return Way(Road.PANDACODE_FILE, via)
    via = f"you, here: {_DAEMON if is_codexctl(record) else _NEW_TURN}{run}"
    return Way(Road.NONE, _IN_A_SHELL, _SECRET) if is_secret else Way(Road.PANDACODE_ANSWER, via)


def _is_own_control(record: SessionRecord, session: str) -> bool:
    """Whether the turn looks for its answer where this session's control file belongs."""
    # The path is as old as the record; that a project moved since changes its beginning only.
    path = text(record.artifacts, "answer_file").replace("\\", "/")
    return path.endswith(f"/codex/control/{control_name(session)}")


def is_codexctl(record: SessionRecord) -> bool:
    """Whether a codexctl daemon holds the turn (PandaCode 0.3.1)."""
    return bool(text(record.artifacts, "pending_question_id"))


def asked_of(record: SessionRecord) -> list[Json]:
    """What a record asks, one object for each field of its card and in the same order."""
    return [one for one in record.pending_questions if text(one, "question")]


def answers_map(record: SessionRecord, question: Question, values: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """``{"answers": {id: {"answers": […]}}}`` under the names that the record has, not those that are shown."""
    pairs = zip(asked_of(record), question.fields, strict=True)
    return {"answers": {text(asked, "id"): {"answers": _given(asked, field, values)} for asked, field in pairs}}


def _given(asked: Json, field: Field, values: Mapping[str, Sequence[str]]) -> list[str]:
    """What was picked or typed for one field; a pick in the spelling of the record."""
    spelled = {one_line(text(one, "label"), 200): text(one, "label") for one in objects(asked, "options")}
    return [spelled.get(one, one) for one in values.get(field.id, ())]


def answer_words(record: SessionRecord, question: Question, values: Mapping[str, Sequence[str]]) -> list[str]:
    """What stands behind ``pandacode answer`` for these values.

    A codexctl session takes a map. Everything else gives each of its questions the same words, so several answers are
    told in one text that names each question; a single pick goes by its number, which no spelling can break.
    """
    if is_codexctl(record):
        return _option("--text", json.dumps(answers_map(record, question, values), ensure_ascii=False))
    if len(question.fields) == 1:
        (field,) = question.fields
        given = [*values.get(field.id, ())]
        numbers = [
            number
            for number, offered in enumerate(objects(asked_of(record)[0], "options"), 1)
            if one_line(text(offered, "label"), 200) in given
        ]
        if len(given) == 1 and len(numbers) == 1:
            return ["--choice", str(numbers[0])]
        return _option("--text", "\n".join(given))
    pairs = zip(asked_of(record), question.fields, strict=True)
    told = [f"{text(asked, 'question')}\n{', '.join(_given(asked, field, values))}" for asked, field in pairs]
    return _option("--text", "\n\n".join(told))


def _option(name: str, value: str) -> list[str]:
    """A value that begins like an option is joined to its own."""
    return [f"{name}={value}"] if value.startswith("-") else [name, value]
