"""What a campaign is given: orders as words, names for repositories, plans with specs."""

from __future__ import annotations

import pytest

from odw_core.errors import OdwError, UsageError
from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.service.campaigns.carrying_out import campaign_of
from odw_core.service.starting import checked, input_schema
from odw_core.workflows.campaign.order import NoOrder, Wanted, check_order, named, wanted_of, wanted_value
from odw_tui.present.start_inputs import given_of, inputs_of
from odw_tui.present.typed_values import typed


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("web=api,lib", {"web": ["api", "lib"]}),
        ("web=api docs=web", {"web": ["api"], "docs": ["web"]}),
        (["web=api", "web=lib"], {"web": ["api", "lib"]}),
        ('{"web": ["api"]}', {"web": ["api"]}),
        ({"web": ["api"]}, {"web": ["api"]}),
        ({}, {}),
        ("", {}),
    ],
)
def test_an_order_is_typed_as_words_or_as_json(said: object, meant: object) -> None:
    given = checked("campaign", {"from_run": "odw:x", "after": said})
    assert given["after"] == meant
    assert checked("campaign", {"from_run": "odw:x", "after": typed(meant)})["after"] == meant


def test_with_plans_of_a_run_a_repository_is_named_by_its_name_alone() -> None:
    given = checked("campaign", {"from_run": "odw:x", "repos": ["api", '{"repo": "web", "after": ["api"]}']})
    repos = given["repos"]
    assert isinstance(repos, list)
    assert [(one["repo"], one["after"]) for one in repos] == [("api", []), ("web", ["api"])]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "from_run, or repos"),
        ({"repos": [{"repo": "api"}]}, "api has no spec"),
        ({"from_run": "odw:x", "after": "web"}, "no order"),
        ({"from_run": "odw:x", "agent": "scripted"}, "needs its script"),
        ({"from_run": "odw:x", "verify": [""]}, "name of a program"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_before_anything_starts(given: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        checked("campaign", given)


def test_the_form_asks_whose_plans_and_sends_what_was_typed() -> None:
    inputs = inputs_of(input_schema("campaign"), "/w")
    assert inputs[0].name == "from_run"
    told = {one.name: one.default for one in inputs} | {"from_run": "odw:x", "after": "web=api", "hold_landings": "yes"}
    given = checked("campaign", given_of(inputs, told))
    assert (given["from_run"], given["after"], given["hold_landings"]) == ("odw:x", {"web": ["api"]}, True)


def test_a_coordination_is_gone_on_with_on_its_own_form() -> None:
    assert "from_run" not in [one.name for one in inputs_of(input_schema("coordinate"), "/w")]


def test_repositories_that_wait_for_each_other_are_named() -> None:
    ring = [Wanted("/a", "a", "", ("/b",)), Wanted("/b", "b", "", ("/a",)), Wanted("/c", "c", "")]
    with pytest.raises(NoOrder, match="a, b"):
        check_order(ring)


def test_an_order_without_a_circle_can_be_followed() -> None:
    check_order([Wanted("/c", "c", "", ("/b", "/a")), Wanted("/a", "a", ""), Wanted("/b", "b", "", ("/a",))])
    with pytest.raises(NoOrder, match=r"start: a\."):
        check_order([Wanted("/a", "a", "", ("/a",)), Wanted("/b", "b", "")])


def test_what_a_step_keeps_of_a_repository_comes_back_whole() -> None:
    one = Wanted("/a", "a", "do it", ("/b",))
    assert wanted_of(wanted_value(one)) == one


def test_a_name_that_could_be_two_repositories_is_refused() -> None:
    repos = ["/one/api", "/two/api"]
    bases = {"/one/api": "api", "/two/api": "api-2"}
    assert named("api-2", repos, bases, "/w/api-2") == "/two/api"
    assert named("/two/api", repos, bases, "/two/api") == "/two/api"
    for name, why in (("api", "could be several"), ("web", "is none of")):
        with pytest.raises(NoOrder, match=why):
            named(name, repos, bases, f"/w/{name}")


def test_only_a_run_with_plans_can_be_carried_out() -> None:
    from drivers.samples import item

    run = item("odw-exec-1700000000000-1")
    planned = Start("coordinate", {"goal": "x", "repos": ["api"], "model": "m", "agent": "codex"}, "/w")
    start = campaign_of(run, planned)
    assert (start.workflow, start.workspace) == ("campaign", "/w")
    assert start.given == {"from_run": str(run.address), "agent": "codex", "model": "m"}
    with pytest.raises(OdwError, match="no plans"):
        campaign_of(run, Start("command", {"argv": ["true"]}, "/w"))
    assert Address.parse(str(start.given["from_run"])) == run.address
