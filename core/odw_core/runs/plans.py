"""Plans of landings on disk: one file each, whose suffix says how far it came. Below the private folder alone."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from odw_core.errors import OdwError
from odw_core.files.safe_open import read_regular
from odw_core.runs.blobs import sync_folder
from odw_core.runs.folders import private_chain
from odw_core.runs.landed import Plan, decode_plan

FOLDER = "landings"
_MAX_BYTES = 1 << 30


class Phase(StrEnum):
    """Renaming takes no room, so a full disk never keeps a landing from being taken back."""

    FORWARD = "forward"
    """It may have begun; it is finished, or taken back."""
    BACK = "back"
    """It is being taken back."""
    LANDED = "landed"
    """Everything of it is in the tree."""


class Plans:
    """``<run folder>/landings/<digest of the candidate>.<phase>``."""

    def __init__(self, root: Path) -> None:
        """``root`` is the run's private folder."""
        self._root, self._folder = root, root / FOLDER

    def found(self) -> list[tuple[str, Phase]]:
        """(digest, phase) of every landing that is under way or done."""
        try:
            names = sorted(path.name for path in self._folder.iterdir())
        except OSError:
            return []
        return [(name.partition(".")[0], phase) for name in names for phase in Phase if name.endswith(f".{phase}")]

    def phase(self, digest: str) -> Phase | None:
        """How far the landing of that candidate came; None when it never began, or was taken back."""
        return next((phase for one, phase in self.found() if one == digest), None)

    def read(self, digest: str, phase: Phase) -> Plan:
        """Raises ``OdwError`` when it cannot be read."""
        try:
            plan = decode_plan(read_regular(self._path(digest, phase), _MAX_BYTES))
        except OSError:
            plan = None
        if plan is None or plan.digest != digest:
            raise OdwError(f"{self._path(digest, phase)} says no more what was landing; look at the tree yourself.")
        return plan

    def begin(self, plan: Plan) -> None:
        """Write it ahead; on disk when this returns. Raises ``OSError``: then it is not there."""
        private_chain(self._root, FOLDER)
        draft = self._folder / f".{plan.digest}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(plan.encode())
                file.flush()
                os.fsync(descriptor)
            draft.replace(self._path(plan.digest, Phase.FORWARD))
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(self._folder)

    def turn(self, digest: str, old: Phase, new: Phase) -> None:
        """Say how far it is. Raises ``OSError``."""
        self._path(digest, old).replace(self._path(digest, new))
        sync_folder(self._folder)

    def forget(self, digest: str, phase: Phase) -> None:
        """Nothing of it is in the tree. Raises ``OSError``."""
        self._path(digest, phase).unlink(missing_ok=True)
        sync_folder(self._folder)

    def _path(self, digest: str, phase: Phase) -> Path:
        return self._folder / f"{digest}.{phase}"
