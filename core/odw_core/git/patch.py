"""Patches as bytes: which files they touch, several as one, and whether they apply. Bytes are never trimmed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from odw_core.git.command import Git, names, trouble
from odw_core.git.patch_headers import both_names, headers

Category = Literal["patch_conflict", "corrupt_patch", "no_changes"]


_CORRUPT = re.compile(
    rb"(?m)^error: (corrupt patch|No valid patches|patch fragment without header|git diff header lacks|"
    rb"corrupt binary patch|unrecognized (binary patch|input)|patch with only garbage)|invalid mode on line"
)


@dataclass(frozen=True, slots=True)
class PatchTrouble:
    """Why a patch does not apply. ``message`` is git's sentence, ``path`` the file it names, if it names one."""

    category: Category
    message: str
    path: str | None


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a patch about one file; ``paths`` are its old and its new name (one of them when they are equal)."""

    paths: tuple[str, ...]
    data: bytes


def files_of(patch: bytes) -> tuple[str, ...]:
    """Every path the patch changes, old and new names, in order, unquoted. Any bytes are taken."""
    return tuple(dict.fromkeys(path for section in sections(patch) for path in section.paths))


def sections(patch: bytes) -> tuple[Section, ...]:
    """The patch in parts, one a file; put together they are the patch again, save for what stands before the first."""
    found: list[Section] = []
    starts: list[tuple[int, list[bytes], list[bytes]]] = []
    for position, word, value in headers(patch):
        if word == "begin":
            starts.append((position, both_names(value), []))
        elif starts:
            starts[-1][2].append(value)
    ends = [start[0] for start in starts[1:]] + [len(patch)]
    for (start, both, said), end in zip(starts, ends, strict=False):
        # A name ends at a zero byte, as it does for git.
        names_said = (name.partition(b"\0")[0].decode("utf-8", "surrogateescape") for name in (said or both))
        paths = dict.fromkeys(name for name in names_said if name)
        found.append(Section(tuple(paths), patch[start:end]))
    return tuple(found)


def combined(patches: Sequence[bytes]) -> bytes:
    """The patches one after the other. A missing last newline is added, nothing else: a last line may be one space."""
    return b"".join(patch if patch.endswith(b"\n") else patch + b"\n" for patch in patches if patch)


async def check(git: Git, patch: bytes) -> PatchTrouble | None:
    """Why the patch does not apply to the files as they are; None when it does. Changes nothing."""
    if not patch.strip():
        return PatchTrouble("no_changes", "The patch is empty.", None)
    finished = await git.call("apply", "--check", "-", stdin=patch)
    if not finished.code:
        # What may be touched is decided by ``files_of``, so git has to find the same names in it.
        counted = names(await git.run("apply", "--numstat", "-z", "-", stdin=patch))
        other = {line.split("\t", 2)[-1] for line in counted} - set(files_of(patch))
        return PatchTrouble("corrupt_patch", "The names in the patch are not clear.", min(other)) if other else None
    message = str(trouble(git.root, finished))
    if _CORRUPT.search(finished.said):
        return PatchTrouble("corrupt_patch", message, None)
    said = finished.said.decode("utf-8", "surrogateescape")
    named = [path for path in files_of(patch) if path in said]
    # "a" is also in a sentence about "a.py".
    return PatchTrouble("patch_conflict", message, max(named, key=len, default=None))


async def apply(git: Git, patch: bytes, *, index: bool = False) -> None:
    """Apply the patch to the files, with ``index`` to the index as well: all of it or nothing. Raises ``GitError``."""
    await git.run("apply", *(("--index",) if index else ()), "-", stdin=patch)
