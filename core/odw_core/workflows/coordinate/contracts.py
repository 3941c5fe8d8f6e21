"""Contracts: which files are contracts, and what each declares on which line. Pure, never raises."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile

MOST_BYTES = 1_000_000
"""A file of more bytes is no contract that anybody wrote."""
_MOST_IDS = 5_000
_LONGEST_KEY = 1_000
_TEXT = 200
_PLAIN = re.compile(r"^(?:.+\.)?(openapi|asyncapi|swagger)\.(?:ya?ml|json)$")
_SUFFIXES = (".proto", ".graphql", ".gql", ".avsc", ".schema.json", ".jsonschema.json")


@dataclass(frozen=True, slots=True)
class Use:
    """One contract id at one place of a repository."""

    id: str
    """Such as ``http:path:/api/orders``."""
    path: str
    """Relative to the repository."""
    line: int
    """From 1."""
    text: str
    """That line, foreign."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One contract file."""

    path: str
    hash12: str
    """First 12 hex digits of the SHA-256 of its text."""
    ids: tuple[Use, ...]
    """What it declares, sorted, each id once; its own name is one of them."""
    names: tuple[Use, ...] = ()
    """What says which contract it is: ``title:orders``, ``service:Pay``, ``package:shop``."""
    bases: tuple[str, ...] = ()
    """Paths that its servers put before every path it declares."""
    sense12: str = ""
    """As ``hash12``, of the text without what nobody can see: ends of lines, blanks before them, blank lines."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one repository declares and consumes."""

    repo: str
    artifacts: tuple[Artifact, ...] = ()
    consumed: tuple[Use, ...] = ()
    """Every place of it, sorted by id, path and line."""
    is_cut: bool = False
    """There is more than was kept."""

    @property
    def declared(self) -> tuple[Use, ...]:
        """Every declared id at every place."""
        return tuple(use for artifact in self.artifacts for use in artifact.ids)


def is_contract(path: str) -> bool:
    """Whether a file is a contract by its name."""
    name = path.rpartition("/")[2].lower()
    return name.endswith(_SUFFIXES) or _PLAIN.match(name) is not None


def parse_contract(path: str, data: bytes) -> Artifact | None:
    """What a contract file declares; None when it is too large, no UTF-8, or no contract."""
    if len(data) > MOST_BYTES or not is_contract(path):
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # As files are read as text: a line ends in one way.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    name = path.rpartition("/")[2]
    found = _Found(path, text.split("\n"))
    found.add(f"contract:file:{name}", 1)
    _parser(name.lower())(found, text)
    seen = "\n".join(line.rstrip() for line in found.lines if line.strip())
    return Artifact(
        path,
        _hash12(text),
        tuple(sorted(found.ids.values(), key=lambda use: use.id)),
        tuple(sorted(found.names.values(), key=lambda use: use.id)),
        tuple(dict.fromkeys(found.bases)),
        _hash12(seen),
    )


def _hash12(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


class _Found:
    """What was found so far in one file."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path = path
        self.lines = lines
        self.ids: dict[str, Use] = {}
        self.names: dict[str, Use] = {}
        self.bases: list[str] = []

    def add(self, contract: str, line: int) -> None:
        if len(self.ids) < _MOST_IDS:
            self.ids.setdefault(contract, self._use(contract, line))

    def name(self, name: str, line: int) -> None:
        if len(self.names) < _MOST_IDS:
            self.names.setdefault(name, self._use(name, line))

    def base(self, url: str) -> None:
        """Takes the path of a server's URL."""
        path = re.sub(r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/]*", "", url).partition("?")[0].rstrip("/")
        if path.startswith("/"):
            self.bases.append(path)

    def _use(self, contract: str, line: int) -> Use:
        shown = self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""
        return Use(contract, self.path, line, shown[:_TEXT])


def _parser(name: str) -> Callable[[_Found, str], None]:
    if name.endswith(".proto"):
        return _proto
    if name.endswith((".graphql", ".gql")):
        return _graphql
    if name.endswith((".avsc", ".schema.json", ".jsonschema.json")):
        return _schema
    return _api_json if name.endswith(".json") else _api_yaml


def _api_json(found: _Found, text: str) -> None:
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


def _api_yaml(found: _Found, text: str) -> None:
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


def _head(found: _Found, section: str, rest: str, number: int) -> None:
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


def _proto(found: _Found, text: str) -> None:
    for match in _matches(_PROTO, without_comments(text, line="//", block=("/*", "*/"))):
        kind, name, after, line = match
        if kind == "service" and after == "{":
            found.add(f"rpc:service:{name}", line)
            found.name(f"service:{name}", line)
        elif kind == "rpc" and after == "(":
            found.add(f"rpc:method:{name}", line)
        elif kind == "package" and after == ";":
            found.name(f"package:{name}", line)


_GRAPHQL = re.compile(
    r"(?:^|(?<=[\s}]))(type|query|mutation|subscription)\s{1,99}([A-Za-z_]\w*)\s{0,99}"
    r"((?:(?:implements\b|[@(])[^{}]{0,400})?)\{"
)


def _graphql(found: _Found, text: str) -> None:
    bare = without_comments(text, line="#", block=('"""', '"""'))
    for kind, name, _, line in _matches(_GRAPHQL, bare):
        found.add(f"graphql:type:{name}" if kind == "type" else f"graphql:operation:{name}", line)


def _schema(found: _Found, text: str) -> None:
    name = found.path.rpartition("/")[2]
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


def without_comments(text: str, *, line: str, block: tuple[str, str]) -> str:
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
