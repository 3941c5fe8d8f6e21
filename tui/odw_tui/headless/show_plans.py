"""What ``show`` says of a coordination: a plan for each repo, who does what, what repos promise each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from types import MappingProxyType

from odw_core.model.cause import Cause
from odw_core.model.coordination import Mismatch
from odw_core.model.detail import Contract, Duty, Plan
from odw_core.text.ansi import one_line, plain
from odw_tui.headless.drawing import BLANK, QUIET, STRONG, Column, Look, facts, flow, table, words
from odw_tui.headless.show_notes import artifact_lines, cause_lines
from odw_tui.headless.show_parts import NAME, SENTENCE, under
from odw_tui.present.markdown import markdown_lines
from odw_tui.present.numbers import count
from odw_tui.present.parts import counted
from odw_tui.present.places import at_home
from odw_tui.present.plans import NOTHING_DONE, badge, repo_name
from odw_tui.present.spans import Span, Spans

_NONE: Mapping[str, str] = MappingProxyType({})


def plan_lines(
    plans: Sequence[Plan], look: Look, *, told: Sequence[Cause] = (), is_whole: bool = False
) -> Iterator[Spans]:
    """Every plan: who wrote it, what it says, what it rests on. ``is_whole`` adds its prompt and its files.

    Causes like those that were ``told`` before are named by their sentence and place alone.
    """
    known = {cause.sentence for cause in told}
    for number, plan in enumerate(plans):
        if number:
            yield BLANK
        yield from _plan(plan, look, known, is_whole=is_whole)


def _plan(plan: Plan, look: Look, known: AbstractSet[str], *, is_whole: bool) -> Iterator[Spans]:
    model = one_line(plan.model or "", NAME)
    yield (
        Span(f"  {repo_name(plan)}", STRONG),
        Span(f"  {one_line(plan.verdict, NAME)}  ", "blocked" if plan.is_doubtful else QUIET),
        badge(plan),
        Span(f"  {model}" if model and model not in plan.badge else "", QUIET),
    )
    yield from cause_lines([_short(cause, known) for cause in plan.causes], look, indent=2)
    yield from _text(plan, look)
    yield from _listed("found in the repo", plan.evidence, look)
    yield from _listed("commands", plan.commands, look, note=NOTHING_DONE)
    if is_whole:
        if plan.attachments:
            yield words("    files", QUIET)
            yield from ((Span("  "), *line) for line in artifact_lines(plan.attachments, look))
        if plan.prompt:
            yield words("    prompt", QUIET)
            yield from (words(f"      {line}") for line in plain(plan.prompt).rstrip("\n").split("\n"))
    elif plan.prompt:
        told = counted(plan.prompt.rstrip("\n").count("\n") + 1, "line")
        yield (Span("    prompt", QUIET), Span(f"  {told}: odw-tui show {one_line(str(plan.address), NAME)}", QUIET))


def _short(cause: Cause, known: AbstractSet[str]) -> Cause:
    if cause.sentence not in known:
        return cause
    return replace(cause, fix="", proof=None if cause.proof is None else replace(cause.proof, text=""))


def _text(plan: Plan, look: Look) -> Iterator[Spans]:
    """The plan as it was written, without the heading that only says the repo again."""
    head, _, rest = plan.markdown.partition("\n")
    text = rest if head.strip("# ").strip() == plan.repo.strip() else plan.markdown
    for line in markdown_lines(text.strip("\n"), look.glyphs):
        if line.left:
            yield from flow((Span("    "), *line.left), look, hang=4 + line.hang)


def _listed(title: str, texts: Sequence[str], look: Look, *, note: str = "") -> Iterator[Spans]:
    if texts:
        yield (Span(f"    {title}", QUIET), Span(f"  {note}" if note else "", QUIET))
        for text in texts:
            yield from under(text, look, indent=6)


def duty_lines(duties: Sequence[Duty], look: Look) -> Iterator[Spans]:
    """The responsibility matrix, repo by repo."""
    width = max((len(one_line(duty.repo, NAME)) for duty in duties), default=0)
    for duty in duties:
        for number, text in enumerate(duty.duties or (look.glyphs.absent,)):
            before = f"  {'' if number else one_line(duty.repo, NAME):<{width}}  "
            yield from flow((Span(before), Span(one_line(text, NAME), QUIET)), look, hang=len(before))


def repo_lines(names: Mapping[str, str], look: Look) -> Iterator[Spans]:
    """Where each repo lies that is told by its name: the only place that says so."""
    yield from facts(
        [
            (one_line(name, NAME), one_line(at_home(path, look.home), NAME))
            for path, name in sorted(names.items(), key=lambda one: (one[1], one[0]))
        ],
        indent=2,
    )


def mismatch_lines(mismatches: Sequence[Mismatch], look: Look, names: Mapping[str, str] = _NONE) -> Iterator[Spans]:
    """Every contract on which repos do not agree, and where each side stands. ``names`` are what repos are called."""
    for one in mismatches:
        yield from flow((Span(f"  {one_line(one.text, SENTENCE)}"),), look, hang=4)
        found = "declared" if one.kind == "drift" else "nearest declared"
        for title, sides in ((found, one.declared), ("used", one.consumed)):
            for side in sides:
                repo = side.repo.rstrip("/")
                where = one_line("/".join(filter(None, (names.get(repo, repo), side.path))), NAME)
                at = f"{where}:{side.line}" if side.line is not None else where
                yield from under(f"{title}  {at}  {side.text}".rstrip(), look, tone=QUIET)


def contract_lines(contracts: Sequence[Contract], look: Look, names: Mapping[str, str] = _NONE) -> Iterator[Spans]:
    """How many contracts each repo declares and consumes, and in how many files; ``names`` as above."""
    rows: list[Spans] = [
        (
            Span(one_line(names.get(contract.repo.rstrip("/"), contract.repo), NAME)),
            Span(f"{count(len(contract.declared))} declared"),
            Span(f"{count(len(contract.consumed))} consumed"),
            Span(counted(len(contract.artifacts), "file")),
        )
        for contract in contracts
    ]
    if rows:
        numbers = (Column("", is_number=True), Column("", is_number=True), Column("", is_number=True))
        yield from table((Column("", least=12), *numbers), rows, look, indent=2)
