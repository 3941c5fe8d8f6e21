"""What a failed turn says of its failure: the message as it was meant for people, and the recognised cause."""

from __future__ import annotations

from dataclasses import replace

from odw_core.engines.codex.acc import SessionAcc
from odw_core.engines.loose import mapping, parse_object, text
from odw_core.model.cause import Cause
from odw_core.text.ansi import one_line


def readable(raw: str) -> str:
    """An error message as it was meant for people. Providers answer with JSON, of which only the words inside are."""
    if raw.lstrip().startswith("{"):
        fields = parse_object(raw.encode("utf-8", "surrogatepass"))
        if fields is not None:
            inner = mapping(fields, "error")
            return text(fields, "detail") or text(inner, "message") or text(fields, "message") or raw
    return raw


def error_text(acc: SessionAcc) -> str:
    """The whole message of the turn that failed."""
    return readable(acc.error or "")


def error_line(acc: SessionAcc) -> str | None:
    """Its first line, None when it says nothing."""
    return one_line(error_text(acc), 400) or None


def error_cause(acc: SessionAcc) -> Cause | None:
    """The recognised cause, None when no table knows it or nothing failed."""
    if acc.error is None:
        return None
    from odw_core.diagnose.causes import cause_of

    found = cause_of(error_text(acc), file=acc.root)
    if found is None or found.proof is None:
        return found
    if acc.end_number is None:
        # Old versions do not number their lines, and nobody counted them.
        return replace(found, proof=None)
    return replace(found, proof=replace(found.proof, line=acc.end_number + 1))
