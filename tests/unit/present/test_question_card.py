"""A question as a card: what is asked, the options numbered, who can answer, and why not from here."""

from __future__ import annotations

from drivers import samples
from drivers.said import both_sides
from odw_core.model.question import Choice, Field
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.question_card import card, cards, short_card

NOW = samples.NOW
ASKED = samples.question(samples.item().address)


def said(*lines: object) -> list[str]:
    return [both_sides(line) for line in lines]  # type: ignore[arg-type]


def test_a_card_in_full() -> None:
    assert said(*card(ASKED, UNICODE, NOW, 1, 1)) == [
        "◆ Which queue keeps closed items?   task core | asked 3m ago",
        "asks   The spec says nothing about how long a closed item stays in the queue. | ",
        "       1  7 days    what the old queue did | ",
        "       2  30 days   what the reviewer asks for | ",
        "       anything else, in your own words | ",
        "who    pandacode answer in the workspace, by whoever started the run | ",
        "here   not from here: the run was started outside this room | ",
    ]


def test_several_questions_are_counted_and_kept_apart() -> None:
    lines = said(*cards((ASKED, ASKED), UNICODE, NOW))
    assert [line for line in lines if "of 2" in line] == [
        "◆ 1 of 2   Which queue keeps closed items?   task core | asked 3m ago",
        "◆ 2 of 2   Which queue keeps closed items?   task core | asked 3m ago",
    ]
    assert " | " in lines


def test_what_says_the_same_as_the_title_is_not_repeated() -> None:
    short = samples.question(
        ASKED.address, title="Land it?", body="Land it?", fields=(), decisions=("approve", "reject")
    )
    lines = said(*card(short, UNICODE, NOW, 1, 1))
    assert not any(line.startswith("asks") for line in lines)
    assert "       approve or reject | " in lines


def test_secrets_are_announced_as_such() -> None:
    secret = samples.question(ASKED.address, fields=(Field("token", "Token", is_secret=True),))
    assert "       the answer is secret and is shown nowhere | " in said(*card(secret, UNICODE, NOW, 1, 1))


def test_a_short_card_has_three_lines_and_the_key_for_the_rest() -> None:
    assert said(*short_card((ASKED,), UNICODE, NOW, "5")) == [
        "◆ Which queue keeps closed items?   task core | asked 3m ago",
        "asks   The spec says nothing about how long a closed item stays in the queue. | ",
        "       1 7 days   2 30 days | 5 shows it in full",
    ]
    assert said(*short_card((ASKED, ASKED), UNICODE, NOW, "5"))[-1].endswith("2 questions, 5 shows all")
    assert short_card((), UNICODE, NOW, "5") == ()


def test_a_short_card_says_as_much_as_there_is_room_and_how_it_is_decided() -> None:
    body = (
        "no agent answered:\n- api: the sessions folder is not writable\n- web: rate limited\n\nA new look asks again."
    )
    verdicts = ("look_again", "accept", "stop")
    asked = samples.question(ASKED.address, title="2 planners failed", body=body, fields=(), decisions=verdicts)
    last = "       look again or accept or stop | 5 shows it in full"
    assert said(*short_card((asked,), UNICODE, NOW, "5"))[1:] == [
        "asks   - api: the sessions folder is not writable | ",
        last,
    ]
    assert said(*short_card((asked,), UNICODE, NOW, "5", room=-3)) == said(*short_card((asked,), UNICODE, NOW, "5"))
    assert said(*short_card((asked,), UNICODE, NOW, "5", room=3))[1:] == [
        "asks   - api: the sessions folder is not writable | ",
        "       - web: rate limited | ",
        "       A new look asks again. | ",
        last,
    ]


def test_hostile_questions_are_literal() -> None:
    field = Field("x", "[b]l[/b]", (Choice("\x1b[2Jyes", "\u202eno"),))
    evil = samples.question(
        ASKED.address, title="[red]\x1b]52;c;x\x07", body="\x00", fields=(field,), answer_via="\x9b1m"
    )
    shown = "".join(said(*card(evil, UNICODE, NOW, 1, 1)))
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)
    assert "[red]" in shown
