"""Splitting the work: statements P1 to P5."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.coordination import NODE, PYTHON
from odw_core.agents.answer import issues_of
from odw_core.workflows.coordinate.classify import Evidence
from odw_core.workflows.coordinate.decision import decided
from odw_core.workflows.coordinate.issues import Analysis
from odw_core.workflows.coordinate.split import (
    SPLIT_SCHEMA,
    Split,
    Trouble,
    heuristic_split,
    parse_split,
    repo_of,
    split_of,
    split_prompt,
    split_value,
    words_of,
)

REPOS = ["/work/api", "/work/web"]
ANSWER = {
    "assignments": [{"repo": "/work/web", "duties": ["Show"]}, {"repo": "/work/api", "duties": ["Serve", " "]}],
    "rationale": " By side ",
    "risks": ["Late"],
    "questions_for_hitl": ["Who pays?", ""],
}


def side(kind: str, path: str, *languages: str) -> str:
    split = heuristic_split([Evidence(path, True, kind, languages=tuple((one, 1) for one in languages))], "it")
    first = split.assignments[0][1][0]
    return "server" if "server-side" in first else "client" if "user-facing" in first else "domain"


def test_p1_a_heuristic_split_needs_no_agent_and_says_what_it_is() -> None:
    split = heuristic_split([PYTHON, NODE], "Gift cards")
    assert split.rationale == "Heuristic split derived from repository type signals."
    assert split.risks == ("Cross-repository contracts may require coordinated rollout",)
    assert dict(split.assignments) == {
        "/work/api": ("Implement server-side logic for Gift cards", "Own validation and persistence changes"),
        "/work/web": ("Implement user-facing updates for Gift cards", "Own client-side state and UX behavior"),
    }


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("python", "/w/web-ui", "server"),
        ("go", "/w/frontend", "server"),
        ("rust", "/w/x", "server"),
        ("node", "/w/x", "client"),
        ("swift", "/w/api", "client"),
        ("unknown", "/w/orders-api", "server"),
        ("unknown", "/w/OrdersService", "server"),
        ("unknown", "/w/web", "client"),
        ("unknown", "/w/myFrontend", "client"),
        ("unknown", "/w/ledger", "domain"),
    ],
)
def test_p2_the_type_of_a_repository_comes_before_its_name(kind: str, path: str, expected: str) -> None:
    assert side(kind, path) == expected


@pytest.mark.parametrize("path", ["/w/build", "/w/guide", "/w/rapid", "/w/cobweb", "/services/api/ledger"])
def test_p2_only_whole_words_of_the_own_name_count(path: str) -> None:
    assert side("unknown", path) == "domain"


def test_p2_a_node_repository_that_shows_nothing_and_is_called_a_service_is_one() -> None:
    assert side("node", "/w/my-api", "node") == "server"
    assert side("node", "/w/my-api", "node", "css") == "client"


def test_p2_words_of_a_name() -> None:
    assert words_of("/w/OrdersAPI-v2_web/") == {"orders", "api", "v", "2", "web"}


def test_p3_an_answer_becomes_a_split_in_the_order_of_the_repositories() -> None:
    assert parse_split(json.dumps(ANSWER), REPOS) == Split(
        (("/work/api", ("Serve",)), ("/work/web", ("Show",))), "By side", ("Late",), ("Who pays?",)
    )


def test_p3_upstreams_shape_is_read_too() -> None:
    said = {"proposal": {"assignments": {"api": "Serve", "web": ["Show"]}}, "risks": "Late", "rationale": "x"}
    split = parse_split(said, REPOS)
    assert isinstance(split, Split)
    assert dict(split.assignments) == {"/work/api": ("Serve",), "/work/web": ("Show",)}
    assert split.risks == ("Late",)


def test_p4_missing_keys_are_empty_and_an_empty_split_is_told_to_a_person() -> None:
    split = parse_split("{}", REPOS)
    assert split == Split()
    (reason,) = decided([], Split(), [], Analysis()).reasons
    assert reason.kind == "empty_split"


@pytest.mark.parametrize("said", ["[]", "no json", "{torn", "[1]", ""])
def test_p4_what_is_no_object_is_a_trouble(said: str) -> None:
    assert isinstance(parse_split(said, REPOS), Trouble)


def test_p4_a_proposal_that_is_a_list_breaks_nothing() -> None:
    assert parse_split({"proposal": ["api does it"]}, REPOS) == Split()


def test_p4_a_repository_that_nobody_asked_for_is_asked_again() -> None:
    found = parse_split({"assignments": [{"repo": "billing", "duties": ["x"]}]}, REPOS)
    assert isinstance(found, Trouble)
    assert "billing" in found.issues[0]
    assert "/work/api" in found.issues[0]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("/work/api", "/work/api"),
        ("/work/api/", "/work/api"),
        ("api", "/work/api"),
        ("./api", "/work/api"),
        ("pi", None),
        ("", None),
        ("work", None),
    ],
)
def test_p4_a_repository_is_known_by_its_path_or_the_end_of_it(name: str, meant: str | None) -> None:
    assert repo_of(name, REPOS) == meant


def test_p4_an_end_that_two_repositories_have_means_neither() -> None:
    assert repo_of("api", ["/a/api", "/b/api"]) is None
    assert repo_of("a/api", ["/a/api", "/b/api"]) == "/a/api"


def test_p5_what_the_split_asks_is_asked_of_a_person() -> None:
    split = Split((("/work/api", ("x",)),), questions=("Who pays?",))
    (reason,) = decided([], split, [], Analysis()).reasons
    assert (reason.kind, reason.repo, reason.text) == ("question", None, "Who pays?")


def test_the_schema_asks_for_what_is_read() -> None:
    assert issues_of(ANSWER, SPLIT_SCHEMA) == ()
    assert SPLIT_SCHEMA["required"] == [*ANSWER]


def test_the_prompt_holds_everything_that_is_known() -> None:
    prompt = split_prompt(
        "Gift ```cards",
        [PYTHON, replace(NODE, exists=False, constraints=("repo path not found",))],
        answers=[("Who pays?", "finance")],
        issues=["a drift"],
        earlier=Split((("/work/api", ("Serve",)),)),
        again=["no JSON"],
    )
    for said in ("````\nGift ```cards\n````", "/work/api: python (3 Python", "/work/web: repo path not found",
                 "Who pays? — finance", "a drift", "/work/api: Serve", "no JSON"):  # fmt: skip
        assert said in prompt
    assert "answered" not in split_prompt("x", [PYTHON])


@given(st.recursive(st.none() | st.text(max_size=8) | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from([*ANSWER, "proposal", "repo", "duties", "api"]), inner), max_leaves=12))  # fmt: skip
def test_any_answer_is_a_split_or_a_trouble(said: object) -> None:
    for answer in (said, json.dumps(said), str(said)):
        found = parse_split(answer, REPOS)
        assert isinstance(found, Split | Trouble)
        if isinstance(found, Split):
            assert split_of(json.loads(json.dumps(split_value(found)))) == found


def test_p4_a_repository_is_meant_by_its_whole_name_even_where_that_is_the_end_of_another() -> None:
    assert repo_of("api", ["api", "/work/api"]) == "api"
    assert repo_of("/work/api", ["/work/api/", "/more/work/api"]) == "/work/api/"
    assert repo_of("./api", ["./api", "/work/api"]) == "./api"
    assert repo_of(" api ", ["/work/api/", "/work/web"]) == "/work/api/"


def test_p4_duties_of_one_repository_under_several_names_are_one_list_without_repeats() -> None:
    said = [{"repo": " api ", "duties": [" Serve ", "Store"]}, {"repo": "/work/api/", "duties": ["Serve", "Tell"]}]
    found = parse_split({"assignments": said, "rationale": "x"}, REPOS)
    assert isinstance(found, Split)
    assert found.assignments == (("/work/api", ("Serve", "Store", "Tell")),)


def test_p4_five_names_that_are_no_repository_are_enough_for_the_sentence_and_all_are_told() -> None:
    unknown = [{"repo": f"x{number}", "duties": ["y"]} for number in range(6)]
    found = parse_split({"assignments": unknown}, REPOS)
    assert isinstance(found, Trouble)
    assert found.message.endswith(": x0, x1, x2, x3, x4.")
    assert len(found.issues) == 6


def test_a_splitter_is_told_what_each_repository_is_made_of() -> None:
    def about(one: Evidence) -> str:
        return next(line for line in split_prompt("it", [one]).split("\n") if line.startswith(f"- {one.path}:"))

    many = tuple((name, 2) for name in ("python", "go", "rust", "ruby", "sql"))
    assert about(Evidence("/w/a", True, "python", languages=many)).count("2 ") == 4
    assert about(Evidence("/w/a", True, "unknown")) == "- /w/a: unknown"
    assert (
        about(Evidence("/w/a", False, "unknown", constraints=("repo path not found",))) == "- /w/a: repo path not found"
    )
    assert about(Evidence("/w/a", False, "unknown")) == "- /w/a: missing"


def test_p2_a_node_repository_whose_name_says_both_shows() -> None:
    assert side("node", "/w/web-api") == "client"
    assert side("node", "/w/api") == "server"
    assert side("node", "/w/api", "html") == "client"


def test_a_journal_that_says_nonsense_of_a_split_says_nothing() -> None:
    assert split_of({"assignments": ["/work/api"]}) == Split()
    assert split_of({"assignments": {"/work/api": ["Serve", 1], "/work/web": "x"}}).assignments == (
        ("/work/api", ("Serve",)),
    )
