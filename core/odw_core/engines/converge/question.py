"""What a run or a task asks a person, and what can become of an answer: upstream itself reads none. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from odw_core.decide.digest import digest
from odw_core.engines.converge.acc import RunAcc, TaskAcc
from odw_core.engines.converge.names import HITL, row_time, run_address, task_address
from odw_core.engines.converge.records import Pause, canonical, stored_questions
from odw_core.engines.converge.standing import adopter_of_task
from odw_core.engines.converge.ties import Tied, task_of
from odw_core.model.address import Address
from odw_core.model.item import State
from odw_core.model.question import Choice, Field, Question, Road
from odw_core.text.ansi import one_line, plain

HOW = "how"
"""Field that says what becomes of the answer to a task; left out, it is kept."""
KEEP = "keep it for a native run"
SEND = "send to the server (the answer is ignored upstream)"
_HOW = Field(
    HOW,
    "what becomes of it",
    (
        Choice(KEEP, "nothing starts by itself: adopting the task does, with all answers"),
        Choice(SEND, "the task is run anew from the beginning"),
    ),
    is_optional=True,
)
_OF_CLI = "you, here: Converge takes no answer, so it is kept until you adopt the run, which then goes on with it"
_OF_TASK = "you, here: kept until you adopt the task, which then goes on with it; or its server, which ignores it ({})"


def run_questions(acc: RunAcc, state: State) -> tuple[Question, ...]:
    """The open questions of a run's plans; a paused run without files leaves them to its task."""
    if state is not State.WAITING or not acc.has_record:
        return ()
    tied = task_of(acc)
    asked = [(plan.repo, asked) for plan in acc.plans for asked in plan.questions]
    thread = acc.item if tied is None else tied.row.id
    return tuple(
        _question(
            thread,
            body,
            nth,
            run_address(acc.item).child(repo) if repo else run_address(acc.item),
            subject=f"repo {one_line(repo, 80)}",
            asked_at=acc.generated_at,
            witness="run.json",
            answer_via=_via(tied),
            is_task=tied is not None,
        )
        for (repo, body), nth in zip(asked, _nth(body for _, body in asked), strict=True)
    )


def task_questions(acc: TaskAcc) -> tuple[Question, ...]:
    """What the queue holds for a person. Stored questions of another status are left over and wait for nobody."""
    row = acc.row
    if row is None or row.status != HITL or adopter_of_task(acc) is not None:
        return ()
    plain_ones, pause, _ = stored_questions(row.questions)
    address, asked_at = task_address(row.id), row_time(row.updated_at)
    via = _OF_TASK.format(one_line(row.id, 60))
    found = [
        _question(row.id, body, nth, address, "task", asked_at, "queue", via, is_task=True)
        for body, nth in zip(plain_ones, _nth(plain_ones), strict=True)
    ]
    if pause is not None:
        found.append(_pause_question(row.id, pause, address, asked_at, via))
    return tuple(found)


def _via(tied: Tied | None) -> str:
    return _OF_CLI if tied is None else _OF_TASK.format(one_line(tied.row.id, 60))


def _nth(bodies: Iterable[str]) -> Iterator[int]:
    """Which of the equal questions each one is: two repos may ask the same."""
    seen: Counter[str] = Counter()
    for body in bodies:
        seen[body] += 1
        yield seen[body]


def _question(
    thread: str,
    body: str,
    nth: int,
    address: Address,
    subject: str,
    asked_at: float | None,
    witness: str,
    answer_via: str,
    *,
    is_task: bool,
) -> Question:
    sha = digest({"kind": "question", "thread": thread, "body": body, "nth": nth})
    title = one_line(body, 80) or "a question without words"
    return Question(
        id=sha[:12],
        address=address,
        kind="question",
        asked_at=asked_at,
        title=title,
        body=plain(body),
        subject=subject,
        fields=(Field("answer", title, allows_other=True), *((_HOW,) if is_task else ())),
        decisions=("answer",),
        risk=None,
        digest=sha,
        witnesses=(witness,),
        inferred=False,
        answer_via=answer_via,
        why_not=None,
        road=Road.CONVERGE,
    )


def _pause_question(thread: str, pause: Pause, address: Address, asked_at: float | None, via: str) -> Question:
    sha = digest({"kind": "pause", "thread": thread, "payload": canonical(pause.fields)})
    number, of = pause.rounds
    return Question(
        id=sha[:12],
        address=address,
        kind="pause",
        asked_at=asked_at,
        title=f"how should round {number if number is not None else '?'} of {of if of is not None else '?'} go on?",
        body="\n".join(pause_lines(pause)),
        subject="task",
        fields=(Field("decision", "decision", tuple(Choice(one_line(one, 200)) for one in pause.actions), True), _HOW),
        decisions=("answer",),
        risk=None,
        digest=sha,
        witnesses=("queue",),
        inferred=False,
        answer_via=via,
        why_not=None,
        road=Road.CONVERGE,
    )


def pause_lines(pause: Pause) -> Iterator[str]:
    """The parts of a pause payload in words: the only place where questions about the split survive."""
    for repo in pause.missing:
        yield f"repo {one_line(repo, 200)} is missing"
    for issue in pause.issues:
        yield f"contract issue: {one_line(issue, 400)}"
    for asked in pause.questions:
        yield f"about the split: {one_line(asked, 400)}"
    for action in pause.actions:
        yield f"suggested: {one_line(action, 400)}"


def left_over(acc: TaskAcc) -> bool:
    """Whether the queue still holds questions that wait for nobody."""
    row = acc.row
    return row is not None and row.status != HITL and stored_questions(row.questions)[2] > 0
