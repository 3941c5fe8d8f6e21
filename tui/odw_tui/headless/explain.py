"""``explain``: why a run failed, from the files that were kept of it. Prints nothing, opens no room and no cache."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import PurePath
from typing import BinaryIO

from odw_core.diagnose.explain import Source, explain
from odw_core.diagnose.signatures import OK
from odw_core.errors import NotFound, Refused, UsageError
from odw_core.files.safe_open import NotRegular, open_regular
from odw_core.model.cause import Cause, Explanation, Proof
from odw_core.model.item import State
from odw_core.service.documents.plain_values import Document
from odw_core.text.ansi import one_line, plain
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import QUIET, STRONG, Look
from odw_tui.present.spans import Span, Spans, wrap

STDIN = "-"

_CHUNK = 1 << 20
_SECRET = ("auth.json", ".credentials")
_LONGEST = 4000
_MOST_ROWS = 8
_LABEL = 10


def answer(given: Given, stdin: BinaryIO | None) -> Answer:
    """What the named files say. ``stdin`` is read for the name ``-``."""
    files = [*given.files]
    stdout: str | None = given.stdout
    names = files if stdout is None else [*files, stdout]
    if not names:
        raise UsageError("explain needs a file, or - for what comes through a pipe; see odw-tui explain --help.")
    if names.count(STDIN) > 1:
        raise UsageError("explain can read - only once; put one of the two into a file.")
    with ExitStack() as opened:
        sources = [_source(name, stdin, opened) for name in names]
        explanation = explain(
            sources[: len(files)],
            stdout=sources[-1] if stdout is not None else None,
            exit_code=_shell_exit(given.exit_code),
            expect_json=given.expect_json,
        )
    return Answer(
        document=lambda: explain_document(explanation),
        lines=lambda look: explain_lines(explanation, look),
    )


def explain_document(explanation: Explanation) -> Document:
    """``explain --json``: the class of the cause with its evidence, and the classes of everything else."""
    root = explanation.root_cause
    return {
        "schema": 1,
        "root_cause": root.kind,
        "sentence": plain(root.sentence),
        "evidence": _evidence(root.proof),
        "fix": plain(root.fix),
        "also": [cause.kind for cause in explanation.also],
        "warnings": [cause.kind for cause in explanation.warnings],
    }


def explain_lines(explanation: Explanation, look: Look) -> Iterator[Spans]:
    """The cause as a sentence, the line that says so, what to do, and what else was found."""
    root = explanation.root_cause
    state = State.DONE if root.kind == OK else State.BLOCKED if root.is_warning else State.FAILED
    first = (
        Span(f"{look.glyphs.state(state)} ", state.value),
        Span(one_line(root.sentence, _LONGEST), STRONG),
        Span(f"  {root.kind}" if root.kind != OK else "", QUIET),
    )
    yield from _wrapped(first, look, hang=2)
    if root.proof is not None:
        yield from _labelled("where", _where(root.proof), look)
        yield from _labelled("line", root.proof.text, look)
    yield from _labelled("fix", root.fix, look)
    for label, causes in (("also", explanation.also), ("warning", explanation.warnings)):
        for cause in causes:
            yield from _labelled(label, _in_short(cause), look)


def _in_short(cause: Cause) -> str:
    where = f" ({_where(cause.proof)})" if cause.proof else ""
    return f"{cause.kind}: {cause.sentence}{where}"


def _where(proof: Proof) -> str:
    return f"{proof.file}:{proof.line}"


def _labelled(label: str, text: str, look: Look) -> Iterator[Spans]:
    if text:
        line = (Span(f"  {label:<{_LABEL - 2}}", QUIET), Span(one_line(text, _LONGEST)))
        yield from _wrapped(line, look, hang=_LABEL)


def _wrapped(line: Spans, look: Look, *, hang: int) -> Iterable[Spans]:
    if look.width is None:
        return [line]
    return wrap(line, max(look.width, hang + 1), _MOST_ROWS, hang, look.glyphs.ellipsis)


def _evidence(proof: Proof | None) -> Document | None:
    return None if proof is None else {"file": plain(proof.file), "line": proof.line, "text": plain(proof.text)}


def _shell_exit(code: int | None) -> int | None:
    """The exit code as a shell tells it; some programs give the signal as a negative number."""
    return 128 - code if code is not None and code < 0 else code


def _source(name: str, stdin: BinaryIO | None, opened: ExitStack) -> Source:
    if name == STDIN:
        if stdin is None:
            raise NotFound("There is nothing on stdin to explain.")
        return Source(STDIN, iter(lambda: stdin.read(_CHUNK), b""))
    return Source(name, _chunks(_open(name, opened)))


def _open(name: str, opened: ExitStack) -> int:
    # A link that somebody has typed is meant; what it leads to must still be a regular file.
    path = os.path.realpath(os.path.expanduser(name))  # noqa: PTH111
    if any(PurePath(one).name.startswith(_SECRET) for one in (name, path)):
        raise Refused(f"{name} holds credentials and is never opened.")
    try:
        descriptor = open_regular(path)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {name}.") from error
    except NotRegular as error:
        raise NotFound(f"{name}: {error.reason}; pipe it in and name it - instead.") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise NotFound(f"{name} cannot be read: {why}.") from error
    opened.callback(os.close, descriptor)
    return descriptor


def _chunks(descriptor: int) -> Iterator[bytes]:
    return iter(lambda: os.read(descriptor, _CHUNK), b"")
