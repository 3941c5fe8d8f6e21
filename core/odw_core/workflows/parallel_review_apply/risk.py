"""Risk: what of a candidate wants a person's eyes although every reviewer approved. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DELETED = re.compile(rb"^deleted file mode ", re.MULTILINE)
_MODE = re.compile(rb"^(?:new mode|new file mode) (?:100755|120000)", re.MULTILINE)
_BINARY = re.compile(rb"^GIT binary patch", re.MULTILINE)
_SENSITIVE = re.compile(
    r"(^|/)(\.github/|\.gitlab-ci|\.ci/|\.husky/|jenkinsfile|dockerfile|makefile$|\.env|\.npmrc|\.pypirc|conftest\.py$)"
    r"|(^|/)(package\.json|pyproject\.toml|setup\.py|cargo\.toml|go\.mod|requirements[^/]*\.txt)$"
    r"|(^|/)(migrations?|auth|security|secrets?)/",
    re.IGNORECASE,
)
_MANY_LINES = 400
_NAMED = 3


def risk_of(patch: bytes, files: Sequence[str], risks: Sequence[str], overruled: Sequence[str] = ()) -> str:
    """Why a person should look, in one sentence; empty when nothing speaks for it."""
    said: list[str] = []
    if overruled:
        said.append(f"{len(overruled)} {_plural('blocker', len(overruled))} overruled")
    if risks:
        said.append(f"the reviewers name {len(risks)} {_plural('risk', len(risks))}: {risks[0]}")
    if count := len(_DELETED.findall(patch)):
        said.append(f"it deletes {count} {_plural('file', count)}")
    if _MODE.search(patch):
        said.append("it makes a program or a link")
    if _BINARY.search(patch):
        said.append("it changes bytes that nobody can read")
    if sensitive := [name for name in files if _SENSITIVE.search(name)]:
        more = f" and {len(sensitive) - _NAMED} more" if len(sensitive) > _NAMED else ""
        said.append(f"it touches {', '.join(sensitive[:_NAMED])}{more}")
    lines = sum(line.startswith((b"+", b"-")) for line in patch.split(b"\n"))
    if lines > _MANY_LINES:
        said.append(f"it changes {lines} lines")
    return "; ".join(said)


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"
