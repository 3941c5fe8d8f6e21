"""What a report says of runs over several repos and of batches: states, mismatches, plans by round, scenarios. Pure.

What is foreign in it is masked and escaped by the writers of ``markdown`` and ``html``, never here.
"""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.model.batch import Batch, Scenario
from odw_core.model.coordination import Graph as Cycle
from odw_core.model.coordination import Mismatch, PlanDifference, Side, differences
from odw_core.model.detail import Plan, RunDetail
from odw_core.service.report.blocks import Block, Bullets, Graph, Heading, Line, Paragraph, Table, code, line, strong
from odw_core.service.report.graphs import cycle
from odw_core.service.report.words import moment, took

_NOBODY = "nobody declares it"


def cycle_blocks(graph: Cycle) -> Iterator[Block]:
    """The states with their loops, and why it went back."""
    yield Heading(2, line("Rounds and loops"))
    told = [
        line(
            strong(node.title),
            f" {node.times} times" if node.times > 1 else "",
            f": {node.note}" if node.note else "",
            " (it is here)" if node.key == graph.lit and not graph.is_over else "",
        )
        for node in graph.nodes
        if node.times
    ]
    told += [line(f"after round {loop.round} back to {loop.target}: {loop.why}") for loop in graph.loops]
    yield Graph(cycle(graph), Bullets(tuple(told), is_ordered=True))


def difference_blocks(plan: Plan) -> Iterator[Block]:
    """What each round changed in one plan."""
    for one in differences(plan.rounds):
        yield Paragraph(line(strong(f"round {one.before} to {one.after}"), "" if not one.is_empty else ": unchanged"))
        if not one.is_empty:
            yield Bullets(tuple(_difference(one)))


def _difference(one: PlanDifference) -> Iterator[Line]:
    if one.status[0] != one.status[1]:
        yield line(f"{one.status[0]} became {one.status[1]}")
    if one.summary is not None:
        yield line(f"summary: {one.summary[0]} became {one.summary[1]}")
    yield from (line(f"added: {text}") for text in one.added)
    yield from (line(f"removed: {text}") for text in one.removed)
    for question, answer in one.answered:
        yield line(f"answered: {question} ", strong(answer)) if answer else line(f"no longer asked: {question}")
    yield from (line(f"asked anew: {text}") for text in one.asked)


def mismatch_blocks(mismatches: tuple[Mismatch, ...]) -> Iterator[Block]:
    """Both sides of every contract on which repos do not agree."""
    if mismatches:
        yield Heading(2, line("Contract mismatches"))
        yield Table(
            ("what", "contract", "declared", "consumed"),
            tuple(
                (line(one.text), line(code(one.id)), _sides(one.declared) or line(_NOBODY), _sides(one.consumed))
                for one in mismatches
            ),
        )


def _sides(sides: tuple[Side, ...]) -> Line:
    return line("; ".join(_side(side) for side in sides))


def _side(side: Side) -> str:
    where = "/".join(filter(None, (side.repo.rstrip("/"), side.path)))
    at = f"{where}:{side.line}" if side.line is not None else where
    return f"{at} {side.text}" if side.text else at


def call_blocks(run: RunDetail) -> Iterator[Block]:
    """Every call of an agent."""
    if run.calls:
        yield Heading(2, line("Calls of agents"))
        yield Table(
            ("task", "try", "model", "sandbox", "schema", "began", "took", "exit", "stderr", "cause"),
            tuple(
                (
                    line(one.key),
                    line(str(one.attempt)),
                    line(one.model or ""),
                    line(one.sandbox),
                    line("yes" if one.has_schema else ""),
                    line(moment(one.started_at)),
                    line("" if one.duration_s is None else took(0.0, one.duration_s)),
                    line("" if one.exit_code is None else str(one.exit_code)),
                    line(code(one.stderr)),
                    line(one.cause),
                )
                for one in run.calls
            ),
        )


def batch_blocks(batch: Batch) -> Iterator[Block]:
    """The scenarios, what broke by its root cause, and whose output is missing."""
    yield Heading(2, line("Scenarios"))
    of = "?" if batch.total is None else str(batch.total)
    ends = f"; it will be over about {moment(batch.ends_at)}" if batch.ends_at is not None else ""
    yield Paragraph(line(strong(f"{batch.done} of {of} done"), ends))
    if batch.missing:
        yield Paragraph(line("output missing: ", strong(", ".join(str(one.index) for one in batch.missing))))
    yield Table(
        ("scenario", "title", "status", "took", "model", "tools", "trouble"),
        tuple(_scenario(one) for one in batch.scenarios),
    )
    if batch.groups:
        yield Heading(2, line("Root causes"))
        yield Table(
            ("kind", "what", "scenarios", "times", "fix"),
            tuple(
                (
                    line(strong(one.kind), f", cascade of {one.cascade_of}" if one.cascade_of else ""),
                    line("worth knowing: " if one.is_warning else "", one.sentence),
                    line(", ".join(map(str, one.scenarios))),
                    line(str(one.count)),
                    line(one.fix),
                )
                for one in batch.groups
            ),
        )


def _scenario(one: Scenario) -> tuple[Line, ...]:
    failed = f", {one.failed_tools} failed" if one.failed_tools else ""
    return (
        line(str(one.index)),
        line(one.title),
        line(strong(one.status)),
        line(took(one.started_at, one.ended_at)),
        line(one.model or "", " (not the one that was asked for)" if one.is_other_model else ""),
        line(f"{one.tools}{failed}" if one.tools else ""),
        line(", ".join(dict.fromkeys(found.kind for found in one.diagnoses if not found.cascade_of))),
    )
