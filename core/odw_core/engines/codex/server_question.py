"""What an app server asks, as a question to a person. Pure; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from odw_core.decide.digest import digest
from odw_core.decide.risk import Risk, judge
from odw_core.engines.codex import methods
from odw_core.engines.codex.asker import Asker
from odw_core.engines.codex.elicitation import elicitation_fields, why_not_flat
from odw_core.engines.codex.form import form_question, question_id
from odw_core.engines.codex.server_answer import ALWAYS, command_decisions
from odw_core.engines.codex.tool_approval import tool_call, tool_decisions, tool_details, tool_risk
from odw_core.engines.loose import Json, integer, mapping, objects, text, texts
from odw_core.model.question import Field, Question, Road
from odw_core.text.ansi import one_line, plain

_HARMLESS = Risk()
_UNSEEN = "its server does not tell again what the patch would change; answer it where it was asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """What is shown of a request and may be said to it."""

    part: str
    kind: str
    title: str
    body: str
    decisions: tuple[str, ...]
    details: Sequence[tuple[str, str]]
    deciding: Mapping[str, object]
    """Everything that decides, besides whose call it is."""
    risk: Risk = _HARMLESS
    call: str | None = None
    """Which call it is where the request names none."""
    fields: tuple[Field, ...] = ()
    no_yes: str | None = None
    """Why nobody can agree to it here; saying no stays possible."""


def server_question(method: str, params: Json, asker: Asker, changes: Sequence[Json] | None = None) -> Question | None:
    """The card of a request; None for what is not asked of a person. ``changes``: those of the ``item/started`` before
    patch approval; without them nobody could say what is decided, so it can only be declined."""
    match method:
        case methods.FORM:
            return _form(params, asker)
        case methods.COMMAND:
            card = _command(params, asker)
        case methods.PATCH:
            card = _patch(params, asker, changes or ())
        case methods.PERMISSIONS:
            card = _permissions(params, asker)
        case methods.ELICITATION:
            card = _elicitation(params, asker)
        case _:
            return None
    return _question(params, asker, card)


def _command(params: Json, asker: Asker) -> _Card:
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
    return _Card(
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
            workspace=asker.workspace,
            network=text(network, "host") if network else None,
        ),
    )


def _patch(params: Json, asker: Asker, known: Sequence[Json]) -> _Card:
    reason, root = plain(text(params, "reason")).strip(), text(params, "grantRoot")
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
    return _Card(
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
            workspace=asker.workspace,
        ),
        no_yes=None if known else _UNSEEN,
    )


def _form(params: Json, asker: Asker) -> Question:
    asked, thread, call = objects(params, "questions"), text(params, "threadId"), text(params, "itemId")
    return form_question(asked, asker, thread=thread, call=call, asked_at=_asked_at(params))


def _permissions(params: Json, asker: Asker) -> _Card:
    wanted, reason = mapping(params, "permissions"), plain(text(params, "reason")).strip()
    told = _told(wanted)
    details = [("permissions", told), ("folder", plain(text(params, "cwd")))]
    return _Card(
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
            workspace=asker.workspace,
            network="" if _wants_network(wanted) else None,
        ),
    )


def _elicitation(params: Json, asker: Asker) -> _Card:
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
    return _Card(
        part="elicitation",
        call="\0".join(filter(None, (text(params, "turnId"), digest(deciding), asker.occurrence))),
        kind="approval" if call else "question",
        title=one_line(message or text(params, "title"), 80) or "a question",
        body=plain(message or text(params, "description")),
        decisions=tool_decisions(call) if call else ("accept", "decline", "cancel"),
        details=tool_details(server, call) if call else details,
        deciding=deciding,
        risk=tool_risk(call) if call else _HARMLESS,
        fields=elicitation_fields(schema) if why_not is None else (),
        no_yes=why_not,
    )


def _question(params: Json, asker: Asker, card: _Card) -> Question:
    thread = text(params, "threadId")
    call = text(params, "itemId") if card.call is None else card.call
    question = Question(
        id=question_id(thread, call, card.part),
        address=asker.address,
        kind=card.kind,
        asked_at=_asked_at(params),
        title=card.title,
        body=card.body,
        subject=asker.subject,
        fields=card.fields,
        decisions=card.decisions,
        risk=card.risk.why,
        digest=digest({"kind": card.kind, "thread": thread, "call": call, **card.deciding}),
        witnesses=(asker.witness,),
        inferred=False,
        answer_via=asker.answer_via,
        why_not=asker.why_not,
        road=asker.road,
        details=tuple(card.details),
        confirm=card.risk.word,
    )
    return question if card.no_yes is None else _without_yes(question, card.no_yes)


def _without_yes(question: Question, why_not: str) -> Question:
    """One that nobody can agree to here; saying no stays possible."""
    no = tuple(verdict for verdict in question.decisions if verdict in ("decline", "cancel"))
    return replace(question, why_not=question.why_not or why_not, road=Road.NONE, decisions=no)


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
