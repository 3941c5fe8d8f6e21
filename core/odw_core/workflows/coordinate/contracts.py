"""Contracts: which files are contracts, and what each declares on which line. Pure, never raises."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from odw_core.text.secrets import masked
from odw_core.workflows.coordinate.declared import Declared, parser_of

MOST_BYTES = 1_000_000
"""A file of more bytes is no contract that anybody wrote."""
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
    """That line, foreign, without secrets of known shapes."""


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
    lines = text.split("\n")
    found = Declared(lines)
    found.add(f"contract:file:{name}", 1)
    parser_of(name.lower())(found, text, name)
    seen = "\n".join(line.rstrip() for line in lines if line.strip())
    return Artifact(
        path,
        _hash12(text),
        _uses(path, lines, found.ids),
        _uses(path, lines, found.names),
        tuple(dict.fromkeys(found.bases)),
        _hash12(seen),
    )


def _uses(path: str, lines: list[str], found: dict[str, int]) -> tuple[Use, ...]:
    return tuple(Use(one, path, line, masked(lines[line - 1].strip()[:_TEXT])) for one, line in sorted(found.items()))


def _hash12(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
