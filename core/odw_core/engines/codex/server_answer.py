"""A person's decision as the answer that an app server takes. Pure; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odw_core.engines.codex import methods
from odw_core.engines.codex.elicitation import content_of, secret_properties
from odw_core.engines.codex.tool_approval import tool_answer, tool_call, tool_decisions
from odw_core.engines.loose import Json, mapping, objects, sequence, text, texts
from odw_core.errors import UsageError
from odw_core.model.decision import Decision
from odw_core.text.ansi import one_line, plain

ALWAYS = ("accept", "acceptForSession", "decline", "cancel")
"""Taken by the server whether it lists them or not."""
_NOTE = "user_note: "
_NONE = "None of the above"


def answer(method: str, params: Json, decision: Decision) -> dict[str, object]:
    """The result of the request. Raises ``UsageError`` with one sentence when the decision does not fit it."""
    match method:
        case methods.COMMAND:
            return {"decision": _pick(command_decisions(params), decision.verdict)}
        case methods.PATCH:
            return {"decision": _pick({verdict: verdict for verdict in ALWAYS}, decision.verdict)}
        case methods.FORM:
            return {"answers": _answers(params, decision)}
        case methods.PERMISSIONS:
            return _granted(params, decision.verdict)
        case methods.ELICITATION if tool_call(params):
            decisions = {verdict: verdict for verdict in tool_decisions(tool_call(params))}
            return tool_answer(str(_pick(decisions, decision.verdict)))
        case methods.ELICITATION:
            verdict = _pick({"accept": "accept", "decline": "decline", "cancel": "cancel"}, decision.verdict)
            is_form = verdict == "accept" and bool(mapping(params, "requestedSchema"))
            content = content_of(mapping(params, "requestedSchema"), dict(decision.values)) if is_form else None
            return {"action": verdict, "content": content}
        case _:
            raise UsageError(f"{method} is nothing that a person answers.")


def secret_answers(params: Json, decision: Decision) -> list[str]:
    """What was typed into secret fields of a form, whoever asks it."""
    hidden = {plain(text(one, "id")) for one in objects(params, "questions") if one.get("isSecret") is True}
    hidden |= {plain(name) for name in secret_properties(mapping(params, "requestedSchema"))}
    return [value for field, values in decision.values if field in hidden for value in values]


def command_decisions(params: Json) -> dict[str, object]:
    """What may be said to a command, by verdict, as the server wants it: what it lists, and what it always takes."""
    found: dict[str, object] = {}
    for one in sequence(params, "availableDecisions"):
        if isinstance(one, str):
            found[one] = one
        elif isinstance(one, dict) and len(one) == 1:
            verdict, said = next(iter(one.items()))
            amendment = mapping(mapping(one, verdict), "network_policy_amendment")
            if amendment:
                verdict = f"{verdict} {text(amendment, 'action')} {text(amendment, 'host')}"
            found[verdict] = {next(iter(one)): said}
    proposed = texts(params, "proposedExecpolicyAmendment")
    if proposed:
        found.setdefault(
            "acceptWithExecpolicyAmendment", {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": proposed}}
        )
    for one in objects(params, "proposedNetworkPolicyAmendments"):
        verdict = f"applyNetworkPolicyAmendment {text(one, 'action')} {text(one, 'host')}"
        found.setdefault(verdict, {"applyNetworkPolicyAmendment": {"network_policy_amendment": dict(one)}})
    listed = {verdict: said for verdict, said in found.items() if verdict not in ("decline", "cancel")}
    stopping = {verdict: said for verdict, said in found.items() if verdict in ("decline", "cancel")}
    first = {verdict: listed.pop(verdict, verdict) for verdict in ("accept", "acceptForSession")}
    last = {verdict: stopping.get(verdict, verdict) for verdict in ("decline", "cancel")}
    return {**first, **listed, **last}


def _pick(known: Mapping[str, object], verdict: str) -> object:
    if verdict not in known:
        raise UsageError(f"{verdict!r} is no answer to this; say one of {', '.join(known)}.")
    return known[verdict]


def _answers(params: Json, decision: Decision) -> dict[str, object]:
    if decision.verdict != "answer":
        raise UsageError("A question is answered; to stop the turn, interrupt it.")
    asked = {plain(text(one, "id")): one for one in objects(params, "questions")}
    given = dict(decision.values)
    unknown = [field for field in given if field not in asked]
    if unknown:
        raise UsageError(f"It asks nothing called {unknown[0]!r}; it asks {', '.join(asked)}.")
    return {text(one, "id"): {"answers": _said(one, given.get(field, ()))} for field, one in asked.items()}


def _said(asked: Json, values: Sequence[str]) -> list[str]:
    """Options by their own label, everything typed as a note: what Codex's own screen sends."""
    labels = {one_line(text(option, "label"), 200): text(option, "label") for option in objects(asked, "options")}
    picked = [labels[value] for value in values if value in labels]
    typed = [value if value.startswith(_NOTE) else _NOTE + value for value in values if value not in labels and value]
    return [_NONE, *typed] if labels and typed and not picked else [*picked, *typed]


def _granted(params: Json, verdict: str) -> dict[str, object]:
    scope = _pick({"accept": "turn", "acceptForSession": "session", "decline": None}, verdict)
    if scope is None:
        return {"permissions": {}, "scope": "turn"}
    return {"permissions": dict(mapping(params, "permissions")), "scope": scope}
