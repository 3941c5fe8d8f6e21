"""Consumed contracts: statements K4 and K5, and the false positives they had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.workflows.coordinate.consumed import consumed, is_source, normal_path
from odw_core.workflows.coordinate.contracts import MOST_BYTES


def ids(path: str, text: str) -> list[str]:
    return [use.id.removeprefix("http:path:") for use in consumed(path, text.encode())]


@pytest.mark.parametrize(
    "suffix", ["py", "ts", "tsx", "js", "jsx", "go", "java", "kt", "rb", "php", "cs", "rs", "swift"]
)
def test_k4_paths_are_taken_from_strings_of_every_source(suffix: str) -> None:
    assert is_source(f"src/main.{suffix}")
    assert ids(f"src/main.{suffix}", 'get("/api/orders")\n') == ["/api/orders"]
    assert ids("notes.md", '"/api/orders"') == []


def test_k4_a_use_has_its_line_and_its_words() -> None:
    (use,) = consumed("src/a.ts", b'// first\nconst a = 1;\n  const u = "/api/orders";\n')
    assert (use.path, use.line, use.text) == ("src/a.ts", 3, 'const u = "/api/orders";')


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", '# get("/api/no")\n'),
        ("a.py", 'def f():\n    """Calls "/api/no" and so on.\n\n    query Foo {\n      x\n    }\n    """\n'),
        ("a.py", "'''\nquery Foo { x }\n'''\n"),
        ("a.py", "def f():\n    \"\"\"Says.\n    \"\"\" '''\n    query Foo { x }\n    '''\n"),
        ("a.ts", '// get("/api/no")\n/* "/api/no" */\n/** `query Foo { x }` */\n'),
        ("a.go", '// "/api/no"\n/*\nquery Foo { x }\n*/\n'),
        ("a.rb", '# get "/api/no"\n=begin\nquery Foo { x }\n"/api/no"\n=end\n'),
        ("a.ex", '@doc """\nquery Foo { x }\n"""\n# "/api/no"\n'),
        ("a.php", '# "/api/no"\n// "/api/no"\n'),
        ("a.vue", '<!-- "/api/no" -->\n'),
        ("a.rs", '//! "/api/no"\n/// query Foo { x }\n'),
        ("a.kt", "/* query Foo { x } */\n"),
    ],
)
def test_k4_comments_and_documentation_consume_nothing(path: str, text: str) -> None:
    assert ids(path, text) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "The query runs { fast }\nsubscription model {\n x }\n"),
        ("a.py", 'log("the query failed {reason}")\n'),
        ("a.py", 'log(f"query failed {reason}")\n'),
        ("a.py", 'log(f"query failed { reason }")\n'),
        ("a.rs", 'warn!("query failed {err}")\n'),
        ("a.js", "log(`query failed ${err}`)\n"),
        ("a.js", 'log("query failed (see log)")\n'),
        ("a.java", 'log("mutation of state {}", x)\n'),
        ("a.py", 'say("see /api/orders for more")\n'),
        ("a.py", 'say("/api/orders is down")\n'),
        ("a.ts", "<p>Don't use /api/orders; it's old</p>\n"),
    ],
)
def test_k4_prose_consumes_nothing(path: str, text: str) -> None:
    assert ids(path, text) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "const q = `query MissingThing { x }`;"),
        ("a.ts", "const q = gql`\n  query MissingThing($id: ID!) {\n    x\n  }\n`;"),
        ("a.ts", "const q = gql`fragment A on B { c }\nquery MissingThing @live { x }`;"),
        ("a.py", 'Q = """\nquery MissingThing {\n  x\n}\n"""\n'),
        ("a.py", 'run("query MissingThing { x }")\n'),
        ("a.py", 'run(f"query MissingThing {{ x }}")\n'),
        ("a.py", 'run(\n    """\n    query MissingThing { x }\n    """\n)\n'),
        ("a.go", "const q = `query MissingThing { x }`"),
        ("a.rs", 'let q = r#"query MissingThing { x(a: "b") { c } }"#;'),
        ("a.rs", 'let q = "\nquery MissingThing {\n x\n}";'),
        ("a.kt", 'val q = """query MissingThing { x }"""'),
    ],
)
def test_k4_operations_are_taken_from_strings(path: str, text: str) -> None:
    assert [use.id for use in consumed(path, text.encode())] == ["graphql:operation:MissingThing"]


def test_k4_all_kinds_of_operations_of_one_string() -> None:
    text = "const q = `\nquery A { x }\nmutation B { y }\nsubscription C { z }\n`"
    assert [(use.id.rpartition(":")[2], use.line) for use in consumed("a.ts", text.encode())] == [
        ("A", 2),
        ("B", 3),
        ("C", 4),
    ]


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/api/orders?page=2", "/api/orders"),
        ("/api/orders#top", "/api/orders"),
        ("api/orders", "/api/orders"),
        ("/api/orders/42", "/api/orders/{id}"),
        ("/api/orders/42/lines/7", "/api/orders/{id}/lines/{id}"),
        ("/api/orders/0123456789abcdef", "/api/orders/{id}"),
        ("/api/orders/123e4567-e89b-12d3-a456-426614174000", "/api/orders/{id}"),
        ("/api/orders/deadbeef", "/api/orders/deadbeef"),
        ("/api/v2/orders", "/api/v2/orders"),
        ("/api/orders/{order_id}", "/api/orders/{id}"),
        ("/api/orders/${order.id}", "/api/orders/{id}"),
        ("/api/orders/${of({ id: 1 })}/x", "/api/orders/{id}/x"),
        ("/api/orders/#{id}", "/api/orders/{id}"),
        ("/api/orders/:id", "/api/orders/{id}"),
        ("/api/orders/<int:id>", "/api/orders/{id}"),
        ("/api/orders/%s", "/api/orders/{id}"),
        ("/api/orders/$id", "/api/orders/{id}"),
        ("/api/orders/\\(id)", "/api/orders/{id}"),
        ("/api/orders${query}", "/api/orders"),
        ("/api/order-${id}", "/api/{id}"),
        ("/api/٤٢", "/api/٤٢"),
    ],
)
def test_k5_the_normal_form_of_a_path(path: str, normal: str) -> None:
    assert normal_path(path) == normal


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.ts", "get(`/api/orders/${ id }/lines`)", ["/api/orders/{id}/lines"]),
        ("a.ts", "get(`${base}/api/orders`)", ["/api/orders"]),
        ("a.py", 'get(f"{base}/api/orders/{order}")', ["/api/orders/{id}"]),
        ("a.swift", 'get("/api/orders/\\(order.id)")', ["/api/orders/{id}"]),
        ("a.rb", 'get("/api/orders/#{id}")', ["/api/orders/{id}"]),
        ("a.js", 'get("/api/orders/" + id)', ["/api/orders/"]),
        ("a.js", 'if (url.startsWith("/api/")) use("/api/v1")', []),
        ("a.js", 'app.use("/api/*"); match("/api/(.*)"); match("/api/orders$")', []),
        ("a.js", 'get("https://other.example/api/x")', []),
    ],
)
def test_k5_what_a_language_fills_in_is_a_parameter(path: str, text: str, found: list[str]) -> None:
    assert ids(path, text) == found


def test_quotes_of_characters_and_lifetimes_open_no_string() -> None:
    assert ids("a.rs", "fn f<'a>(x: &'a str) { let c = '\"'; get(\"/api/orders\") }") == ["/api/orders"]
    assert ids("a.go", 'c := \'"\'; get("/api/orders")') == ["/api/orders"]
    assert ids("a.java", "char c = '\\''; get(\"/api/orders\");") == ["/api/orders"]


def test_a_line_that_is_shown_holds_no_secret() -> None:
    key = "sk-" + "a1B2c3D4" * 5
    (use,) = consumed("a.ts", f'get("/api/orders", {{ key: "{key}" }})'.encode())
    assert "/api/orders" in use.text
    assert key not in use.text


def test_what_is_too_large_or_no_utf8_consumes_nothing() -> None:
    assert consumed("a.py", b'"/api/orders"' + b"#" * MOST_BYTES) == ()
    assert consumed("a.py", b'"/api/caf\xe9"') == ()


PIECES = ["'", '"', "`", '"""', "'''", "\\", "\n", "/api/", "x", "{", "}", "${", "#{", "(", ")", "query Q", " ", "/*",
          "*/", "//", "#", "<!--", "-->", 'r#"', "f", "@", "$", "?", "/", "=begin", "=end", "é"]  # fmt: skip


@given(
    st.sampled_from(["a.py", "a.ts", "a.vue", "a.rs", "a.go", "a.rb", "a.php", "a.ex", "a.cs"]),
    st.binary(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=60).map(lambda words: "".join(words).encode()),
)
def test_any_bytes_consume_something_or_nothing(path: str, data: bytes) -> None:
    count = data.count(b"\n") + 1
    for use in consumed(path, data):
        assert use.id.startswith(("http:path:/", "graphql:operation:"))
        assert 1 <= use.line <= count
        assert len(use.text) <= 200


HOSTILE = {
    "escapes": "\\'" * 480_000,
    "quotes": "\"'" * 480_000,
    "back tick": "`" + "x" * 900_000,
    "braces": '"/api/' + "${" * 400_000 + '"',
    "queries": "`" + "query a " * 110_000 + "`",
    "brackets": "`" + "\nquery a($" * 90_000 + "`",
    "selections": "`" + "\nquery a { " * 80_000 + "`",
    "comments": "/* " * 300_000,
    "paths": '"/api/x",' * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("path", ["a.py", "a.ts", "a.rs", "a.rb"])
def test_a_hostile_source_costs_no_more_than_a_moment(name: str, path: str) -> None:
    consumed(path, f"/api/ {HOSTILE[name]}".encode())
