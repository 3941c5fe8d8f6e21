"""Preparing a landing: what each file of the patch is, and what it becomes. Works aside; changes no file of the tree.

Git alone says what a patch means; what it says is kept in blobs before anything is changed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from odw_core.git.command import Git, GitError, encoded
from odw_core.git.patch import files_of
from odw_core.runs.blobs import Blobs, name_of
from odw_core.runs.folders import private_chain
from odw_core.runs.landed import Candidate, FilePlan, Landed, Picture, Plan, Version
from odw_core.runs.litter import PREPARING
from odw_core.runs.tree import (
    BELOW_FILE,
    CONTENT,
    FILE,
    FOLDER,
    LINK,
    NOTHING,
    PROGRAM,
    Found,
    Tree,
    is_landable,
    parents,
    stage_folder,
)
from odw_core.text.ansi import one_line

_MODES = {FILE: "a plain file", PROGRAM: "a program", LINK: "a link", "160000": "a submodule", "040000": "a folder"}
_MANY = 400


@dataclass(frozen=True, slots=True)
class _InGit:
    """An entry of a commit or an index."""

    mode: str
    oid: str


class Preparation:
    """One candidate, from bytes to a plan. Used once."""

    def __init__(self, git: Git, tree: Tree, blobs: Blobs, folder: Path) -> None:
        """``folder`` is the run's private folder; what git needs aside lies there and is taken away again."""
        self._git, self._tree, self._blobs = git, tree, blobs
        self._token = secrets.token_hex(8)
        self._folder, self._aside = folder, folder / f"{PREPARING}{self._token}"

    async def plan(self, candidate: Candidate, expected: Mapping[str, str], by: str) -> Plan | Landed:
        """The plan, or why nothing can land. Raises ``OSError`` when the disk does not take it."""
        names = files_of(candidate.patch)
        if not names:
            category = "corrupt_patch" if candidate.patch.strip() else "no_changes"
            said = "The patch names no file." if candidate.patch.strip() else "The candidate changes nothing."
            return Landed(False, (), 0, candidate.base, category, said, digest=candidate.digest)
        try:
            private_chain(self._folder, self._aside.name, "objects")
            return await self._plan(candidate, names, expected, by)
        except GitError as error:
            return _cannot(candidate, names, "corrupt_patch", f"The patch cannot be read against its base: {error}")
        finally:
            shutil.rmtree(self._aside, ignore_errors=True)

    async def _plan(
        self, candidate: Candidate, names: tuple[str, ...], expected: Mapping[str, str], by: str
    ) -> Plan | Landed:
        for path in names:
            if not is_landable(path):
                return _cannot(
                    candidate, names, "corrupt_patch", f"{one_line(path, 200)!r} is no path that anything may land at."
                )
        base = await self._base(candidate.base, names)
        knows_modes = (await self._git.run("config", "--type=bool", "core.fileMode", ok=(0, 1))).strip() != b"false"
        own, above = frozenset(names), frozenset(folder for path in base for folder in parents(path))
        found = {path: unless_its_own(self._tree.find(path), path, own, above) for path in names}
        env = await self._environment()
        changed = [path for path in names if not await self._is_as_in(base.get(path), found[path], path, knows_modes)]
        dirty = {path for path in changed if expected.get(path) == found[path].digest != ""}
        entries = dict(base)
        for path in dirty:
            mode = found[path].mode if knows_modes or path not in base else base[path].mode
            entries[path] = _InGit(mode, await self._hashed(path, found[path], env, keeps=True))
        lines = [b"%b %b\t%b" % (e.mode.encode(), e.oid.encode(), encoded(p)) for p, e in sorted(entries.items())]
        await self._git.run("update-index", "-z", "--index-info", stdin=b"".join(x + b"\0" for x in lines), env=env)
        try:
            await self._git.run("apply", "--cached", "--whitespace=nowarn", "-", stdin=candidate.patch, env=env)
        except GitError as error:
            if dirty:
                said = f"The patch does not fit the files as they are: {error} Look at the diff and run it again."
                pictures = await self._pictures([path for path in names if path in dirty], base, found, {})
                return _cannot(candidate, names, "patch_conflict", said, pictures)
            raise
        after = await self._after(env)
        for path, entry in after.items():
            if entry.mode not in CONTENT:
                said = f"{one_line(path, 200)} would become {_MODES.get(entry.mode, entry.mode)}; that cannot land."
                return _cannot(candidate, names, "corrupt_patch", said)
        made = self._made(await self._written(after, env), after, found, knows_modes)
        foreign = [path for path in changed if path not in dirty]
        if foreign:
            return await self._conflict(candidate, names, foreign, base, found, made)
        return self._put_together(candidate, names, by, knows_modes, found, made)

    def _put_together(
        self,
        candidate: Candidate,
        names: tuple[str, ...],
        by: str,
        knows_modes: bool,
        found: Mapping[str, Found],
        made: Mapping[str, Version],
    ) -> Plan | Landed:
        changes: list[FilePlan] = []
        for number, path in enumerate(names):
            before, after = version_of(found[path], self._blobs), made.get(path, Version())
            if (before.digest, before.mode) != (after.digest, after.mode):
                changes.append(FilePlan(path, before, after, str(number)))
        if not changes:
            return _cannot(candidate, names, "no_changes", "The patch leaves every file as it is.")
        above = sorted({folder for path in names for folder in parents(path)})
        bits = {folder: self._tree.permissions(folder) for folder in above}
        return Plan(
            token=self._token,
            digest=candidate.digest,
            base=candidate.base,
            patch=self._blobs.put(candidate.patch),
            by=by,
            stage=str(stage_folder(self._git)),
            knows_modes=knows_modes,
            names=names,
            files=tuple(sorted(changes, key=lambda one: (bool(one.after.mode), bool(one.before.mode), one.path))),
            folders={folder: known for folder, known in bits.items() if known is not None},
        )

    async def _base(self, commit: str, names: tuple[str, ...]) -> dict[str, _InGit]:
        found: dict[str, _InGit] = {}
        wanted = frozenset(names)
        for at in range(0, len(names), _MANY):
            part = (os.fsdecode(encoded(path)) for path in names[at : at + _MANY])
            listed = await self._git.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", *part)
            found |= {path: entry for path, entry in _listed(listed, kind=True) if path in wanted}
        return found

    async def _environment(self) -> dict[str, str]:
        """Index and new objects lie aside, so that the repository itself gets nothing of this."""
        said = await self._git.run("rev-parse", "--path-format=absolute", "--git-path", "objects")
        objects = os.fsdecode(said.removesuffix(b"\n"))
        return {
            "GIT_INDEX_FILE": str(self._aside / "index"),
            "GIT_OBJECT_DIRECTORY": str(self._aside / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": '"' + objects.replace("\\", "\\\\").replace('"', '\\"') + '"',
        }

    async def _is_as_in(self, entry: _InGit | None, found: Found, path: str, knows_modes: bool) -> bool:
        if entry is None or found.mode not in CONTENT:
            return entry is None and found.mode == ""
        is_link = LINK in (entry.mode, found.mode)
        if entry.mode != found.mode and (knows_modes or is_link):
            return False
        kind = "sha256" if len(entry.oid) == 64 else "sha1"
        plain = hashlib.new(kind, b"blob %d\0%b" % (len(found.data), found.data), usedforsecurity=False).hexdigest()
        return entry.oid == plain or (not is_link and entry.oid == await self._hashed(path, found, None, keeps=False))

    async def _hashed(self, path: str, found: Found, env: Mapping[str, str] | None, *, keeps: bool) -> str:
        """The name git gives this content at that path, after its line ends are what git keeps."""
        how = (f"--path={os.fsdecode(encoded(path))}",) if found.mode != LINK else ("--no-filters",)
        args = ("hash-object", *(("-w",) if keeps else ()), "--stdin", *how)
        return (await self._git.run(*args, stdin=found.data, env=env)).decode().strip()

    async def _after(self, env: Mapping[str, str]) -> dict[str, _InGit]:
        return dict(_listed(await self._git.run("ls-files", "--stage", "-z", env=env), kind=False))

    async def _written(self, after: Mapping[str, _InGit], env: Mapping[str, str]) -> dict[str, Found]:
        """What git would write into the tree."""
        if not after:
            return {}
        out = private_chain(self._aside, "out")
        asked = b"".join(encoded(path) + b"\0" for path in after)
        await self._git.run("checkout-index", "-z", "--stdin", "--force", f"--prefix={out}/", stdin=asked, env=env)
        aside = Tree(out)
        try:
            return {path: aside.find(path) for path in after}
        finally:
            aside.close()

    def _made(
        self,
        written: Mapping[str, Found],
        after: Mapping[str, _InGit],
        found: Mapping[str, Found],
        knows_modes: bool,
    ) -> dict[str, Version]:
        made: dict[str, Version] = {}
        for path, entry in after.items():
            was, data = found[path], written[path].data
            mode = entry.mode
            if mode != LINK and not knows_modes and was.mode in (FILE, PROGRAM):
                mode = was.mode
            made[path] = Version(name_of(data), mode, self._blobs.put(data), self._permissions(path, was, mode))
        return made

    def _permissions(self, path: str, was: Found, mode: str) -> int:
        """Those the file had; those its folder suggests where it is new."""
        if mode == LINK:
            return 0
        bits = was.permissions if was.mode in (FILE, PROGRAM) else 0o666 & self._near(path)
        return bits | (bits & 0o444) >> 2 if mode == PROGRAM else bits & ~0o111

    def _near(self, path: str) -> int:
        for folder in (*reversed(parents(path)), ""):
            if (known := self._tree.permissions(folder)) is not None:
                return known
        return 0o755

    async def _conflict(
        self,
        candidate: Candidate,
        names: tuple[str, ...],
        foreign: list[str],
        base: Mapping[str, _InGit],
        found: Mapping[str, Found],
        made: Mapping[str, Version],
    ) -> Landed:
        pictures = await self._pictures(foreign, base, found, made)
        said = f"{pictures[0].reason[:-1]}, so nothing landed; commit or undo that change and land it again."
        return _cannot(candidate, names, "patch_conflict", said, pictures)

    async def _pictures(
        self,
        foreign: list[str],
        base: Mapping[str, _InGit],
        found: Mapping[str, Found],
        made: Mapping[str, Version],
    ) -> tuple[Picture, ...]:
        pictures: list[Picture] = []
        for path in foreign:
            before = Version()
            if path in base:
                data = await self._git.run("cat-file", "blob", base[path].oid) if base[path].mode in CONTENT else b""
                before = Version(name_of(data), base[path].mode, self._blobs.put(data))
            seen = version_of(found[path], self._blobs)
            pictures.append(Picture(path, before, made.get(path, Version()), seen, changed_sentence(path, found[path])))
        return tuple(pictures)


def version_of(found: Found, blobs: Blobs) -> Version:
    """What was found, its content kept. Raises ``OSError``."""
    blob = blobs.put(found.data) if found.mode in CONTENT else ""
    return Version(found.digest, found.mode, blob, found.permissions)


def unless_its_own(found: Found, path: str, own: AbstractSet[str], above: AbstractSet[str]) -> Found:
    """Nothing, where the way is only barred by what the landing itself takes away: a folder whose files go (one of
    ``above``), a file (one of ``own``) that becomes a folder. If others are in that folder, the step itself fails."""
    if found.mode == FOLDER and path in above:
        return NOTHING
    if found.mode == BELOW_FILE and not own.isdisjoint(parents(path)):
        return NOTHING
    return found


def changed_sentence(path: str, found: Found) -> str:
    """That somebody else changed it, ending with a full stop."""
    shown = one_line(path, 200)
    if found.mode in CONTENT:
        return f"{shown} changed since it was reviewed."
    if found.mode:
        return f"{shown} is {found.mode} now."
    return f"{shown} is gone since it was reviewed."


def _cannot(
    candidate: Candidate, names: tuple[str, ...], category: str, error: str, pictures: tuple[Picture, ...] = ()
) -> Landed:
    return Landed(False, names, 0, candidate.base, category, error, pictures, candidate.digest)


def _listed(output: bytes, *, kind: bool) -> list[tuple[str, _InGit]]:
    """Lines of ``ls-tree`` (mode, kind, name of the object) or of ``ls-files --stage`` (mode, name, stage)."""
    found: list[tuple[str, _InGit]] = []
    for line in output.split(b"\0"):
        front, tab, path = line.partition(b"\t")
        words = front.decode("ascii", "replace").split()
        if tab and len(words) == 3:
            found.append((path.decode("utf-8", "surrogateescape"), _InGit(words[0], words[2 if kind else 1])))
    return found
