"""Guard: verifying is read-only. Sees what changed in the tree meanwhile, puts back only what was tracked and clean.

A file that was dirty or untracked is never touched: nobody but its owner knows what it should be.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from odw_core.engines.loose import Json, mapping, parse_object, text
from odw_core.errors import OdwError
from odw_core.git.command import Git, encoded, names
from odw_core.git.repo import dirty
from odw_core.git.snapshot import Difference, Entry, Snapshot, difference, snapshot
from odw_core.runs.blobs import Blobs
from odw_core.runs.faults import point
from odw_core.runs.folders import private_chain
from odw_core.runs.litter import GUARD, STAGE, STAGE_FILE
from odw_core.runs.tree import CONTENT, Found, Stage, Tree, parents, stage_folder
from odw_core.text.ansi import one_line


@dataclass(frozen=True, slots=True)
class Restored:
    """What the guard did about a difference."""

    restored: tuple[str, ...]
    """Tracked and clean before, and so again."""
    replaced: tuple[tuple[str, str], ...]
    """(path, blob): what stood there when it was put back."""
    left: tuple[str, ...]
    """Changed, and not touched: were dirty, untracked or not there before, or nobody knows who changed them."""
    failed: tuple[tuple[str, str], ...]
    """(path, sentence): should have been put back and could not."""

    @property
    def value(self) -> dict[str, object]:
        """``verifyRestore``, plain JSON: ``ok restored left failed``; ``ok`` when the tree is as it was."""
        return {
            "ok": not self.left and not self.failed,
            "restored": [*self.restored],
            "left": [*self.left],
            "failed": [f"{path}: {said}" for path, said in self.failed],
            "replaced": dict(self.replaced),
        }


class Guard:
    """``async with Guard(git, blobs, folder) as guard: …verify…``; then ``guard.difference``, ``guard.restore()``."""

    def __init__(self, git: Git, blobs: Blobs, folder: Path) -> None:
        """``folder`` is the run's private folder (``Context.folder``); nothing is read yet."""
        self._git, self._blobs, self._folder = git, blobs, folder
        self._before: Snapshot | None = None
        self._after: Snapshot | None = None
        self._clean: dict[str, str] = {}
        self._unseen: dict[str, _Stamp | None] = {}
        """What differed already when an earlier guard's picture was taken up, as it lay there then."""

    async def __aenter__(self) -> Guard:
        """Remember the tree, unless that was done. Raises ``GitError``, ``OSError``."""
        if self._before is None:
            await self._look()
        return self

    async def picture(self) -> bytes:
        """Remember the tree as it is now, also for a guard after this process. Raises ``GitError``, ``OSError``."""
        before = await self._look()
        files = {path: [entry.digest, entry.mode, entry.kind] for path, entry in before.files.items()}
        return json.dumps({"files": files, "clean": self._clean}, ensure_ascii=True, sort_keys=True).encode()

    async def take_up(self, picture: bytes) -> None:
        """Judge by the picture of a guard whose process was killed; nobody watched since.

        What changed in between may be somebody's work: it is put back only if verifying changes it once more. Raises
        ``GitError``, ``OSError``, and ``OdwError`` for what is no picture.
        """
        told = parse_object(picture)
        if told is None:
            raise OdwError("Nobody knows any more what verifying found; look at git status yourself.")
        self._before, clean = Snapshot(_entries(mapping(told, "files"))), mapping(told, "clean")
        self._clean = {path: text(clean, path) for path in clean}
        found = difference(self._before, await snapshot(self._git))
        self._unseen = {path: _stamp(self._git.root / path) for path in (*found.removed, *found.modified)}

    async def _look(self) -> Snapshot:
        listed = names(await self._git.run("ls-files", "--stage", "-z"))
        # Looked at around the snapshot: what becomes dirty in that moment counts as dirty.
        unclean = {one.path for one in await dirty(self._git)}
        self._before = await snapshot(self._git)
        unclean |= {one.path for one in await dirty(self._git)}
        for line in listed:
            front, _, path = line.partition("\t")
            is_merged = front.endswith(" 0")
            if is_merged and path not in unclean and path in self._before.files:
                self._clean[path] = front.removesuffix(" 0")
        return self._before

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look again, also when verifying failed; that failure is the one that counts."""
        if error is None:
            self._after = await snapshot(self._git)
            return
        with suppress(OdwError, OSError):
            self._after = await snapshot(self._git)

    @property
    def difference(self) -> Difference:
        """What changed meanwhile. Raises ``OdwError`` where that could not be seen."""
        if self._before is None or self._after is None:
            raise OdwError("Nobody saw what verifying did to the files; look at git status yourself.")
        return difference(self._before, self._after)

    @property
    def value(self) -> dict[str, object]:
        """``verifyGuard`` as upstream words it, plain JSON: ``ok files added removed modified before_files
        after_files``."""
        found = self.difference
        assert self._before is not None
        assert self._after is not None
        return {
            "ok": found.is_clean,
            "files": sorted((*found.added, *found.removed, *found.modified)),
            "added": [*found.added],
            "removed": [*found.removed],
            "modified": [*found.modified],
            "before_files": len(self._before.files),
            "after_files": len(self._after.files),
        }

    async def restore(self) -> Restored:
        """Put back what was tracked and clean before. Never raises for a single file: that is in the value.

        Raises ``GitError``, ``OSError`` when nothing can be put back at all.
        """
        found = self.difference
        assert self._before is not None
        changed = (*found.removed, *found.modified)
        wanted = sorted(path for path in changed if path in self._clean and not self._is_as_unseen(path))
        left = sorted({*found.added, *changed} - {*wanted})
        restored: list[str] = []
        replaced: list[tuple[str, str]] = []
        failed: list[tuple[str, str]] = []
        if wanted:
            token = secrets.token_hex(8)
            aside = private_chain(self._folder, f"{GUARD}{token}", "out").parent
            try:
                # Whoever cleans up after a kill finds by it what waits beside the tree.
                stage = stage_folder(self._git) / f"{STAGE}{token}"
                (aside / STAGE_FILE).write_bytes(os.fsencode(stage))
                await self._write_aside(wanted, aside)
                with _Hands(self._git, aside / "out", token, self._blobs) as hands:
                    for path in wanted:
                        try:
                            blob = hands.put_back(path, self._before.files[path])
                        except (OSError, OdwError) as error:
                            said = error.strerror if isinstance(error, OSError) else str(error)
                            failed.append((path, said or str(error)))
                            continue
                        restored.append(path)
                        replaced += [(path, blob)] if blob else []
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        return Restored(tuple(restored), tuple(replaced), tuple(left), tuple(failed))

    def _is_as_unseen(self, path: str) -> bool:
        """Whether it changed while nobody watched and was not touched since."""
        return path in self._unseen and self._unseen[path] == _stamp(self._git.root / path)

    async def _write_aside(self, wanted: list[str], aside: Path) -> None:
        """What git holds for them, as it would write it into the tree."""
        env = {"GIT_INDEX_FILE": str(aside / "index")}
        lines = b"".join(b"%b\t%b\0" % (self._clean[path].encode(), encoded(path)) for path in wanted)
        await self._git.run("update-index", "-z", "--index-info", stdin=lines, env=env)
        asked = b"".join(encoded(path) + b"\0" for path in wanted)
        prefix = f"--prefix={aside / 'out'}/"
        await self._git.run("checkout-index", "-z", "--stdin", "--force", prefix, stdin=asked, env=env)


_Stamp = tuple[int, int, int, int]


def _stamp(path: Path) -> _Stamp | None:
    """What changes with every write, be it of the same bytes; None when nothing is there."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _entries(told: Json) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for path, said in told.items():
        match said:
            case [str(digest), int(mode), ("file" | "link" | "other") as kind]:
                entries[path] = Entry(digest, mode, kind)
            case _:
                raise OdwError("Nobody knows any more what verifying found; look at git status yourself.")
    return entries


class _Hands:
    """Puts files back, one by one; what they replace is copied first."""

    def __init__(self, git: Git, out: Path, token: str, blobs: Blobs) -> None:
        self._tree, self._blobs = Tree(git.root), blobs
        self._out = Tree(out)
        self._stage = Stage.beside(git, f"{STAGE}{token}")

    def __enter__(self) -> _Hands:
        return self

    def __exit__(self, *_: object) -> None:
        self._stage.close()
        self._out.close()
        self._tree.close()

    def put_back(self, path: str, before: Entry) -> str:
        """The name of the blob that holds what it replaced; empty where nothing was. Raises ``OSError``,
        ``OdwError``."""
        clean = self._out.find(path)
        if clean.digest != before.digest or not clean.mode:
            raise OdwError("git holds another content than the file had; it stays as it is.")
        seen = self._tree.find(path)
        if seen.mode and seen.mode not in CONTENT:
            raise OdwError(f"{one_line(path, 200)} is {seen.mode} now; it stays as it is.")
        if seen.digest == before.digest and seen.mode == clean.mode and seen.permissions == before.mode & 0o7777:
            return ""
        blob = self._kept(seen)
        try:
            self._stage.put("new", clean.mode, clean.data, before.mode & 0o7777)
            if not seen.mode:
                self._make_parents(path)
                self._stage.bring(self._tree, path, "new")
                return ""
            self._stage.swap(self._tree, path, "new")
            point("guard: a file came out")
            # Somebody may have written in this very moment.
            out = self._stage.find("new")
            if out.mode not in CONTENT:
                self._stage.swap(self._tree, path, "new")
                raise OdwError("it changed while it was put back; it stays as it is.")
            return blob if out.digest == seen.digest else self._kept(out)
        finally:
            self._stage.drop("new")

    def _kept(self, found: Found) -> str:
        return self._blobs.put(found.data) if found.mode in CONTENT else ""

    def _make_parents(self, path: str) -> None:
        bits = self._tree.permissions("") or 0o755
        for folder in parents(path):
            known = self._tree.permissions(folder)
            if known is None:
                self._tree.make_folder(folder, bits)
            bits = known or bits
