"""Contract issues: statements K6 to K9, and the false positives they had."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.coordination import FOLDER, NODE, PYTHON, SPLIT, mapped, plan
from odw_core.workflows.coordinate.contracts import Artifact, Use
from odw_core.workflows.coordinate.decision import decided
from odw_core.workflows.coordinate.issues import Side, analysis, as_upstream, is_same_contract, issue_of, issue_value
from odw_core.workflows.coordinate.mapped import RepoMap, mapped_of, mapped_value
from odw_core.workflows.coordinate.walking import look_at


def openapi(title: str, *paths: str, more: str = "") -> str:
    return f"info:\n  title: {title}\n{more}paths:\n" + "".join(f"  {path}:\n    get: {{}}\n" for path in paths)


def kinds(*repos: Any) -> list[str]:
    return [issue.kind for issue in analysis(repos).issues]


def test_k6_one_contract_in_two_repos_with_different_texts_drifted() -> None:
    one = mapped("a", openapi__yaml=openapi("Orders", "/api/orders", "/api/orders/{id}"))
    two = mapped("b", openapi__yaml=openapi("Orders", "/api/orders"))
    (issue,) = analysis([one, two]).issues
    assert issue.text == "Contract artifact drift detected for 'openapi.yaml' across repos: a, b"
    assert issue.declared == (
        Side("a", "openapi.yaml", 2, "title: Orders"),
        Side("b", "openapi.yaml", 2, "title: Orders"),
    )


def test_k6_unrelated_services_with_an_openapi_file_each_do_not_drift() -> None:
    assert (
        kinds(
            mapped("a", openapi__yaml=openapi("Orders", "/api/orders", "/health", "/metrics")),
            mapped("b", openapi__yaml=openapi("Billing", "/api/bills", "/health", "/metrics")),
        )
        == []
    )


def test_k6_a_title_that_a_tool_gave_makes_no_two_services_one() -> None:
    assert (
        kinds(
            mapped("a", openapi__yaml=openapi("FastAPI", "/api/orders")),
            mapped("b", openapi__yaml=openapi("FastAPI", "/api/bills")),
        )
        == []
    )


def test_k6_a_shared_set_of_ids_is_the_same_contract_whatever_its_title() -> None:
    assert kinds(
        mapped("a", openapi__yaml=openapi("Orders", "/api/orders", "/api/carts", "/api/old")),
        mapped("b", openapi__yaml=openapi("Orders API", "/api/orders", "/api/carts")),
    ) == ["drift"]


def test_k6_the_same_contract_at_another_path_drifts_too() -> None:
    assert kinds(
        mapped("a", pay__proto="package shop;\nservice Pay { rpc Charge (A) returns (B); }"),
        mapped("b", vendored_pay__proto="package shop;\nservice Pay { rpc Charge (A) returns (C); }"),
    ) == ["drift"]


def test_k6_equal_texts_and_texts_that_only_look_different_do_not_drift() -> None:
    said = openapi("Orders", "/api/orders")
    assert kinds(mapped("a", openapi__yaml=said), mapped("b", openapi__yaml=said)) == []
    assert (
        kinds(mapped("a", openapi__yaml=said), mapped("b", openapi__yaml=said.replace("\n", "  \r\n") + "\n\n")) == []
    )


def artifact(path: str, *ids: str, title: str = "") -> Artifact:
    """A contract file that declares these HTTP paths."""
    uses = tuple(Use(f"http:path:/{one}", path, 2, one) for one in ids)
    return Artifact(path, "0" * 12, uses, (Use(f"title:{title}", path, 1, title),) if title else ())


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        # At one path a name that tells is enough, also without an id in common; so are most of the ids.
        (artifact("openapi.yaml", "a", title="Orders"), artifact("openapi.yaml", "b", title="Orders"), True),
        (artifact("openapi.yaml", "a", title="Orders"), artifact("OpenAPI.yaml", "b", title="Orders"), True),
        (artifact("openapi.yaml", "a", "b"), artifact("openapi.yaml", "a", "b", "c", "d"), True),
        (artifact("openapi.yaml", "a"), artifact("openapi.yaml", "a"), False),
        (artifact("openapi.yaml", "a", title="Orders"), artifact("openapi.yaml", "b", title="Bills"), False),
        # Elsewhere a name wants an id beside it.
        (artifact("openapi.yaml", "a", title="Orders"), artifact("v/openapi.yaml", "b", title="Orders"), False),
        (artifact("openapi.yaml", "a", "b", "c", title="Orders"), artifact("v/openapi.yml", "a", title="Orders"), True),
        (artifact("openapi.yaml", "a", "b", "c"), artifact("v/openapi.yaml", "a"), False),
        # Without a name half of the ids, and two at least.
        (artifact("openapi.yaml", "a", "b"), artifact("v/openapi.yaml", "a", "b", "c", "d"), True),
        (artifact("openapi.yaml", "a", "b"), artifact("v/openapi.yaml", "a", "b", "c", "d", "e"), False),
        (artifact("openapi.yaml", "a"), artifact("v/openapi.yaml", "a"), False),
        (artifact("openapi.yaml", "a", "b"), artifact("v/openapi.yaml", "c", "d"), False),
        # What every service has makes no two of them one.
        (artifact("openapi.yaml", "health", "metrics"), artifact("v/openapi.yaml", "health", "metrics"), False),
        *(
            (artifact("openapi.yaml", "a", title=title), artifact("openapi.yaml", "b", title=title), False)
            for title in ("FastAPI", "api", "My API", "swagger", " OpenAPI ", "REST_API", "Untitled", "service")
        ),
        # Files of other formats are other contracts, whatever they hold.
        (artifact("a.proto", "a", "b", title="Orders"), artifact("a.avsc", "a", "b", title="Orders"), False),
        (artifact("openapi.json", "a", "b"), artifact("openapi.yml", "a", "b"), True),
    ],
)
def test_k6_which_files_mean_the_same_contract(one: Artifact, other: Artifact, is_same: bool) -> None:
    assert is_same_contract(one, other) is is_same
    assert is_same_contract(other, one) is is_same


def test_k6_the_issues_stand_in_the_order_of_their_sentences_each_with_its_groups() -> None:
    found = analysis(
        [
            mapped("a", b__proto="package b; service B { rpc X (A) returns (B); }", a__graphql="type A { x: Int }"),
            mapped("b", b__proto="package b; service B { rpc X (A) returns (C); }", a__graphql="type Z { x: Int }"),
            mapped("c", b__proto="package b; service B { rpc X (A) returns (D); }"),
        ]
    )
    assert [one.text for one in found.issues] == [
        "Contract artifact drift detected for 'b.proto' across repos: a, b, c"
    ]
    assert found.artifacts == 5


def test_k6_two_files_of_one_repo_do_not_drift() -> None:
    assert (
        kinds(mapped("a", openapi__yaml=openapi("O", "/api/a"), v2__openapi__yaml=openapi("O", "/api/a", "/b"))) == []
    )


def test_k6_schemas_drift_by_their_titles() -> None:
    one, two = '{"title": "Order", "a": 1}', '{"title": "Order", "a": 2}'
    assert kinds(mapped("a", order__schema__json=one), mapped("b", order__schema__json=two)) == ["drift"]
    other = '{"title": "Offer", "a": 2}'
    assert kinds(mapped("a", order__schema__json=one), mapped("b", order__schema__json=other)) == []


def test_k7_paths_are_undefined_only_where_any_path_is_declared() -> None:
    web = mapped("web", main__ts='get("/api/refunds/991")')
    assert kinds(web) == []
    api = mapped("api", openapi__yaml=openapi("Orders", "/api/orders"))
    (issue,) = analysis([api, web]).issues
    assert issue.kind == "undefined_path"
    assert issue.text == "web consumes undefined API path contract: http:path:/api/refunds/{id}"
    assert issue.consumed == (Side("web", "main.ts", 1, 'get("/api/refunds/991")'),)


@pytest.mark.parametrize(
    "call", ["/api/orders/42", "/api/orders/${id}", "/api/orders/latest", "/api/orders/", "/api/orders?page=1"]
)
def test_k7_a_parameter_of_a_declared_path_takes_any_segment(call: str) -> None:
    api = mapped("api", openapi__yaml=openapi("Orders", "/api/orders", "/api/orders/{orderId}"))
    assert kinds(api, mapped("web", main__ts=f"get(`{call}`)")) == []


def test_k7_a_parameter_takes_one_segment_and_a_call_never_takes_a_literal() -> None:
    api = mapped("api", openapi__yaml=openapi("Orders", "/api/orders/{orderId}", "/api/me/cart"))
    assert kinds(api, mapped("web", main__ts='get("/api/orders/42/lines")')) == ["undefined_path"]
    assert kinds(api, mapped("web", main__ts="get(`/api/${who}/cart`)")) == ["undefined_path"]


def test_k7_a_server_puts_its_path_before_what_it_declares() -> None:
    api = mapped("api", openapi__yaml=openapi("Orders", "/orders", more="servers:\n  - url: https://x.example/api\n"))
    assert kinds(api, mapped("web", main__ts='get("/api/orders")')) == []


def test_k7_the_nearest_declared_paths_are_the_other_side() -> None:
    api = mapped("api", openapi__yaml=openapi("Orders", "/api/orders/{id}", "/api/bills"))
    (issue,) = analysis([api, mapped("web", main__ts='get("/api/orders/1/lines")')]).issues
    assert [side.line for side in issue.declared] == [4]


def test_k8_operations_are_undefined_only_where_any_is_declared() -> None:
    web = mapped("web", main__ts="const q = `query Missing { x }`")
    assert kinds(web) == []
    api = mapped("api", schema__graphql="query ListOrders { x }")
    (issue,) = analysis([api, web]).issues
    assert issue.kind == "undefined_operation"
    assert issue.text == "web consumes undefined GraphQL contract: graphql:operation:Missing"
    assert kinds(api, mapped("web", main__ts="const q = `query ListOrders { x }`")) == []


def test_k9_issues_block_and_are_no_question() -> None:
    one = mapped("/work/api", openapi__yaml=openapi("Orders", "/api/orders"))
    two = mapped("/work/web", main__ts='get("/api/bills")')
    found = decided((plan(PYTHON), plan(NODE)), SPLIT, (PYTHON, NODE), analysis([one, two]))
    assert found.status == "HITL_REQUIRED"
    (reason,) = found.reasons
    assert (reason.kind, reason.is_question) == ("contract_issue", False)
    assert "/api/bills" in reason.text


RECORDED = sorted(
    path.parent.parent.parent.parent.parent.name for path in FOLDER.glob("*/project/.converge/runs/*/contract-map.json")
)


@pytest.mark.parametrize("name", sorted(set(RECORDED)))
def test_recorded_contract_maps_come_out_the_same(name: str) -> None:
    recorded = json.loads(next((FOLDER / name).glob("project/.converge/runs/*/contract-map.json")).read_text())
    ours = as_upstream(
        analysis(
            [look_at(r["repo_path"], FOLDER / name / "project" / r["repo_path"]).mapped for r in recorded["repos"]]
        )
    )
    for repo in recorded["repos"]:
        repo["artifacts"].sort(key=lambda artifact: artifact["path"])
    assert ours == recorded


FILES = st.sampled_from(["openapi.yaml", "a.proto", "a.graphql", "a.schema.json", "main.ts", "main.py"])
SAID = st.sampled_from(
    [
        openapi("Orders", "/api/orders", "/api/orders/{id}"), openapi("Orders", "/api/orders"),
        "service Pay { rpc A ( }",
        "type Order { id }\nquery List { x }", '{"title": "Order"}', 'get("/api/orders/1"); get("/api/x")',
        'x = "query List { x }"', "",
    ]
)  # fmt: skip


@given(st.lists(st.lists(st.tuples(FILES, SAID | st.text(max_size=60)), max_size=5), max_size=4))
def test_any_repositories_are_analysed_and_come_back_from_the_journal(repos: list[list[tuple[str, str]]]) -> None:
    all_mapped = []
    for number, files in enumerate(repos):
        found = RepoMap(f"repo-{number}")
        for name, said in files:
            found.add(name, said.encode("utf-8", "replace"))
        all_mapped.append(found.mapped())
    whole = analysis(all_mapped)
    assert [mapped_of(json.loads(json.dumps(mapped_value(one)))) for one in whole.repos] == all_mapped
    assert [issue_of(json.loads(json.dumps(issue_value(one)))) for one in whole.issues] == list(whole.issues)
    assert analysis([*reversed(all_mapped)]).issues.__len__() == len(whole.issues)
    told = as_upstream(whole)
    assert told["issues"] == [issue.text for issue in whole.issues]


def test_thousands_of_contracts_and_calls_cost_no_more_than_a_moment() -> None:
    api, web = RepoMap("api"), RepoMap("web")
    for number in range(500):
        api.add(f"{number}/openapi.yaml", openapi(f"S{number}", *(f"/api/{number}/{n}" for n in range(10))).encode())
        web.add(f"{number}/main.ts", "\n".join(f'get("/api/x{number}/{n}/y")' for n in range(10)).encode())
    assert len(analysis([api.mapped(), web.mapped()]).issues) == 500
