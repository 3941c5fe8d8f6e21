"""Which program Codex really is. The npm package puts a script in front of it that does not take its end along."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from odw_core.errors import NotFound

_BELOW_PACKAGE = "vendor/*/bin/codex"
_MAGIC = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


def native_program(named: str | None, environ: Mapping[str, str]) -> Path:
    """The native program behind ``named``, or behind the ``codex`` of PATH. Raises ``NotFound`` with the next step."""
    found = shutil.which(named or "codex", path=environ.get("PATH"))
    if found is None:
        what = named or "codex"
        raise NotFound(f"{what} is not there; install Codex (npm install -g @openai/codex) or name its program.")
    program = Path(found)
    if _is_native(program):
        return program
    # …/node_modules/@openai/codex/bin/codex.js; the native one lies in a package beside it, or within it.
    package = program.resolve().parent.parent
    for place in (package.parent, package / "node_modules" / "@openai"):
        for candidate in sorted(place.glob(f"codex-*/{_BELOW_PACKAGE}")):
            if os.access(candidate, os.X_OK):
                return candidate
    for candidate in sorted(package.glob(_BELOW_PACKAGE)):
        if os.access(candidate, os.X_OK):
            return candidate
    return program


def _is_native(program: Path) -> bool:
    try:
        with program.open("rb") as file:
            return file.read(4) in _MAGIC
    except OSError:
        return False
