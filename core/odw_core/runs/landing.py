"""Landing: puts an approved patch into the user's tree, whole or not at all, through no link, only what was reviewed.

Write-ahead: what will be changed is on disk before the first change, so a landing that was killed is finished or taken
back. A journal alone lands nothing: the approval must stand in the audit log.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from odw_core.decide import audit
from odw_core.engines.loose import text
from odw_core.engines.odw.records import JournalLine
from odw_core.errors import OdwError, Refused
from odw_core.git.command import Git
from odw_core.model.address import Address
from odw_core.model.command import Outcome
from odw_core.runs.blobs import Blobs
from odw_core.runs.carrying import Carrier, Conflict
from odw_core.runs.faults import point
from odw_core.runs.landed import Approval, Candidate, Landed, Picture, Plan, Version
from odw_core.runs.plans import Phase, Plans
from odw_core.runs.preparing import Preparation
from odw_core.runs.tree import Tree
from odw_core.text.ansi import one_line

__all__ = ["Approval", "Candidate", "Landed", "Landing", "Picture", "Version", "approve_by_policy"]

Emit = Callable[[dict[str, object], str], None]

APPROVE = "approve"
"""The one verdict that lets anything land."""


def approve_by_policy(state: Path, candidate: Candidate, policy: str, by: str) -> Approval:
    """Let a candidate land because a person asked for that beforehand; written into the audit log first.

    ``policy`` says it in words (``gate auto``), ``by`` who set it (``RunSpec.started_by``). Raises ``OSError``,
    ``Refused``: then nothing may land.
    """
    audit.record(
        state,
        audit.Entry(
            who=by,
            command=f"policy{secrets.token_hex(8)}",
            address=str(Address("odw", candidate.run_id)),
            digest=candidate.digest,
            verdict=APPROVE,
            outcome=Outcome.ACCEPTED.value,
            reason=f"by policy: {policy}",
        ),
    )
    return Approval(candidate.digest, f"{by}, by policy: {policy}")


class Landing:
    """The landings of one run in one repository. Belongs to the supervisor that holds the run's lock."""

    def __init__(
        self, *, run_id: str, folder: Path, state: Path, git: Git, blobs: Blobs, emit: Emit, told: Iterable[JournalLine]
    ) -> None:
        """``folder`` is the run's private folder, ``state`` the state folder with the audit log, ``emit`` must be
        ``Journal.emit_durably``, ``told`` is the run's mirror."""
        self._run_id, self._folder, self._state = run_id, folder, state
        self._git, self._blobs, self._emit = git, blobs, emit
        self._plans = Plans(folder)
        self._told: set[str] = set()
        self._announced: set[str] = set()
        """Landings under way that the journal tells of."""
        for line in told:
            event = line.event or {}
            match text(event, "type"):
                case "landing":
                    self._announced.add(text(event, "digest"))
                case "landing_undone":
                    self._announced.discard(text(event, "digest"))
                case "landed":
                    self._told.add(text(event, "digest"))
                case _:
                    pass

    async def land(self, candidate: Candidate, approval: Approval, expected: Mapping[str, str] | None = None) -> Landed:
        """Put the candidate into the tree, uncommitted; the user's index stays as it is.

        A file lands only if it is what it was at ``candidate.base``; ``expected`` names files that were dirty when
        the work began (allowed on purpose), each with the SHA-256 of its content then. The same candidate lands once,
        however often this is called. Never raises for what the tree or the disk does: that is in the value.
        Raises ``Refused`` when nobody approved this.
        """
        digest = candidate.digest
        if approval.digest != digest or candidate.run_id != self._run_id or not self._is_approved(digest):
            raise Refused("Nobody approved this candidate, so it does not land; decide on its gate first.")
        phase = self._plans.phase(digest)
        if phase is not None:
            landed = self._take_up(digest, phase)
            if landed.ok or phase is Phase.FORWARD or self._plans.phase(digest) is not None:
                return landed
        try:
            tree = Tree(self._git.root)
            try:
                preparation = Preparation(self._git, tree, self._blobs, self._folder)
                plan = await preparation.plan(candidate, expected or {}, approval.by)
            finally:
                tree.close()
            if isinstance(plan, Landed):
                return plan
            self._plans.begin(plan)
        except OSError as error:
            said = f"Nothing landed: {_said(error)}. Make room or give access, then land it again."
            return Landed(False, (), 0, candidate.base, "not_written", said, digest=digest)
        # From here to the end nothing waits for anything, so no cancel comes between.
        point("landing: the plan is on disk")
        try:
            self._announce(plan)
            carrier = Carrier(plan, self._git.root, self._blobs)
        except OSError as error:
            with suppress(OSError):
                self._plans.forget(digest, Phase.FORWARD)
            said = f"Nothing landed: {_said(error)}. Make room or give access, then land it again."
            return _ended(plan, 0, "not_written", said)
        try:
            return self._go_on(plan, carrier)
        finally:
            carrier.close()
            point("landing: the stage is gone")

    async def resume(self) -> Landed | None:
        """Finish or take back what a killed supervisor left; None when no landing was under way.

        A file that is neither as before nor as after stops it: nothing more is touched, the pictures say what was
        found. Called once before the workflow goes on, and harmless at any time.
        """
        found: Landed | None = None
        for digest, phase in self._plans.found():
            if phase is not Phase.LANDED or digest not in self._told:
                found = self._take_up(digest, phase)
        return found

    @property
    def is_under_way(self) -> bool:
        """Whether a landing has begun that is neither done nor taken back."""
        return any(phase is not Phase.LANDED for _, phase in self._plans.found())

    def _is_approved(self, digest: str) -> bool:
        """Whether the audit log holds an approval of that very candidate which nobody turned down."""
        own = Address("odw", self._run_id)
        last: dict[str, str] = {}
        for entry in audit.entries(self._state):
            if entry.digest == digest and entry.verdict == APPROVE and _root_of(entry.address) == own:
                last[entry.command] = entry.outcome
        counts = (Outcome.SENT.value, Outcome.ACCEPTED.value, Outcome.UNCONFIRMED.value)
        return any(outcome in counts for outcome in last.values())

    def _take_up(self, digest: str, phase: Phase) -> Landed:
        """Go on where another supervisor was stopped."""
        try:
            plan = self._plans.read(digest, phase)
            carrier = Carrier(plan, self._git.root, self._blobs)
        except (OSError, OdwError) as error:
            said = f"A landing cannot be taken up: {_said(error)}."
            return Landed(False, (), 0, "", "not_written", said, digest=digest)
        try:
            if phase is Phase.LANDED:
                carrier.clear()
                return self._done(plan)
            if phase is Phase.FORWARD and not self._is_approved(digest):
                said = "A landing was under way that nobody approved; nothing more is touched."
                return _ended(plan, carrier.applied(), "not_approved", said)
            carrier.rescue()
            if phase is Phase.BACK:
                return self._take_back(plan, carrier, Phase.BACK, "not_written", "The landing was taken back", ())
            if thirds := tuple(carrier.thirds()):
                return self._stop(plan, carrier, thirds)
            if plan.digest not in self._announced:
                # Killed between the plan and the line that says so.
                self._announce(plan)
            return self._go_on(plan, carrier)
        except (OSError, OdwError) as error:
            return _ended(plan, 0, "not_written", f"A landing cannot be taken up: {_said(error)}.")
        finally:
            carrier.close()

    def _stop(self, plan: Plan, carrier: Carrier, thirds: tuple[Picture, ...]) -> Landed:
        applied = carrier.applied()
        carrier.clear()
        reason = thirds[0].reason[:-1]
        if not applied:
            self._plans.forget(plan.digest, Phase.FORWARD)
            self._tell("landing_undone", plan, reason, thirds)
            return _ended(plan, 0, "patch_conflict", f"{reason}, so nothing landed; land it again.", thirds)
        self._tell("landing_stopped", plan, reason, thirds)
        said = f"{reason} while {applied} of {len(plan.files)} files had landed; look at the three contents and choose."
        return _ended(plan, applied, "patch_conflict", said, thirds)

    def _go_on(self, plan: Plan, carrier: Carrier) -> Landed:
        try:
            carrier.forward()
            point("landing: everything is in its place")
            with suppress(OSError):
                self._plans.turn(plan.digest, Phase.FORWARD, Phase.LANDED)
            point("landing: the plan says so")
            carrier.clear()
            point("landing: nothing waits any more")
            return self._done(plan)
        except Conflict as conflict:
            reason = f"{conflict.pictures[0].reason[:-1]} while it landed"
            return self._take_back(plan, carrier, Phase.FORWARD, "patch_conflict", reason, conflict.pictures)
        except (OSError, OdwError) as error:
            return self._take_back(plan, carrier, Phase.FORWARD, "not_written", _said(error), ())

    def _take_back(
        self, plan: Plan, carrier: Carrier, phase: Phase, category: str, reason: str, pictures: tuple[Picture, ...]
    ) -> Landed:
        if phase is Phase.FORWARD:
            with suppress(OSError):
                self._plans.turn(plan.digest, Phase.FORWARD, Phase.BACK)
            phase = self._plans.phase(plan.digest) or Phase.BACK
        point("landing: it turns back")
        more, failed = carrier.back()
        seen = {picture.path for picture in pictures}
        pictures += tuple(picture for picture in more if picture.path not in seen)
        if failed:
            said = f"{reason}; taking it back failed for {failed[0]}. Resume the run to try again."
            return _ended(plan, carrier.applied(), category, said, pictures)
        point("landing: everything is back")
        carrier.clear()
        with suppress(OSError):
            self._plans.forget(plan.digest, phase)
        self._tell("landing_undone", plan, reason, pictures)
        return _ended(plan, 0, category, f"{reason}, so nothing landed; land it again when that is settled.", pictures)

    def _done(self, plan: Plan) -> Landed:
        if plan.digest not in self._told:
            event: dict[str, object] = {"type": "landed", "digest": plan.digest, "files": [*plan.names], "by": plan.by}
            # A disk that is full now does not make it undone.
            with suppress(OSError):
                self._emit(event, f"landed {len(plan.names)} files")
                self._told.add(plan.digest)
        return _ended(plan, len(plan.files), "", "")

    def _announce(self, plan: Plan) -> None:
        self._emit(_announcement(plan), f"landing {len(plan.files)} files")
        self._announced.add(plan.digest)

    def _tell(self, what: str, plan: Plan, reason: str, pictures: tuple[Picture, ...]) -> None:
        event: dict[str, object] = {
            "type": what,
            "digest": plan.digest,
            "reason": reason,
            "pictures": [asdict(picture) for picture in pictures],
        }
        with suppress(OSError):
            self._emit(event, reason)
            if what == "landing_undone":
                self._announced.discard(plan.digest)


def _announcement(plan: Plan) -> dict[str, object]:
    files = [
        {
            "path": file.path,
            "before": file.before.digest,
            "after": file.after.digest,
            "mode_before": file.before.mode,
            "mode_after": file.after.mode,
        }
        for file in plan.files
    ]
    return {"type": "landing", "digest": plan.digest, "base": plan.base, "by": plan.by, "files": files}


def _ended(plan: Plan, applied: int, category: str, error: str, pictures: tuple[Picture, ...] = ()) -> Landed:
    return Landed(not category, plan.names, applied, plan.base, category, error, pictures, plan.digest)


def _said(error: Exception) -> str:
    if isinstance(error, OSError):
        where = f" ({one_line(str(error.filename), 200)})" if error.filename else ""
        return f"{error.strerror or error}{where}"
    return str(error).removesuffix(".")


def _root_of(address: str) -> Address | None:
    try:
        return Address.parse(address).root
    except ValueError:
        return None
