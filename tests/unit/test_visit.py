"""What happened while nobody looked is said once, and marked until somebody looks at it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers import samples
from odw_core.model.item import Item, Limit, State, Tokens
from odw_tui.present.numbers import token_story
from odw_tui.present.since import since_line
from odw_tui.present.usage import tightest, tokens_today, usage
from odw_tui.visit import Visit

NOW = samples.NOW


@pytest.fixture(autouse=True)
def utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def ended(name: str, state: State, at: float) -> Item:
    return replace(samples.item(name, state), ended_at=at, changed_at=at)


ROWS = (
    ended("old", State.DONE, NOW - 5000),
    ended("landed", State.DONE, NOW - 100),
    ended("broken", State.FAILED, NOW - 90),
    ended("asks", State.WAITING, NOW - 80),
    samples.item("at-work", State.RUNNING),
)


def test_the_first_visit_has_no_news(tmp_path: Path) -> None:
    visit = Visit(tmp_path)
    visit.arrive(ROWS, NOW)
    assert (visit.line, visit.unseen) == ("", set())


def test_the_next_visit_says_what_happened_meanwhile_and_marks_it(tmp_path: Path) -> None:
    Visit(tmp_path).leave(NOW - 200)
    visit = Visit(tmp_path)
    visit.arrive(ROWS, NOW)
    assert visit.line == "since 00:04: 1 done, 1 failed, 1 waits"
    assert {address.item for address in visit.unseen} == {"landed", "broken", "asks"}
    assert visit.look_at(ROWS[2].address) and not visit.look_at(ROWS[2].address)


def test_what_nobody_looked_at_stays_marked_over_the_next_visit(tmp_path: Path) -> None:
    Visit(tmp_path).leave(NOW - 200)
    visit = Visit(tmp_path)
    visit.arrive(ROWS, NOW)
    visit.look_at(ROWS[1].address)
    visit.leave(NOW)
    later = Visit(tmp_path)
    later.arrive(ROWS, NOW + 60)
    assert later.line == ""
    assert {address.item for address in later.unseen} == {"broken", "asks"}


@pytest.mark.parametrize(
    "junk", ["", "[]", '{"left_at": "x"}', '{"left_at": 5}', "{" * 5000, '{"left_at":1,"unseen":[3]}']
)
def test_a_damaged_file_is_a_first_visit(tmp_path: Path, junk: str) -> None:
    (tmp_path / "seen.json").write_text(junk)
    visit = Visit(tmp_path)
    visit.arrive(ROWS, NOW)
    assert (visit.line, visit.unseen) == ("", set())


def test_a_folder_that_cannot_be_written_is_not_complained_about(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    visit = Visit(tmp_path / "file")
    visit.leave(NOW)
    assert visit.is_away


def test_another_day_is_named(tmp_path: Path) -> None:
    assert since_line(ROWS, NOW - 2 * 86_400, NOW).startswith("since Thu 00:08: 2 done")
    assert since_line(ROWS, NOW - 20 * 86_400, NOW).startswith("since 01 Nov 00:08: ")
    assert since_line(ROWS, NOW - 10, NOW) == ""


def test_tokens_of_today_count_what_began_today_once() -> None:
    run = samples.item("run", tokens=Tokens(1_000_000), age_s=10)
    child = replace(samples.item("child", tokens=Tokens(900_000), age_s=10), parent=run.address)
    yesterday = samples.item("old", tokens=Tokens(5_000_000), age_s=90_000)
    assert tokens_today((run, child, yesterday), NOW) == "1M"
    assert tokens_today((yesterday,), NOW) == ""


def test_the_fullest_open_window_is_shown_by_its_newest_word() -> None:
    def said(name: str, used: float, at: float, resets_at: float = NOW + 600) -> Item:
        return replace(samples.item(f"{name}{at}"), limits=(Limit(name, used, resets_at, at),))

    items = (
        said("5 h", 90, NOW - 500),
        said("5 h", 62, NOW - 5),
        said("7 d", 40, NOW - 5),
        said("1 d", 99, NOW, NOW - 1),
    )
    found = tightest(items, NOW)
    assert found is not None and (found.name, found.used_percent) == ("5 h", 62)
    assert "".join(span.text for span in usage(items, NOW)[0]) == "limit 62 % until 00:18"


@pytest.mark.parametrize(
    ("tokens", "story"),
    [
        (Tokens(96_000, False, 91_000, 71_000, 5_000, 2_000), "96k tokens: 91k in (71k cached), 5k out (2k reasoning)"),
        (Tokens(96_000, True), "at least 96k tokens"),
        (Tokens(96_000, output=5_000), "96k tokens: 5k out"),
    ],
)
def test_tokens_are_five_numbers_as_far_as_they_are_known(tokens: Tokens, story: str) -> None:
    assert token_story(tokens) == story
