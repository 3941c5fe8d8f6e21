"""Contract files: statements K1 to K3."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from odw_core.workflows.coordinate.contracts import MOST_BYTES, is_contract, parse_contract


def ids(path: str, text: str) -> list[str]:
    found = parse_contract(path, text.encode())
    assert found is not None
    return [use.id for use in found.ids]


def lines(path: str, text: str) -> dict[str, int]:
    found = parse_contract(path, text.encode())
    assert found is not None
    return {use.id: use.line for use in found.ids}


@pytest.mark.parametrize(
    "path",
    [
        "openapi.yaml", "openapi.yml", "openapi.json", "asyncapi.yaml", "docs/asyncapi.json", "v1.openapi.yaml",
        "x.asyncapi.yml", "pay.proto", "schema.graphql", "q.gql", "e.avsc", "o.schema.json", "o.jsonschema.json",
        "OpenAPI.YAML",
    ],
)  # fmt: skip
def test_k1_contract_files_are_known_by_their_names(path: str) -> None:
    assert is_contract(path)


@pytest.mark.parametrize(
    "path", ["openapi.md", "myopenapi.yaml", "schema.json", "package.json", "a.py", "openapi.yaml/x"]
)
def test_k1_nothing_else_is_one(path: str) -> None:
    assert not is_contract(path)
    assert parse_contract(path, b"{}") is None


def test_k1_what_is_too_large_or_no_utf8_is_skipped() -> None:
    assert parse_contract("openapi.yaml", b"#" * (MOST_BYTES + 1)) is None
    assert parse_contract("openapi.yaml", b"#" * MOST_BYTES) is not None
    assert parse_contract("openapi.yaml", b"paths:\n  /caf\xe9: {}\n") is None


def test_k2_the_hash_is_twelve_digits_of_the_text() -> None:
    found = parse_contract("openapi.yaml", b"paths: {}\n")
    assert found is not None
    assert found.hash12 == hashlib.sha256(b"paths: {}\n").hexdigest()[:12]


OPENAPI = """\
openapi: 3.0.0
# paths: of a comment
info:
  title: "Orders"
  contact:
    title: no title of it
servers:
  - url: https://shop.example/base/
paths:
  # /api/commented: no path
  /api/orders:
    get:
      responses:
        "200":
          description: "see /api/other: not here"
  "/api/orders/{orderId}":
    x-path:
      /nested: no path
  '/api/quoted':   # said why
    get: {}
components:
  schemas:
    /odd: {}
"""


def test_k3_yaml_paths_are_the_keys_right_below_paths_each_with_its_line() -> None:
    assert lines("openapi.yaml", OPENAPI) == {
        "contract:file:openapi.yaml": 1,
        "http:path:/api/orders": 11,
        "http:path:/api/orders/{orderId}": 16,
        "http:path:/api/quoted": 19,
    }


def test_k3_a_contract_says_which_one_it_is_and_where_it_is_served() -> None:
    found = parse_contract("openapi.yaml", OPENAPI.encode())
    assert found is not None
    assert [(use.id, use.line) for use in found.names] == [("title:Orders", 4)]
    assert found.bases == ("/base",)


def test_k3_yaml_may_be_indented_by_four_or_written_in_one_line() -> None:
    assert "http:path:/a" in ids("openapi.yaml", "paths:\n    /a:\n        get: {}\n")
    found = parse_contract("openapi.yaml", b'info: {title: orders, version: "2"}\npaths: {"/a": {}}\n')
    assert found is not None
    assert [use.id for use in found.names] == ["title:orders"]
    assert [use.id for use in found.ids] == ["contract:file:openapi.yaml", "http:path:/a"]


def test_k3_json_paths_have_the_lines_of_their_keys() -> None:
    said = json.dumps(
        {
            "info": {"title": "Orders", "description": "/api/a is old"},
            "basePath": "/base",
            "x": {"/api/a": 1},
            "paths": {"/api/a": {}, "/b\u00e9": {}, "x-extra": {}},
        },
        indent=1,
    )
    found = lines("openapi.json", said)
    assert found.keys() == {"contract:file:openapi.json", "http:path:/api/a", "http:path:/bé"}
    assert said.split("\n")[found["http:path:/api/a"] - 1].strip() == '"/api/a": {},'
    assert found["http:path:/api/a"] > 8
    artifact = parse_contract("openapi.json", said.encode())
    assert artifact is not None
    assert artifact.bases == ("/base",)


def test_k3_channels() -> None:
    assert "event:channel:order.created" in ids("asyncapi.yaml", "channels:\n  order.created:\n    publish: {}\n")
    assert "event:channel:order/created" in ids("asyncapi.json", '{"channels": {"order/created": {}}}')


PROTO = """\
syntax = "proto3";
package shop.pay;
// service Commented { rpc No (A) returns (B); }
/* service Also
   { } */
service Pay {
  rpc Charge (A) returns (B);   // rpc Refund (A)
  rpc Void(A) returns (B);
}
message Note { string text = 1; // "service Quoted {"
}
"""


def test_k3_services_and_methods_without_those_in_comments() -> None:
    assert lines("pay.proto", PROTO) == {
        "contract:file:pay.proto": 1,
        "rpc:service:Pay": 6,
        "rpc:method:Charge": 7,
        "rpc:method:Void": 8,
    }
    found = parse_contract("pay.proto", PROTO.encode())
    assert found is not None
    assert [use.id for use in found.names] == ["package:shop.pay", "service:Pay"]


GRAPHQL = '''\
"""
type Described { is prose }
"""
type Order implements Node & Other @key(fields: "id") {
  id: ID! # query Commented { x }
}
extend type Cart { id: ID! }
type Query { order(query: String): Order }
query ListOrders($first: Int) @live { orders { id } }
mutation Pay { pay }
'''


def test_k3_types_and_named_operations_without_prose() -> None:
    assert ids("schema.graphql", GRAPHQL) == [
        "contract:file:schema.graphql",
        "graphql:operation:ListOrders",
        "graphql:operation:Pay",
        "graphql:type:Cart",
        "graphql:type:Order",
        "graphql:type:Query",
    ]


def test_k3_schemas_have_a_title_and_the_name_of_their_file() -> None:
    assert ids("order.schema.json", '{"title": "Order"}') == [
        "contract:file:order.schema.json",
        "schema:file:order",
        "schema:title:Order",
    ]
    assert "schema:file:event" in ids("event.avsc", '{"name": "E", "namespace": "shop"}')


def test_k3_a_contract_that_cannot_be_read_is_still_one() -> None:
    assert ids("openapi.json", "{torn") == ["contract:file:openapi.json"]
    assert ids("openapi.yaml", "\t: - [") == ["contract:file:openapi.yaml"]


NAMES = st.sampled_from(
    ["openapi.yaml", "openapi.json", "asyncapi.yml", "a.proto", "a.graphql", "a.avsc", "a.schema.json"]
)
WORDS = st.lists(
    st.sampled_from(
        ["paths:", "\n", "  ", "/a", ":", "{", "}", '"', "'", "type X", "service S", "rpc R(", "/*", "*/", "//", "#",
         '"""', "\\", "info:", "title: t", "query Q", "channels", "[", ",", "- url: /b", "\r\n", "é", "\u2028"]
    ),
    max_size=60,
)  # fmt: skip


@given(NAMES, st.binary(max_size=400) | WORDS.map(lambda words: "".join(words).encode()))
@example("openapi.json", b'{"paths": ' + b"[" * 3_000)
@example("a.schema.json", b'{"title": "\\ud800"}')
def test_any_bytes_are_a_contract_or_none(name: str, data: bytes) -> None:
    found = parse_contract(name, data)
    if found is not None:
        assert [use.id for use in found.ids] == sorted({use.id for use in found.ids})
        assert f"contract:file:{name}" in {use.id for use in found.ids}
        count = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
        assert all(1 <= use.line <= count for use in (*found.ids, *found.names))


HOSTILE = {
    "blanks": ("openapi.yaml", "paths:\n" + "  /a" + " " * 990_000),
    "many keys": ("openapi.yaml", "paths:\n" + "  /a:\n" * 150_000),
    "many paths": ("openapi.json", '{"paths": {' + ",".join(f'"/p{n}": {{}}' for n in range(50_000)) + "}}"),
    "types": ("a.graphql", "type A " * 140_000),
    "services": ("a.proto", "service A " * 99_000),
    "comments": ("a.proto", "/* " * 300_000),
    "quotes": ("a.graphql", '"' * 900_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_contract_costs_no_more_than_a_moment(name: str) -> None:
    path, said = HOSTILE[name]
    assert parse_contract(path, said.encode()) is not None


def test_k3_keys_that_only_look_like_paths_or_channels_are_none() -> None:
    text = (
        "openapi: 3.0.0\n"
        "components:\n  /inner: {}\n"
        "paths:\n  x-common: {}\n  /orders:\n    /get: {}\n"
        "channels:\n  order.made:\n    publish: {}\n"
    )
    assert ids("openapi.yaml", text) == ["contract:file:openapi.yaml", "event:channel:order.made", "http:path:/orders"]


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("openapi.yaml", "info:\n  title: Cards\n  contact:\n    title: Nobody\n", ["title:Cards"]),
        ("openapi.yaml", "info:\n  title:\n  version: 1\n", []),
        ("openapi.yaml", "tags:\n  title: Cards\n", []),
        ("openapi.yaml", "info:\n  title: ' Cards '\n", ["title:Cards"]),
        ("pay.proto", "package pay;\nservice Pay {\n}\n", ["package:pay", "service:Pay"]),
        ("pay.proto", "package pay {\nservice pay;\nrpc package;\n", []),
        ("e.avsc", '{"name": "Made", "namespace": "orders"}', ["record:orders.Made"]),
        ("e.avsc", '{"name": "Made"}', []),
        ("e.avsc", '{"namespace": "orders"}', []),
        ("o.schema.json", '{"title": " Order ", "$id": " x "}', ["schema:x", "title:Order"]),
        ("o.schema.json", '{"title": " ", "$id": 1}', []),
    ],
)
def test_what_says_which_contract_it_is_is_told_apart_from_what_only_sounds_like_it(
    path: str, text: str, names: list[str]
) -> None:
    found = parse_contract(path, text.encode())
    assert found is not None
    assert [use.id for use in found.names] == names
