"""Overlaying: a commit that is another one with some files as a person has them. No branch leads to it, and neither
their tree nor their index changes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from odw_core.errors import OdwError
from odw_core.git.command import Git, encoded, scratch
from odw_core.runs.landed import Version
from odw_core.runs.tree import CONTENT, FILE, LINK, PROGRAM
from odw_core.text.ansi import one_line

_WHO = {
    f"GIT_{role}_{name}": value
    for role in ("AUTHOR", "COMMITTER")
    # The same files make the same commit, whenever that is.
    for name, value in (("NAME", "odw-tui"), ("EMAIL", "odw-tui@localhost"), ("DATE", "@0 +0000"))
}


async def overlaid(git: Git, base: str, found: Mapping[str, Version], blob: Callable[[str], bytes]) -> str:
    """``base`` with these files as they were found; a version without a mode takes its file away.

    ``blob`` gives the bytes of a version. Raises ``OdwError``, also for what is no file and no link.
    """
    is_fixed = (await git.run("config", "--type=bool", "core.fileMode", ok=(0, 1))).strip() == b"false"
    with scratch() as aside:
        env = {"GIT_INDEX_FILE": str(aside / "index")}
        await git.run("read-tree", base, env=env)
        lines = [await _line(git, base, path, one, blob, env, is_fixed=is_fixed) for path, one in sorted(found.items())]
        await git.run("update-index", "-z", "--index-info", stdin=b"".join(lines), env=env)
        tree = (await git.run("write-tree", env=env)).decode().strip()
    said = f"What a person changed: {', '.join(one_line(path, 200) for path in sorted(found))}"
    made = await git.run("commit-tree", tree, "-p", base, stdin=said.encode("utf-8", "replace"), env=_WHO)
    return made.decode().strip()


async def _line(
    git: Git,
    base: str,
    path: str,
    found: Version,
    blob: Callable[[str], bytes],
    env: Mapping[str, str],
    *,
    is_fixed: bool,
) -> bytes:
    if not found.mode:
        return b"0 %b\t%b\0" % (b"0" * len(base), encoded(path))
    if found.mode not in CONTENT:
        raise OdwError(f"{one_line(path, 200)} is {found.mode}; nothing can begin from that.")
    # Line ends as git keeps them, as a landing compares them.
    how = f"--path={os.fsdecode(encoded(path))}" if found.mode != LINK else "--no-filters"
    oid = (await git.run("hash-object", "-w", "--stdin", how, stdin=blob(found.blob))).strip()
    mode = found.mode
    if is_fixed and mode in (FILE, PROGRAM):
        # What the file system says of programs means nothing here.
        known = await git.run("ls-files", "--stage", "--", os.fsdecode(encoded(path)), env=env)
        mode = PROGRAM if known.startswith(PROGRAM.encode()) else FILE
    return b"%b %b\t%b\0" % (mode.encode(), oid, encoded(path))
