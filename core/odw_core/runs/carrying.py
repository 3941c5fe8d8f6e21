"""Carrying a plan out, or back: one step a file, each handing out what stood there, so that no edit is ever lost.

Knows no approval and writes no journal. Whatever happens between two steps is told from the tree and the stage.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from odw_core.errors import OdwError
from odw_core.runs.blobs import Blobs
from odw_core.runs.faults import point
from odw_core.runs.landed import FilePlan, Picture, Plan, Version
from odw_core.runs.preparing import changed_sentence, unless_its_own, version_of
from odw_core.runs.tree import LINK, Found, Stage, Tree, parents
from odw_core.text.ansi import one_line

_AWAY, _BACK = ".new", ".old"
"""Slots for what is taken out again, and for an old content that must be written anew."""


class Conflict(Exception):
    """A file is neither as it was reviewed nor as it lands."""

    def __init__(self, pictures: list[Picture]) -> None:
        super().__init__(pictures[0].reason)
        self.pictures = tuple(pictures)


class Carrier:
    """One plan and the tree it is about. ``close`` it."""

    def __init__(self, plan: Plan, root: Path, blobs: Blobs) -> None:
        """Makes the stage, or takes up the one that is there. Raises ``OSError``."""
        self._plan, self._blobs = plan, blobs
        self._tree = Tree(root)
        try:
            self._stage = Stage(Path(plan.stage), f".odw-landing-{plan.token}")
        except BaseException:
            self._tree.close()
            raise

        self._paths = frozenset(file.path for file in plan.files)
        self._above = frozenset(above for path in self._paths for above in parents(path))

    def close(self) -> None:
        """Let go; an empty stage goes away."""
        self._stage.close()
        self._tree.close()

    def _look(self, file: FilePlan) -> Found:
        """What is there."""
        return unless_its_own(self._tree.find(file.path), file.path, self._paths, self._above)

    def applied(self) -> int:
        """How many files hold what lands."""
        return sum(self._is(self._look(file), file.after) for file in self._plan.files)

    def thirds(self) -> list[Picture]:
        """Every file that is neither as before nor as after."""
        found = ((file, self._look(file)) for file in self._plan.files)
        return [
            self._picture(file, seen)
            for file, seen in found
            if not self._is(seen, file.before) and not self._is(seen, file.after)
        ]

    def forward(self) -> None:
        """Every file becomes what lands. Raises ``Conflict``, ``OSError``, ``OdwError``; then ``back`` is the way."""
        for file in self._plan.files:
            if file.after.mode and not self._is(self._look(file), file.after):
                self._stage.drop(file.slot)
                self._put(file.slot, file.after)
                point("landing: a file waits")
        self._stage.sync()
        self._refuse_thirds()
        point("landing: everything waits")
        for file in self._plan.files:
            if not self._is(self._look(file), file.after):
                self._apply(file)
                point("landing: a file is in its place")
            if not file.after.mode:
                self._drop_emptied(file.path)
        self._sync_folders()
        point("landing: the tree is on disk")
        self._refuse_thirds()
        # Whoever had a file open may have written into what was taken out.
        for file in self._plan.files:
            if file.before.mode and self._stage.find(file.slot).mode:
                self._keep_if(file, file.before, file.slot)

    def _apply(self, file: FilePlan) -> None:
        try:
            if not file.before.mode:
                self._make_parents(file.path)
                self._stage.bring(self._tree, file.path, file.slot)
                return
            if file.after.mode:
                self._stage.swap(self._tree, file.path, file.slot)
            else:
                self._stage.take(self._tree, file.path, file.slot)
        except FileExistsError:
            raise Conflict([self._picture(file, self._tree.find(file.path))]) from None
        except OSError:
            seen = self._look(file)
            if self._is(seen, file.before):
                raise
            raise Conflict([self._picture(file, seen)]) from None
        point("landing: a file came out")
        self._keep_if(file, file.before, file.slot)

    def _drop_emptied(self, path: str) -> None:
        """As git does: a folder goes with its last file."""
        needed = {folder for one in self._plan.files if one.after.mode for folder in parents(one.path)}
        for folder in reversed(parents(path)):
            if folder not in needed:
                self._tree.drop_folder(folder)

    def _keep_if(self, file: FilePlan, awaited: Version, slot: str) -> None:
        """What came out of the tree must be what was awaited; anything else goes straight back."""
        out = self._stage.find(slot)
        if not self._is(out, awaited):
            picture = self._picture(file, out)
            self._hand_back(file, slot)
            raise Conflict([picture])

    def _hand_back(self, file: FilePlan, slot: str) -> None:
        if self._tree.find(file.path).mode:
            self._stage.swap(self._tree, file.path, slot)
        else:
            self._make_parents(file.path)
            self._stage.bring(self._tree, file.path, slot)

    def back(self) -> tuple[list[Picture], list[str]]:
        """Every file that holds what lands becomes what it was. Returns pictures of files that somebody else changed
        (they stay) and sentences about those that could not be put back."""
        pictures: list[Picture] = []
        failed: list[str] = []
        for file in reversed(self._plan.files):
            try:
                self._undo(file)
                point("landing: a file is back")
            except Conflict as conflict:
                pictures.extend(conflict.pictures)
            except (OSError, OdwError) as error:
                said = error.strerror if isinstance(error, OSError) else str(error)
                failed.append(f"{one_line(file.path, 200)}: {said or error}")
        for folder in sorted({above for file in self._plan.files for above in parents(file.path)}, reverse=True):
            if folder not in self._plan.folders:
                self._tree.drop_folder(folder)
        with suppress(OSError):
            self._sync_folders()
        return pictures, failed

    def _undo(self, file: FilePlan) -> None:
        seen = self._look(file)
        if self._is(seen, file.before):
            return
        if not self._is(seen, file.after):
            raise Conflict([self._picture(file, seen)])
        if not file.before.mode:
            away = file.slot + _AWAY
            self._stage.drop(away)
            self._stage.take(self._tree, file.path, away)
            point("landing: a new file came out")
            self._keep_if(file, file.after, away)
            return
        slot = file.slot
        if not self._is(self._stage.find(slot), file.before):
            slot = file.slot + _BACK
            self._stage.drop(slot)
            self._put(slot, file.before)
        if file.after.mode:
            self._stage.swap(self._tree, file.path, slot)
            point("landing: what landed came out")
            self._keep_if(file, file.after, slot)
            return
        self._make_parents(file.path)
        try:
            self._stage.bring(self._tree, file.path, slot)
        except FileExistsError:
            raise Conflict([self._picture(file, self._look(file))]) from None

    def rescue(self) -> None:
        """Killed right after something came out that nobody awaited: somebody's edit waits in the stage, so it goes
        back to its place before anything else is looked at. Raises ``OSError``."""
        for file in self._plan.files:
            seen = self._look(file)
            for slot in (file.slot, file.slot + _AWAY, file.slot + _BACK):
                out = self._stage.find(slot)
                is_swapped = self._is(seen, file.after) and file.before.mode != ""
                if not out.mode or self._is(out, file.before) or self._is(out, file.after):
                    continue
                if not is_swapped and self._is_torn(out, file):
                    continue
                if self._is(seen, file.before) or self._is(seen, file.after):
                    self._hand_back(file, slot)
                    break

    def clear(self) -> None:
        """Take what waits away, and the stage. What is none of ours stays where it is."""
        of = {file.slot: file for file in self._plan.files}
        for slot in self._stage.slots():
            file = of.get(slot.partition(".")[0])
            with suppress(OSError, OdwError):
                out = self._stage.find(slot)
                if file is not None and (
                    self._is(out, file.before) or self._is(out, file.after) or self._is_torn(out, file)
                ):
                    self._stage.drop(slot)
        self._stage.vanish()

    def _is_torn(self, out: Found, file: FilePlan) -> bool:
        """Whether it is the beginning of something of ours, as a kill while writing leaves it."""
        return any(one.blob and self._blobs.get(one.blob).startswith(out.data) for one in (file.before, file.after))

    def _is(self, found: Found, version: Version) -> bool:
        if found.mode == version.mode:
            return found.digest == version.digest
        is_link = LINK in (found.mode, version.mode)
        return bool(not self._plan.knows_modes and not is_link and found.digest and found.digest == version.digest)

    def _put(self, slot: str, version: Version) -> None:
        try:
            self._stage.put(slot, version.mode, self._blobs.get(version.blob), version.permissions)
        except OSError:
            with suppress(OSError):
                self._stage.drop(slot)
            raise

    def _make_parents(self, path: str) -> None:
        bits = self._tree.permissions("") or 0o755
        for folder in parents(path):
            bits = self._plan.folders.get(folder, bits)
            self._tree.make_folder(folder, bits)

    def _refuse_thirds(self) -> None:
        if thirds := self.thirds():
            raise Conflict(thirds)

    def _sync_folders(self) -> None:
        touched = {""} | {folder for file in self._plan.files for folder in parents(file.path)}
        for folder in sorted(touched, reverse=True):
            self._tree.sync(folder)

    def _picture(self, file: FilePlan, found: Found) -> Picture:
        try:
            seen = version_of(found, self._blobs)
        except OSError:
            # A full disk keeps no copy; the file itself stays as it is.
            seen = Version(found.digest, found.mode, "", found.permissions)
        return Picture(file.path, file.before, file.after, seen, changed_sentence(file.path, found))
