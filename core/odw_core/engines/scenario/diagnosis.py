"""From signs to causes: which trouble is the root of a scenario, which only followed, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from odw_core.engines.scenario.acc import Acc, ErrorLogAcc, HitAcc, RunAcc, TryAcc
from odw_core.engines.scenario.names import file_of
from odw_core.engines.scenario.signs import RANKS, Sign
from odw_core.model.batch import scenarios
from odw_core.model.cause import Cause, Proof

OK = "OK"

_FIXES = {
    Sign.EMPTY_MODEL: "Set the model (INTERLLM_MODEL in src/.env) and pass it on every call; look for a blank model "
    "variable or profile that overrides it.",
    Sign.MODEL_MISMATCH: "Pass the model on every call and at the start of the tool server; unset "
    "OPENAI_DEFAULT_MODEL, OPENAI_MODEL and CODEX_MODEL where they say something else.",
    Sign.PERMISSION: "Make outputs/ writable for the executor: its owner and mode, and workspace-write as its sandbox.",
    Sign.EXEC_ENOENT: "Install the command, or correct the working folder it is started in.",
    Sign.MCP_SCHEMA: "Look at the tool server: it answered without content.",
    Sign.NO_FILE: "Read the answer that was kept in the log; name the output path in the prompt, then run these "
    "scenarios again.",
    Sign.STOPPED_EARLY: "Look at the end of the log and at its process, then run the remaining scenarios.",
}


@dataclass(slots=True)
class Group:
    """All hits of one kind with one meaning, over all scenarios."""

    kind: str
    cascade_of: str
    is_warning: bool
    first: HitAcc
    count: int = 0
    indexes: set[int] = field(default_factory=set)

    @property
    def is_cause(self) -> bool:
        """Whether something failed because of it."""
        return not (self.cascade_of or self.is_warning)


def groups(acc: Acc) -> list[Group]:
    """The root cause first, then other causes, warnings, and what only followed from something else."""
    found: dict[tuple[str, str, bool], Group] = {}
    for index, hits, is_fine in _scenarios(acc):
        for hit, cascade_of in with_roots(hits):
            # What did not keep a scenario from writing its file is worth knowing and no failure (rule G3).
            is_warning = is_fine or hit.is_mild
            key = (hit.kind, cascade_of, is_warning)
            group = found.setdefault(key, Group(hit.kind, cascade_of, is_warning, hit))
            group.count += hit.count
            group.indexes.add(index)
    return sorted(found.values(), key=lambda one: (bool(one.cascade_of), one.is_warning, rank(one.kind)))


def with_roots(hits: Sequence[HitAcc]) -> list[tuple[HitAcc, str]]:
    """Every hit of one scenario, in order, with the kind it only followed from; empty when it stands for itself."""
    told: list[tuple[HitAcc, str]] = []
    before: list[str] = []
    for hit in hits:
        root = ""
        if Sign.EMPTY_MODEL in before:
            root = Sign.EMPTY_MODEL.value
        elif hit.kind == Sign.MCP_SCHEMA and before:
            root = min(before, key=rank)
        told.append((hit, root))
        if not hit.is_mild:
            before.append(hit.kind)
    return told


def rank(kind: str) -> int:
    """Place in the root-cause order (rule G1); a kind nobody knows comes last."""
    return RANKS.get(kind, len(RANKS))


def _scenarios(acc: Acc) -> Iterable[tuple[int, Sequence[HitAcc], bool]]:
    if isinstance(acc, ErrorLogAcc):
        return [(section.index, section.hits, section.is_fine) for section in acc.sections]
    # Most scenarios of a long batch have none.
    return [(tried.index, tried.hits, newest(acc, tried.index).status == OK) for tried in acc.tries if tried.hits]


def newest(acc: RunAcc, index: int) -> TryAcc:
    """The try of a scenario that decides."""
    return acc.tries[acc.newest[str(index)]]


def total(acc: RunAcc) -> int | None:
    """How many scenarios the run was to go through; None while nobody says."""
    reached = len(acc.newest)
    if acc.planned is not None:
        return acc.planned
    if acc.reason == "max_scenarios":
        return reached
    return None if acc.scenario_count is None and not reached else max(acc.scenario_count or 0, last_index(acc))


def last_index(acc: RunAcc) -> int:
    """The last scenario that was begun; 0 before the first."""
    return max((tried.index for tried in acc.tries), default=0)


def unfinished(acc: RunAcc) -> list[TryAcc]:
    """Newest tries that began and did not end."""
    return [acc.tries[place] for place in acc.newest.values() if not acc.tries[place].status]


def is_stopped_early(acc: RunAcc, *, is_given_up: bool) -> bool:
    """Whether it ended without saying so. ``is_given_up``: its owner is gone, or silent for too long."""
    if acc.shape != "ours" or not (acc.tries or acc.has_end):
        return False
    if not acc.has_end:
        return is_given_up
    return acc.reason != "cancelled" and bool(unfinished(acc))


def causes(acc: Acc, *, is_given_up: bool) -> tuple[Cause, ...]:
    """What broke, the root cause first, then warnings. What only followed is not among them."""
    file = file_of(acc.item)
    found = [_cause(group, file) for group in groups(acc) if not group.cascade_of]
    if isinstance(acc, RunAcc):
        others = [cause for cause, _ in other_failures(acc, file)]
        if is_stopped_early(acc, is_given_up=is_given_up):
            others.append(stopped_early(acc, file))
        broken = sum(not cause.is_warning for cause in found)
        found[broken:broken] = others
    return tuple(found)


def other_failures(acc: RunAcc, file: str) -> list[tuple[Cause, list[int]]]:
    """What failed without a sign of this dialect, by the table of what breaks Codex, and in which scenarios."""
    from odw_core.diagnose.causes import cause_of

    file = file_of(acc.item)
    found: dict[str, tuple[Cause, list[int]]] = {}
    failed = [tried for place in acc.newest.values() if (tried := acc.tries[place]).status == "FAILED"]
    for tried in sorted(failed, key=lambda one: one.index):
        if any(not hit.is_mild for hit in tried.hits):
            continue
        cause = cause_of(tried.error, file=file, first_line=tried.end_line) if tried.error else None
        said = tried.error or "it failed without a word"
        cause = cause or Cause("unknown", said, "", Proof(file, tried.end_line, said))
        found.setdefault(cause.sentence, (cause, []))[1].append(tried.index)
    return [
        (replace(cause, sentence=f"{cause.sentence}, in {scenarios(indexes)}"), indexes)
        for cause, indexes in found.values()
    ]


def fix_of(kind: str) -> str:
    """The next step against a kind of trouble; empty when nobody knows one."""
    return next((words for sign, words in _FIXES.items() if sign == kind), "")


def _cause(group: Group, file: str) -> Cause:
    return Cause(
        kind=group.kind,
        sentence=sentence(group),
        fix=fix_of(group.kind),
        proof=Proof(file, group.first.line, group.first.text),
        is_warning=group.is_warning,
    )


def stopped_early(acc: RunAcc, file: str) -> Cause:
    """That it ended without saying so, and how far it had come."""
    of = total(acc)
    said = f"stopped early: scenario {last_index(acc)} of {of or '?'} was the last that was reached"
    open_tries = unfinished(acc)
    line = acc.end_line or acc.lines
    ends = len(acc.newest) - len(open_tries)
    shown = f"{len(acc.newest)} scenarios began, {ends} ended, {'a' if acc.has_end else 'no'} run_end"
    return Cause(Sign.STOPPED_EARLY.value, said, _FIXES[Sign.STOPPED_EARLY], Proof(file, line, shown))


def sentence(group: Group) -> str:
    """What happened, in words, with its number and its scenarios."""
    words = {
        Sign.EMPTY_MODEL: "the model name was empty",
        Sign.MODEL_MISMATCH: "another model answered",
        Sign.PERMISSION: "a write was refused",
        Sign.EXEC_ENOENT: "a command or its working folder was not found",
        Sign.MCP_SCHEMA: "the tool server answered without content",
        Sign.NO_FILE: "no file was written",
    }
    said = next((text for sign, text in words.items() if sign == group.kind), f"the run reports {group.kind}")
    note = f": {group.first.note}" if group.first.note else ""
    return " ".join(filter(None, (said, many(group)))) + note


def many(group: Group) -> str:
    """``in scenarios 1–3, 7 (40 times)``, as far as it says more than one."""
    named = sorted(index for index in group.indexes if index)
    where = f"in {scenarios(named)}" if named else ""
    times = f"({group.count} times)" if group.count > max(len(named), 1) else ""
    return " ".join(filter(None, (where, times)))
