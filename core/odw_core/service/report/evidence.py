"""Why it went as it did and what proves that: causes with their fixes, findings, lines, origins, files. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from odw_core.model.cause import Cause, Proof
from odw_core.model.detail import Detail, Notice, RunDetail
from odw_core.service.report.blocks import Block, Bullets, Code, Heading, Line, Paragraph, Table, code, line, strong
from odw_core.service.report.words import moment, proof_place


def cause_blocks(detail: Detail) -> Iterator[Block]:
    """Why it went wrong, with the fixes."""
    if not (detail.causes or detail.cause):
        return
    yield Heading(2, line("Causes and fixes"))
    if detail.causes:
        yield Bullets(tuple(chain.from_iterable(cause_lines(cause) for cause in detail.causes)))
    if detail.cause:
        yield Code("\n".join(detail.cause))


def finding_blocks(detail: Detail) -> Iterator[Block]:
    """What is worth knowing."""
    found: tuple[Notice, ...] = detail.notices
    if isinstance(detail, RunDetail):
        found = (*detail.findings, *found)
    if found:
        yield Heading(2, line("Findings"))
        yield Bullets(
            tuple(line("mind this: " if one.is_warning else "", one.text, _proved(one.proof)) for one in found)
        )


def evidence_blocks(detail: Detail) -> Iterator[Block]:
    """The lines that prove what was said, where each figure comes from, and the files."""
    yield Heading(2, line("Evidence"))
    proofs = [cause.proof for cause in detail.causes] + [notice.proof for notice in detail.notices]
    if isinstance(detail, RunDetail):
        proofs += [finding.proof for finding in detail.findings]
        proofs += [cause.proof for plan in detail.plans for cause in plan.causes]
    lines = dict.fromkeys(proof for proof in proofs if proof is not None)
    if lines:
        yield Table(("line", "it says"), tuple((line(code(proof_place(one))), line(code(one.text))) for one in lines))
    if detail.origins:
        yield Table(
            ("figure", "from", "written", "how"),
            tuple(
                (
                    line(one.figure),
                    line(code(one.file), "" if one.offset is None else f" at byte {one.offset:,}"),
                    line(moment(one.at)),
                    line(one.how.value, f", {one.note}" if one.note else ""),
                )
                for one in detail.origins
            ),
        )
    if detail.artifacts:
        yield Table(
            ("file", "bytes", "note"),
            tuple(
                (line(code(one.name)), line("" if one.size is None else f"{one.size:,}"), line(one.note))
                for one in detail.artifacts
            ),
        )
    if not (lines or detail.origins or detail.artifacts):
        yield Paragraph(line("The logs named above hold all of it."))


def cause_lines(cause: Cause) -> Iterator[Line]:
    """One cause with its proof and its fix."""
    aside = "worth knowing: " if cause.is_warning else ""
    yield line(aside, strong(cause.sentence), _proved(cause.proof), f" Fix: {cause.fix}" if cause.fix else "")


def _proved(proof: Proof | None) -> str:
    return f" ({proof_place(proof)})" if proof else ""
