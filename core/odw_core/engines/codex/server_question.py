"""What an app server asks, as a question to a person, and the person's decision as the server's answer. Pure; decides
nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from odw_core.decide.digest import digest
from odw_core.decide.risk import Risk, judge
from odw_core.engines.codex.elicitation import content_of, elicitation_fields, secret_properties, why_not_flat
from odw_core.engines.codex.form import form_question, question_id
from odw_core.engines.codex.tool_approval import tool_answer, tool_call, tool_decisions, tool_details, tool_risk
from odw_core.engines.loose import Json, integer, mapping, objects, sequence, text, texts
from odw_core.errors import UsageError
from odw_core.model.address import Address
from odw_core.model.decision import Decision
from odw_core.model.question import Question, Road
from odw_core.text.ansi import one_line, plain

COMMAND = "item/commandExecution/requestApproval"
PATCH = "item/fileChange/requestApproval"
FORM = "item/tool/requestUserInput"
PERMISSIONS = "item/permissions/requestApproval"
ELICITATION = "mcpServer/elicitation/request"

ALWAYS = ("accept", "acceptForSession", "decline", "cancel")
"""Taken by the server whether it lists them or not."""
_NOTE = "user_note: "
_NONE = "None of the above"
_HARMLESS = Risk()
_UNSEEN = "its server does not tell again what the patch would change; answer it where it was asked"


@dataclass(frozen=True, slots=True)
class Asking:
    """Where a card stands and how its answer travels: what the request itself does not say."""

    address: Address
    subject: str
    witness: str
    answer_via: str
    road: Road
    why_not: str | None = None
    workspace: str = ""
    """The folder that the session may change without asking; empty when nobody knows."""
    occurrence: str = ""
    """Tells two requests apart that say the same, where the request itself names no call."""


def server_question(
    method: str, params: Json, asking: Asking, changes: Sequence[Json] | None = None
) -> Question | None:
    """The card of a request; None for what is not asked of a person. ``changes``: those of the ``item/started`` before
    patch approval; without them nobody could say what is decided, so it can only be declined."""
    match method:
        case "item/commandExecution/requestApproval":
            return _command(params, asking)
        case "item/fileChange/requestApproval":
            return _patch(params, asking, changes)
        case "item/tool/requestUserInput":
            return _form(params, asking)
        case "item/permissions/requestApproval":
            return _permissions(params, asking)
        case "mcpServer/elicitation/request":
            return _elicitation(params, asking)
        case _:
            return None


def answer(method: str, params: Json, decision: Decision) -> dict[str, object]:
    """The result of the request. Raises ``UsageError`` with one sentence when the decision does not fit it."""
    match method:
        case "item/commandExecution/requestApproval":
            return {"decision": _pick(command_decisions(params), decision.verdict)}
        case "item/fileChange/requestApproval":
            return {"decision": _pick({verdict: verdict for verdict in ALWAYS}, decision.verdict)}
        case "item/tool/requestUserInput":
            return {"answers": _answers(params, decision)}
        case "item/permissions/requestApproval":
            return _granted(params, decision.verdict)
        case "mcpServer/elicitation/request" if tool_call(params):
            decisions = {verdict: verdict for verdict in tool_decisions(tool_call(params))}
            return tool_answer(str(_pick(decisions, decision.verdict)))
        case "mcpServer/elicitation/request":
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


def _command(params: Json, asking: Asking) -> Question:
    command, reason = text(params, "command"), plain(text(params, "reason")).strip()
    actions = [text(one, "command") for one in objects(params, "commandActions")]
    shown = actions[0] if len(actions) == 1 and actions[0] else command
    network = mapping(params, "networkApprovalContext")
    decisions = command_decisions(params)
    details = [("command", plain(command)), ("folder", plain(text(params, "cwd")))]
    if reason:
        details.append(("reason", reason))
    if network:
        details.append(("network", plain(f"{text(network, 'protocol')} {text(network, 'host')}")))
    if mapping(params, "additionalPermissions"):
        details.append(("more permissions", _told(mapping(params, "additionalPermissions"))))
    for said in decisions.values():
        offered = mapping(said, "acceptWithExecpolicyAmendment") if isinstance(said, dict) else {}
        if amendment := texts(offered, "execpolicy_amendment"):
            details.append(("always allow", plain(" ".join(amendment))))
    what = text(params, "kind")
    title = f"let it reach {one_line(text(network, 'host'), 60)}?" if network else f"run {one_line(shown, 72)}?"
    if what == "writeStdin":
        title = f"type into {one_line(shown, 60)}?"
    return _card(
        params,
        asking,
        part="/".join(filter(None, ("approval", text(params, "approvalId")))),
        kind="approval",
        title=title,
        body=f"{reason}\n\n{plain(shown)}" if reason else plain(shown),
        decisions=tuple(decisions),
        details=details,
        deciding={
            "what": what or "command",
            "command": command,
            "folder": text(params, "cwd"),
            "network": dict(network),
            "permissions": dict(mapping(params, "additionalPermissions")),
            "decisions": list(decisions.values()),
        },
        risk=judge(
            "command",
            shown,
            cwd=text(params, "cwd"),
            workspace=asking.workspace,
            network=text(network, "host") if network else None,
        ),
    )


def _patch(params: Json, asking: Asking, changes: Sequence[Json] | None) -> Question:
    reason, root = plain(text(params, "reason")).strip(), text(params, "grantRoot")
    known = changes or ()
    patch = "".join(_as_patch(change) for change in known)
    files = [f"{text(mapping(one, 'kind'), 'type') or 'change'} {plain(text(one, 'path'))}" for one in known]
    details = [("patch", plain(patch))] if patch else []
    details += [("file", name) for name in files]
    if root:
        details.append(("always allow", f"writing below {plain(root)}"))
    if reason:
        details.append(("reason", reason))
    count = f"{len(files)} files" if len(files) != 1 else one_line(files[0], 72)
    body = "\n".join(files) if files else "The patch is not known here."
    card = _card(
        params,
        asking,
        part="approval",
        kind="approval",
        title=f"apply a patch: {count}?" if files else "apply a patch?",
        body=f"{reason}\n\n{body}" if reason else body,
        decisions=ALWAYS,
        details=details,
        deciding={"what": "patch", "changes": [dict(change) for change in known], "root": root},
        risk=judge(
            "patch",
            writes=[*(text(one, "path") for one in known if not _deletes(one)), *([root] if root else [])],
            deletes=[text(one, "path") for one in known if _deletes(one)],
            workspace=asking.workspace,
        ),
    )
    return card if known else _without_yes(card, _UNSEEN)


def _form(params: Json, asking: Asking) -> Question:
    return form_question(
        objects(params, "questions"),
        thread=text(params, "threadId"),
        call=text(params, "itemId"),
        address=asking.address,
        subject=asking.subject,
        asked_at=_asked_at(params),
        witness=asking.witness,
        answer_via=asking.answer_via,
        why_not=asking.why_not,
        road=asking.road,
    )


def _permissions(params: Json, asking: Asking) -> Question:
    wanted, reason = mapping(params, "permissions"), plain(text(params, "reason")).strip()
    told = _told(wanted)
    details = [("permissions", told), ("folder", plain(text(params, "cwd")))]
    return _card(
        params,
        asking,
        part="permissions",
        kind="approval",
        title=f"allow {one_line(told, 66) or 'more'}?",
        body=f"{reason}\n\n{told}" if reason else told,
        decisions=("accept", "acceptForSession", "decline"),
        details=[*details, ("reason", reason)] if reason else details,
        deciding={"what": "permissions", "permissions": dict(wanted), "folder": text(params, "cwd")},
        risk=judge(
            "permissions",
            cwd=text(params, "cwd"),
            writes=[path for access, path in _paths(wanted) if access != "read"],
            workspace=asking.workspace,
            network="" if _wants_network(wanted) else None,
        ),
    )


def _elicitation(params: Json, asking: Asking) -> Question:
    message, server, mode = text(params, "message"), text(params, "serverName"), text(params, "mode")
    schema = mapping(params, "requestedSchema")
    details = [("server", plain(server))]
    if text(params, "url"):
        details.append(("address", plain(text(params, "url"))))
    deciding: dict[str, object] = {
        "what": "elicitation",
        "server": server,
        "mode": mode,
        "message": message,
        "schema": dict(schema),
        "url": text(params, "url"),
        "of": text(params, "elicitationId"),
        "meta": dict(mapping(params, "_meta")),
    }
    call = tool_call(params)
    why_not = None if call else why_not_flat(mode, schema)
    card = _card(
        params,
        asking,
        part="elicitation",
        call="\0".join(filter(None, (text(params, "turnId"), digest(deciding), asking.occurrence))),
        kind="approval" if call else "question",
        title=one_line(message or text(params, "title"), 80) or "a question",
        body=plain(message or text(params, "description")),
        decisions=tool_decisions(call) if call else ("accept", "decline", "cancel"),
        details=tool_details(server, call) if call else details,
        deciding=deciding,
        risk=tool_risk(call) if call else _HARMLESS,
    )
    if why_not is not None:
        return _without_yes(card, why_not)
    return replace(card, fields=elicitation_fields(schema))


def _card(
    params: Json,
    asking: Asking,
    *,
    part: str,
    kind: str,
    title: str,
    body: str,
    decisions: tuple[str, ...],
    details: Sequence[tuple[str, str]],
    deciding: Mapping[str, object],
    call: str | None = None,
    risk: Risk = _HARMLESS,
) -> Question:
    thread = text(params, "threadId")
    call = text(params, "itemId") if call is None else call
    return Question(
        id=question_id(thread, call, part),
        address=asking.address,
        kind=kind,
        asked_at=_asked_at(params),
        title=title,
        body=body,
        subject=asking.subject,
        fields=(),
        decisions=decisions,
        risk=risk.why,
        digest=digest({"kind": kind, "thread": thread, "call": call, **deciding}),
        witnesses=(asking.witness,),
        inferred=False,
        answer_via=asking.answer_via,
        why_not=asking.why_not,
        road=asking.road,
        details=tuple(details),
        confirm=risk.word,
    )


def _without_yes(card: Question, why_not: str) -> Question:
    """A card that nobody can agree to here; saying no stays possible."""
    no = tuple(verdict for verdict in card.decisions if verdict in ("decline", "cancel"))
    return replace(card, why_not=card.why_not or why_not, road=Road.NONE, decisions=no)


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


def _told(permissions: Json) -> str:
    """Permissions in words, one a line."""
    said = ["the network"] if _wants_network(permissions) else []
    said += [f"{access} {plain(path)}" for access, path in _paths(permissions)]
    return "\n".join(dict.fromkeys(said))


def _wants_network(permissions: Json) -> bool:
    return mapping(permissions, "network").get("enabled") is True


def _paths(permissions: Json) -> list[tuple[str, str]]:
    """(access, path) of everything that is asked for; older servers list paths, newer ones entries."""
    files = mapping(permissions, "fileSystem")
    found = [(access, path) for access in ("write", "read") for path in texts(files, access)]
    for entry in objects(files, "entries"):
        path = mapping(entry, "path")
        named = text(entry, "path") or text(path, "path") or text(path, "value") or text(path, "type")
        named = named or text(mapping(path, "value"), "kind")
        found.append((text(entry, "access") or "use", named))
    return found


def _deletes(change: Json) -> bool:
    return text(mapping(change, "kind"), "type") == "delete"


def _as_patch(change: Json) -> str:
    """One file's change as a patch: a new or deleted file comes as its bare content."""
    path, kind, diff = text(change, "path"), text(mapping(change, "kind"), "type"), text(change, "diff")
    lines = diff.removesuffix("\n").split("\n") if diff else []
    match kind:
        case "add":
            body = "".join(f"+{line}\n" for line in lines)
            return f"--- /dev/null\n+++ {path}\n@@ -0,0 +1,{len(lines)} @@\n{body}"
        case "delete":
            body = "".join(f"-{line}\n" for line in lines)
            return f"--- {path}\n+++ /dev/null\n@@ -1,{len(lines)} +0,0 @@\n{body}"
        case _:
            moved = text(mapping(change, "kind"), "move_path") or path
            return f"--- {path}\n+++ {moved}\n{diff}" + ("" if diff.endswith("\n") else "\n")


def _asked_at(params: Json) -> float | None:
    at = integer(params, "startedAtMs")
    return None if at is None else at / 1000
