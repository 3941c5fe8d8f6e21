"""answer, approve and reject: what was typed becomes one decision bound to what was seen, or a refusal and its code."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import cast

import pytest

from odw_core.errors import NotFound, OdwError
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Command, Decide, Outcome, Receipt
from odw_core.model.decision import Decision
from odw_core.model.question import Choice, Field, Question, Road
from odw_core.service.oneshot import Room
from odw_core.service.submit import Submitter
from odw_tui.headless import decisions
from odw_tui.headless.arguments import Given, parse
from odw_tui.headless.decisions import Decided, decide
from odw_tui.headless.drawing import Look, draw
from odw_tui.present.glyphs import glyphs
from odw_tui.terminal.ink import colourless

SESSION = Address("codex", "t-1")
APPROVAL = Question(
    id="abc123",
    address=SESSION,
    kind="approval",
    asked_at=1.0,
    title="run it?",
    body="touch x",
    subject="the session",
    fields=(),
    decisions=("accept", "acceptForSession", "decline", "cancel"),
    risk=None,
    digest="d" * 64,
    witnesses=("server",),
    inferred=False,
    answer_via="you, here",
    why_not=None,
    road=Road.SUPERVISOR,
    details=(("command", "touch x"),),
)
PICK = Field("which", "Which", (Choice("a"), Choice("b")))
WORDS = Field("why", "Why")
SECRET = Field("key", "Key", is_secret=True)
FORM = replace(APPROVAL, id="f0", kind="question", details=(), decisions=("answer",), fields=(PICK, WORDS, SECRET))
SINGLE = replace(FORM, id="5e", fields=(PICK,))
RISKY = replace(APPROVAL, id="bad", confirm="delete", risk="it deletes", details=(("command", "rm -rf /x"),))


class Sender:
    """Stands for the road: keeps what it was given, says what it was told to say."""

    def __init__(self, outcome: Outcome = Outcome.ACCEPTED) -> None:
        self.sent: list[Decision] = []
        self._outcome = outcome

    async def submit(self, command: Command) -> Receipt:
        assert isinstance(command, Decide)
        self.sent.append(command.decision)
        return Receipt(command.id, Outcome.SENT)

    async def outcome(self, command_id: str, within_s: float) -> Receipt:
        return Receipt(command_id, self._outcome, "so it was")


class OneRoom:
    """A room with these questions and nothing else."""

    def __init__(self, *questions: Question) -> None:
        self.snapshot = Snapshot(1, MappingProxyType({}), questions, (), (), True)

    def resolve(self, text: str) -> Address:
        if text != "t-1":
            raise NotFound("nothing")
        return SESSION


async def typed(room: OneRoom, *words: str, sender: Sender | None = None, state: Path = Path("/none")) -> Decided:
    make = cast("Callable[[Callable[[], Snapshot]], Submitter]", lambda _: sender or Sender())
    return await decide(cast("Room", room), (), parse(words), state, make)


async def refused(room: OneRoom, *words: str) -> tuple[int, str]:
    sender = Sender()
    with pytest.raises(OdwError) as error:
        await typed(room, *words, sender=sender)
    assert sender.sent == []
    return error.value.exit_code, str(error.value)


def said(decided: Decided) -> str:
    assert decided.lines is not None
    look = Look(glyphs(ascii_only=False), now=2.0, home="", width=None, paint=colourless, own_names={})
    return "\n".join(draw(decided.lines(look), look))


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (("approve", "abc"), "accept"),
        (("approve", "abc", "--as", "acceptForSession"), "acceptForSession"),
        (("reject", "abc"), "decline"),
        (("reject", "question:abc123", "--as", "cancel"), "cancel"),
        (("approve", "t-1"), "accept"),
    ],
)
async def test_a_decision_is_sent_under_the_digest_it_is_about(words: tuple[str, ...], verdict: str) -> None:
    sender = Sender()
    decided = await typed(OneRoom(APPROVAL), *words, "--yes", sender=sender)
    (sent,) = sender.sent
    assert (sent.question_id, sent.digest, sent.verdict) == (APPROVAL.id, APPROVAL.digest, verdict)
    assert sent.by.endswith("(command line)")
    assert decided.exit_code == 0


@pytest.mark.parametrize(
    ("outcome", "code"),
    [(Outcome.ACCEPTED, 0), (Outcome.STALE, 6), (Outcome.REFUSED, 7), (Outcome.UNCONFIRMED, 1)],
)
async def test_what_became_of_it_is_the_exit_code(outcome: Outcome, code: int) -> None:
    decided = await typed(OneRoom(APPROVAL), "approve", "abc", "--yes", sender=Sender(outcome))
    assert (decided.exit_code, decided.note) == (code, "so it was")
    assert (decided.lines is None) is (code != 0)


async def test_without_yes_or_digest_it_says_what_it_would_do_and_does_nothing() -> None:
    sender = Sender()
    decided = await typed(OneRoom(APPROVAL), "approve", "abc", sender=sender)
    assert sender.sent == []
    assert (decided.exit_code, "--yes sends it" in decided.note) == (2, True)
    text = said(decided)
    assert "touch x" in text and "would   accept" in text and APPROVAL.digest in text


async def test_a_dry_run_sends_nothing_and_tells_what_would_become_of_it() -> None:
    sender = Sender()
    fine = await typed(OneRoom(APPROVAL), "approve", "abc", "--dry-run", "--yes", sender=sender)
    other = await typed(OneRoom(APPROVAL), "approve", "abc", "--dry-run", "--digest", "e" * 64, sender=sender)
    risky = await typed(OneRoom(RISKY), "approve", "bad", "--dry-run", sender=sender)
    assert [one.exit_code for one in (fine, other, risky)] == [0, 6, 7]
    assert sender.sent == []


async def test_another_digest_is_stale() -> None:
    assert await refused(OneRoom(APPROVAL), "approve", "abc", "--digest", "e" * 64) == (
        6,
        "The question changed since that digest was shown; nothing was sent. Look at it again.",
    )
    sender = Sender()
    await typed(OneRoom(APPROVAL), "approve", "abc", "--digest", APPROVAL.digest, sender=sender)
    assert len(sender.sent) == 1


async def test_what_is_destructive_needs_its_word() -> None:
    code, reason = await refused(OneRoom(RISKY), "approve", "bad", "--yes")
    assert (code, "--confirm delete" in reason) == (7, True)
    assert (await refused(OneRoom(RISKY), "approve", "bad", "--yes", "--confirm", "Delete"))[0] == 7
    sender = Sender()
    await typed(OneRoom(RISKY), "approve", "bad", "--yes", "--confirm", "delete", sender=sender)
    await typed(OneRoom(RISKY), "reject", "bad", "--yes", sender=sender)
    assert [one.verdict for one in sender.sent] == ["accept", "decline"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("approve", "nobody", "--yes"), 4),
        (("approve", "question:nobody", "--yes"), 4),
        (("approve", "question:", "--yes"), 4),
        (("answer", "abc", "--text", "x", "--yes"), 7),
        (("approve", "f0", "--yes"), 7),
        (("approve", "abc", "--as", "decline", "--yes"), 2),
        (("approve", "abc", "--as", "perhaps", "--yes"), 7),
        (("answer", "f0", "--yes"), 2),
        (("answer", "f0", "--text", "x", "--yes"), 2),
        (("answer", "5e", "--choice", "3", "--yes"), 2),
        (("answer", "5e", "--choice", "0", "--yes"), 2),
        (("answer", "5e", "--text", "c", "--yes"), 7),
        (("answer", "5e", "--text", "a", "--choice", "1", "--yes"), 2),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_code(words: tuple[str, ...], code: int) -> None:
    assert (await refused(OneRoom(APPROVAL, FORM, SINGLE), *words))[0] == code


async def test_a_beginning_that_could_be_several_names_them() -> None:
    room = OneRoom(APPROVAL, replace(APPROVAL, id="abd"))
    assert await refused(room, "approve", "ab", "--yes") == (2, "'ab' could be abc123, abd; type more of one of them.")
    assert (await refused(room, "approve", "t-1", "--yes"))[0] == 2


@pytest.mark.parametrize(("words", "value"), [(("--choice", "2"), "b"), (("--text", "a"), "a")])
async def test_one_question_is_answered_by_number_or_words(words: tuple[str, ...], value: str) -> None:
    sender = Sender()
    await typed(OneRoom(SINGLE), "answer", "5e", *words, "--yes", sender=sender)
    assert sender.sent[0].values == (("which", (value,)),)


@pytest.mark.parametrize(
    "text",
    [
        '{"which": "b", "why": "so", "key": "hunter2"}',
        '{"answers": {"which": {"answers": ["b"]}, "why": {"answers": ["so"]}, "key": {"answers": ["hunter2"]}}}',
        '{"which": ["b"], "why": ["so"], "key": ["hunter2"]}',
        '{"which": 2, "why": "so", "key": "hunter2"}',
    ],
)
async def test_a_form_takes_json_and_never_repeats_a_secret(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "answers.json"
    file.write_text(text)
    sender = Sender()
    await typed(OneRoom(FORM), "answer", "f0", "--json", str(file), "--yes", sender=sender)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    shown = said(await typed(OneRoom(FORM), "answer", "f0", "--json", "-"))
    assert sender.sent[0].values == (("which", ("b",)), ("why", ("so",)), ("key", ("hunter2",)))
    assert "hunter2" not in shown and "(secret)" in shown and "hunter2" not in repr(sender.sent[0])


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"who": "x"}', '{"which": 0}', '{"which": 3}', '{"which": {"x": 1}}', '{"which": null}', "hunter2{"],
)
async def test_json_that_does_not_fit_is_told_without_repeating_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    code, reason = await refused(OneRoom(FORM), "answer", "f0", "--json", "-", "--yes")
    assert (code, "hunter2" in reason) == (2, False)


async def test_a_form_that_is_not_filled_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"which": "b", "key": "x"}'))
    code, reason = await refused(OneRoom(FORM), "answer", "f0", "--json", "-", "--yes")
    assert (code, reason) == (7, "Why has no answer yet; nothing was sent.")


async def test_what_was_decided_already_is_stale_and_told(tmp_path: Path) -> None:
    from odw_core.decide import audit

    told = {"command": "c", "address": "codex:t-1", "digest": "d" * 64, "question": "abc123"}
    entry = audit.Entry(who="eve@host (screen)", verdict="decline", outcome="accepted", **told)
    audit.record(tmp_path, entry)
    with pytest.raises(OdwError) as error:
        await typed(OneRoom(), "approve", "abc123", "--digest", "d" * 64, state=tmp_path)
    assert (error.value.exit_code, "decline, by eve@host (screen)" in str(error.value)) == (6, True)


def test_the_wait_for_a_receipt_is_ten_seconds() -> None:
    assert decisions.WAIT_S == 10.0


def test_the_options_are_the_documented_ones() -> None:
    given = parse(["reject", "q", "--reason", "too broad", "--digest", "d", "--confirm", "w", "--yes", "--dry-run"])
    assert isinstance(given, Given)
    assert (given.question, given.reason, given.digest, given.confirm) == ("q", "too broad", "d", "w")
    assert given.is_sure and given.is_dry_run
