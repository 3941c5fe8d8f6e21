"""Why a turn of Codex failed: its own errors in the order they came, then its program's stderr. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from odw_core.diagnose.explain import Source, explain
from odw_core.diagnose.signatures import OK
from odw_core.model.cause import Cause

_UNKNOWN = "unknown"


def cause_of(errors: Sequence[str], final: str, stderr: bytes) -> Cause:
    """The cause behind a turn that did not complete; its sentence is the server's own where no table knows it."""
    lines = [json.dumps({"type": "error", "message": said}) for said in errors if said]
    if final:
        lines.append(json.dumps({"type": "turn.failed", "error": {"message": final}}))
    texts = [Source("the session", "\n".join(lines) + "\n"), Source("stderr.log", stderr)]
    found = explain(texts, exit_code=1).root_cause
    said = final or (errors[-1] if errors else "")
    if found.kind in (_UNKNOWN, OK) and said:
        return Cause(_UNKNOWN, said.strip(), found.fix, found.proof)
    return found


def flaw_of(warnings: Sequence[str], stderr: bytes) -> Cause | None:
    """What is wrong although the turn completed, such as a transcript that could not be written; None for nothing."""
    lines = [json.dumps({"type": "item.completed", "item": {"type": "error", "message": said}}) for said in warnings]
    texts = [Source("the session", "\n".join(lines) + "\n"), Source("stderr.log", stderr)]
    found = explain(texts, exit_code=0).root_cause
    return None if found.kind in (_UNKNOWN, OK) or found.is_warning else found
