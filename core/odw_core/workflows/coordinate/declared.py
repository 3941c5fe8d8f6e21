"""Declared: how each kind of contract file says what it declares: paths, channels, services, types, titles. Pure, never
raises."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import takewhile

_MOST_IDS = 5_000
_LONGEST_KEY = 1_000


class Declared:
    """What was found so far in one file: ids and names with their lines, and the paths of servers."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.ids: dict[str, int] = {}
        self.names: dict[str, int] = {}
        self.bases: list[str] = []

    def add(self, contract: str, line: int) -> None:
        """Takes an id, at its first line."""
        if len(self.ids) < _MOST_IDS:
            self.ids.setdefault(contract, line)

    def name(self, name: str, line: int) -> None:
        """Takes what says which contract it is."""
        if len(self.names) < _MOST_IDS:
            self.names.setdefault(name, line)

    def base(self, url: str) -> None:
        """Takes the path of a server's URL."""
        path = re.sub(r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/]*", "", url).partition("?")[0].rstrip("/")
        if path.startswith("/"):
            self.bases.append(path)


def parser_of(name: str) -> Callable[[Declared, str, str], None]:
    """What reads a contract of that file name, lowercased."""
    if name.endswith(".proto"):
        return _proto
    if name.endswith((".graphql", ".gql")):
        return _graphql
    if name.endswith((".avsc", ".schema.json", ".jsonschema.json")):
        return _schema
    return _api_json if name.endswith(".json") else _api_yaml


def _api_json(found: Declared, text: str, _name: str) -> None:
    document = _object(text)
    where = _KeyLines(text)
    for section, prefix in (("paths", "http:path:"), ("channels", "event:channel:")):
        listed = document.get(section)
        for key in listed if isinstance(listed, dict) else ():
            if section == "channels" or key.startswith("/"):
                found.add(f"{prefix}{key}", where.line(key, section))
    info = document.get("info")
    title = info.get("title") if isinstance(info, dict) else None
    if isinstance(title, str) and title.strip():
        found.name(f"title:{title.strip()}", where.line("title", "info"))
    base = document.get("basePath")
    servers = document.get("servers")
    urls = [one.get("url") for one in servers if isinstance(one, dict)] if isinstance(servers, list) else []
    for url in (base, *urls):
        if isinstance(url, str):
            found.base(url)


_JSON_STRING = re.compile(r'"((?:\\.|[^"\\])*)"(\s{0,100}:)?', re.DOTALL)


class _KeyLines:
    """On which line a key stands in a JSON text."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, list[int]] = {}
        line, at = 1, 0
        for match in _JSON_STRING.finditer(text):
            if match[2] is not None:
                line += text.count("\n", at, match.start())
                at = match.start()
                self._lines.setdefault(_decoded(match[1]), []).append(line)

    def line(self, key: str, section: str) -> int:
        """The line of the first ``key`` that does not stand before the first ``section``; 1 when there is none."""
        first = min(self._lines.get(section, ()), default=1)
        return next((line for line in self._lines.get(key, ()) if line >= first), 1)


def _decoded(spelled: str) -> str:
    if "\\" not in spelled:
        return spelled
    try:
        return str(json.loads(f'"{spelled}"'))
    except ValueError:
        return spelled


def _object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


_YAML_KEY = re.compile(r"""^(\s*)(?:-\s+)?("[^"]*"|'[^']*'|[^\s#:'"][^#]*?|/[^#]*?)\s*:(?:\s+(.*))?$""")
_YAML_SERVER = re.compile(r"""^\s*-?\s*url:\s*["']?([^"'\s#]+)""")
_FLOW_TITLE = re.compile(r"""\btitle\s*:\s*("[^"]*"|'[^']*'|[^,}]+)""")


def _api_yaml(found: Declared, text: str, _name: str) -> None:
    section, inner = "", -1
    for number, line in enumerate(found.lines, 1):
        if len(line) > _LONGEST_KEY or not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _YAML_KEY.match(line)
        indent = len(line) - len(line.lstrip())
        if indent == 0 and not line.startswith("-"):
            section, inner = (_unquoted(match[2]), -1) if match is not None else ("", -1)
            _head(found, section, (match[3] or "") if match is not None else "", number)
            continue
        if section == "servers" and (url := _YAML_SERVER.match(line)) is not None:
            found.base(url[1])
        if match is None:
            continue
        inner = indent if inner < 0 else inner
        key = _unquoted(match[2])
        if section == "info" and key == "title" and indent == inner and match[3]:
            found.name(f"title:{_unquoted(match[3])}", number)
        elif section == "paths" and indent == inner and key.startswith("/"):
            found.add(f"http:path:{key}", number)
        elif section == "channels" and indent == inner:
            found.add(f"event:channel:{key}", number)


def _head(found: Declared, section: str, rest: str, number: int) -> None:
    """A key of the outermost level, whose value may stand on the same line."""
    if section == "basePath":
        found.base(_unquoted(rest))
    elif section == "info" and (title := _FLOW_TITLE.search(rest)) is not None:
        found.name(f"title:{_unquoted(title[1])}", number)
    elif section in ("paths", "channels") and rest.startswith("{"):
        prefix = "http:path:" if section == "paths" else "event:channel:"
        for key in _object(rest):
            found.add(f"{prefix}{key}", number)


def _unquoted(word: str) -> str:
    word = word.strip()
    if word[:1] in ("'", '"'):
        quoted = "".join(takewhile(lambda letter: letter != word[0], word[1:]))
        return quoted.strip()
    return word.partition(" #")[0].strip()


_PROTO = re.compile(r"\b(service|rpc|package)\s+([A-Za-z_][\w.]*)\s*([{(;])")


def _proto(found: Declared, text: str, _name: str) -> None:
    for match in _matches(_PROTO, _without_comments(text, line="//", block=("/*", "*/"))):
        kind, word, after, line = match
        if kind == "service" and after == "{":
            found.add(f"rpc:service:{word}", line)
            found.name(f"service:{word}", line)
        elif kind == "rpc" and after == "(":
            found.add(f"rpc:method:{word}", line)
        elif kind == "package" and after == ";":
            found.name(f"package:{word}", line)


_GRAPHQL = re.compile(
    r"(?:^|(?<=[\s}]))(type|query|mutation|subscription)\s{1,99}([A-Za-z_]\w*)\s{0,99}"
    r"((?:(?:implements\b|[@(])[^{}]{0,400})?)\{"
)


def _graphql(found: Declared, text: str, _name: str) -> None:
    bare = _without_comments(text, line="#", block=('"""', '"""'))
    for kind, word, _, line in _matches(_GRAPHQL, bare):
        found.add(f"graphql:type:{word}" if kind == "type" else f"graphql:operation:{word}", line)


def _schema(found: Declared, text: str, name: str) -> None:
    stem = re.sub(r"(?:\.schema|\.jsonschema)?\.[^.]*$", "", name)
    found.add(f"schema:file:{stem}", 1)
    document = _object(text)
    where = _KeyLines(text)
    title = document.get("title")
    if isinstance(title, str) and title.strip():
        found.add(f"schema:title:{title.strip()}", where.line("title", "title"))
        found.name(f"title:{title.strip()}", where.line("title", "title"))
    own = document.get("$id")
    if isinstance(own, str) and own.strip():
        found.name(f"schema:{own.strip()}", where.line("$id", "$id"))
    record, space = document.get("name"), document.get("namespace")
    if isinstance(record, str) and isinstance(space, str):
        found.name(f"record:{space}.{record}", where.line("name", "name"))


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str, str, int]]:
    """(group 1, group 2, group 3, line) of every match, in one pass over the lines."""
    line, at = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", at, match.start(1))
        at = match.start(1)
        yield match[1], match[2], match[3], line


def _without_comments(text: str, *, line: str, block: tuple[str, str]) -> str:
    """``text`` with its comments blanked; every line stays where it is. Strings are left alone."""
    opens, closes = (re.escape(one) for one in block)
    found = re.compile(
        rf'{opens}.*?(?:{closes}|\Z)|{re.escape(line)}[^\n]*|"(?:\\.|[^"\\\n])*"',
        re.DOTALL,
    )
    return found.sub(lambda match: match[0] if _is_string(match[0], opens) else _blank(match[0]), text)


def _is_string(found: str, opens: str) -> bool:
    return found.startswith('"') and re.match(opens, found) is None


def _blank(found: str) -> str:
    return re.sub(r"[^\n]", " ", found)
