"""Repos in sentences: named by their last part where that says which one is meant, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace

from drivers import coordination_story, samples
from odw_core.engines.odw.timeline import run_detail
from odw_core.model.detail import Blocker, Duty, Mark, Notice, RunDetail
from odw_core.model.evidence import Facts
from odw_tui.headless.drawing import Look, draw
from odw_tui.headless.show import detail_lines
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.repo_names import short_names, with_short_names

LOOK = Look(UNICODE, now=samples.NOW, home="/home/ada", width=None, paint=lambda text, tone: text)
API, WEB = coordination_story.API, coordination_story.WEB


def detail(*said: str) -> RunDetail:
    known = run_detail(coordination_story.asking().acc, Facts(samples.NOW, True))
    return replace(known, blockers=tuple(Blocker(one, None, None, None, (), 1, "open") for one in said))


def told(said: str) -> str:
    return with_short_names(detail(said)).blockers[0].text


def test_a_repo_is_named_by_its_last_part() -> None:
    assert told(f"{WEB} consumes what {API} does not declare") == "web consumes what api does not declare"
    assert told(f"{API}: which currency?") == "api: which currency?"
    assert told(f"nobody declares it in {API}.") == "nobody declares it in api."


def test_a_file_in_a_repo_is_named_from_the_repo() -> None:
    assert told(f"{API}/openapi.yaml:12") == "api/openapi.yaml:12"


def test_what_only_begins_like_a_repo_stays_whole() -> None:
    for said in (f"{API}-v2 is another", f"{API}.old is another", f"/srv{API} is another"):
        assert told(said) == said


def test_two_repos_with_one_last_part_keep_their_paths() -> None:
    other = "/srv/other/api"
    run = replace(detail(f"{API} and {other} and {WEB}"), duties=(Duty(other, ()),))
    assert short_names(run) == {WEB: "web"}
    assert with_short_names(run).blockers[0].text == f"{API} and {other} and web"


def test_a_run_without_such_repos_is_left_as_it_is() -> None:
    run = replace(samples.run_detail(), notices=(Notice("/work/team/api is mentioned"),))
    assert with_short_names(run) is run


def test_show_names_repos_as_the_screen_does_and_each_path_once() -> None:
    known = run_detail(coordination_story.fallen_back().acc, Facts(samples.NOW, True))
    lines = [*draw(detail_lines(known, LOOK), LOOK)]
    for path, name in ((API, "api"), (WEB, "web")):
        told = [line for line in lines if path in line]
        assert told == [f"  {name}  {path}"]
        assert any(line.startswith(f"  {name}  ") and line not in told for line in lines)


def test_a_plan_that_no_agent_gave_has_a_mark_of_its_own_in_show() -> None:
    known = run_detail(coordination_story.fallen_back().acc, Facts(samples.NOW, True))
    fallen = {one.repo for one in known.plans if one.is_doubtful}
    marks = {cell.row: cell.mark for cell in known.cells if cell.row in fallen}
    assert fallen and {*marks.values()} == {Mark.FALLBACK}
    lines = [*draw(detail_lines(known, LOOK), LOOK)]
    assert any(UNICODE.mark(Mark.FALLBACK) in line for line in lines)
