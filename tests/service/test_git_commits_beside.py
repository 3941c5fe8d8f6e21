"""Committing what landed beside a person's own work in the very same files, before and after, staged or not, whatever
the change is: exactly the landed hunks, and not one byte or index entry of anything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.git_repository import IDENTITY, Repository, contents
from odw_core.git.command import Git, GitError
from odw_core.git.commit import commit_landed
from odw_core.git.patch import apply, files_of
from odw_core.git.repo import open_repo
from odw_core.git.worktree import add, captured, remove

LINES = [f"line {number}\n" for number in range(60)]
LANDED = "".join([*LINES[:30], "landed\n", *LINES[31:]])
"""One line in the middle is another one."""


def text(*, far: bool = False, near: bool = False, landed: bool = False) -> str:
    """The file with edits of the person at its ends or right beside the place of the landing."""
    middle = "landed\n" if landed else LINES[30]
    first = ["mine, far\n"] if far else []
    beside = ["mine, near\n"] if near else []
    return "".join([*first, *LINES[:30], middle, *beside, *LINES[31:]])


class Place:
    """A repository in which one change is about to land."""

    def __init__(self, base: Path) -> None:
        self.base, self.repository = base, Repository(base / "repo")
        self.patch = b""
        for name in ("shared.py", "other.py"):
            self.repository.write(name, "".join(LINES))
        self.repository.commit()

    async def open(self) -> Git:
        return await open_repo(self.repository.root)

    async def captures(self, change: Callable[[Path], object]) -> None:
        """Somebody changes a worktree at HEAD; that is what lands."""
        git = await self.open()
        tree = await add(git, self.base / "tree", "HEAD")
        change(tree.root)
        self.patch = await captured(tree, "HEAD")
        await remove(git, tree.root)

    async def lands(self) -> None:
        await apply(await self.open(), self.patch)

    async def commits(self, **more: str) -> None:
        """And everything that is not of the landing is as it was."""
        repository = self.repository
        landed = {path.encode("utf-8", "surrogateescape") for path in files_of(self.patch)}
        parent, before = repository.head(), contents(repository.root)
        entries = {path: entry for path, entry in repository.entries().items() if path not in landed}
        commit = await commit_landed(await self.open(), self.patch, "landed", **more)
        assert repository.head() == commit
        assert repository.git("rev-parse", "HEAD^").decode().strip() == parent
        made = repository.git("diff-tree", "-p", "--binary", "--full-index", "--no-renames", parent, commit)
        assert made == self.patch
        assert contents(repository.root) == before
        assert {path: entry for path, entry in repository.entries().items() if path not in landed} == entries

    def staged(self, name: str = "shared.py") -> str:
        return self.repository.git("cat-file", "blob", f":{name}").decode()

    def difference(self, *options: str) -> list[str]:
        """What the person has beside HEAD, or beside the index."""
        lines = self.repository.git("diff", "--unified=0", *options).decode().splitlines()
        return [line for line in lines if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    return Place(tmp_path)


async def shared(place: Place) -> None:
    await place.captures(lambda root: (root / "shared.py").write_text(LANDED))


async def test_an_edit_made_far_from_the_hunk_before_it_landed_stays_uncommitted(place: Place) -> None:
    await shared(place)
    place.repository.write("shared.py", text(far=True))
    await place.lands()
    await place.commits()
    assert place.staged() == LANDED
    assert place.difference() == ["+mine, far"]


@pytest.mark.parametrize(("far", "near"), [(True, False), (False, True), (True, True)])
async def test_an_edit_made_after_it_landed_stays_uncommitted_however_near(place: Place, far: bool, near: bool) -> None:
    await shared(place)
    await place.lands()
    place.repository.write("shared.py", text(far=far, near=near, landed=True))
    await place.commits()
    assert place.staged() == LANDED
    assert place.difference() == ["+mine, far"] * far + ["+mine, near"] * near


@pytest.mark.parametrize(("far", "near"), [(True, False), (False, True), (True, True)])
async def test_an_edit_that_was_staged_with_the_whole_file_after_it_landed_stays_staged(
    place: Place, far: bool, near: bool
) -> None:
    await shared(place)
    await place.lands()
    mine = text(far=far, near=near, landed=True)
    place.repository.write("shared.py", mine)
    place.repository.git("add", "shared.py")
    await place.commits()
    assert place.staged() == mine
    assert place.difference("--cached") == ["+mine, far"] * far + ["+mine, near"] * near
    assert place.difference() == []


async def test_an_edit_that_was_staged_before_it_landed_stays_staged(place: Place) -> None:
    await shared(place)
    place.repository.write("shared.py", text(far=True))
    place.repository.git("add", "shared.py")
    await place.lands()
    await place.commits()
    assert place.staged() == text(far=True, landed=True)
    assert place.difference("--cached") == ["+mine, far"]
    assert place.difference() == []


async def test_edits_staged_and_not_staged_in_the_landed_file_stay_what_they_were(place: Place) -> None:
    await shared(place)
    place.repository.write("shared.py", text(far=True))
    place.repository.git("add", "shared.py")
    await place.lands()
    place.repository.write("shared.py", text(far=True, near=True, landed=True))
    await place.commits()
    assert place.difference("--cached") == ["+mine, far"]
    assert place.difference() == ["+mine, near"]


async def test_what_the_person_made_of_the_landed_line_is_a_change_of_theirs(place: Place) -> None:
    await shared(place)
    await place.lands()
    place.repository.write("shared.py", LANDED.replace("landed\n", "landed, and mended by me\n"))
    await place.commits()
    assert place.difference() == ["-landed", "+landed, and mended by me"]


async def test_a_new_file_that_the_person_went_on_with_and_staged_is_committed_as_it_landed(place: Place) -> None:
    await place.captures(lambda root: (root / "new.py").write_text("landed\n"))
    await place.lands()
    place.repository.write("new.py", "landed\nmine\n")
    place.repository.git("add", "new.py")
    await place.commits()
    assert place.difference("--cached") == ["+mine"]


async def test_a_landed_file_that_the_person_removed_and_staged_so_stays_removed(place: Place) -> None:
    await shared(place)
    await place.lands()
    place.repository.git("rm", "-q", "--force", "shared.py")
    await place.commits()
    assert place.repository.git("status", "--porcelain") == b"D  shared.py\n"


CHANGES: dict[str, Callable[[Path], object]] = {
    "a new file in a new folder": lambda root: _made(root / "deep/er/new.py", b"landed\n"),
    "a file that goes": lambda root: (root / "other.py").unlink(),
    "a file that moves and changes": lambda root: _moved(root / "other.py", root / "moved.py"),
    "a program": lambda root: (root / "other.py").chmod(0o755),
    "a program that changes": lambda root: _made(root / "other.py", b"#!/bin/sh\n", 0o755),
    "carriage returns": lambda root: _made(root / "crlf.txt", b"one\r\ntwo\r\nlanded\r\n"),
    "no last newline": lambda root: _made(root / "other.py", "".join(LINES).rstrip("\n").encode()),
    "a last newline": lambda root: _made(root / "bare.txt", b"no newline\n"),
    "binary": lambda root: _made(root / "picture.bin", bytes(range(256))),
    "empty": lambda root: _made(root / "empty", b""),
    "a link": lambda root: (root / "link").symlink_to("other.py"),
    "a name that is no text": lambda root: _made(root / "n\udcff\n \"t'.py", b"landed\n"),
}


def _made(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def _moved(old: Path, new: Path) -> None:
    new.write_text("".join(LINES[:-1]))
    old.unlink()


@pytest.mark.parametrize("change", CHANGES)
async def test_every_kind_of_change_is_committed_beside_every_kind_of_own_work(place: Place, change: str) -> None:
    repository = place.repository
    repository.write("crlf.txt", b"one\r\ntwo\r\n")
    repository.write("bare.txt", b"no newline")
    repository.write("picture.bin", bytes(range(255, -1, -1)))
    repository.write("mine.py", "".join(LINES))
    repository.commit()
    await place.captures(CHANGES[change])
    repository.write("shared.py", text(far=True))
    repository.write("mine.py", "staged\n")
    repository.git("add", "mine.py")
    repository.write("mine.py", "staged\nand not\n")
    repository.git("mv", "shared.py", "renamed.py")
    repository.write("untracked", b"\x00mine")
    await place.lands()
    await place.commits()
    landed = {path.encode("utf-8", "surrogateescape") for path in files_of(place.patch)}
    left = repository.git("status", "--porcelain", "-z", "--no-renames").split(b"\0")
    assert not {line[3:] for line in left if line} & landed


@pytest.mark.parametrize("branch", ["work/landed", None])
async def test_a_detached_head_or_a_new_branch_takes_them_as_well(place: Place, branch: str | None) -> None:
    await shared(place)
    await place.lands()
    place.repository.write("shared.py", text(near=True, landed=True))
    place.repository.git("checkout", "-q", "--detach")
    await place.commits(**({"branch": branch} if branch else {}))
    assert place.difference() == ["+mine, near"]
    assert place.repository.git("branch", "--show-current").decode().strip() == (branch or "")


@pytest.mark.parametrize("operation", ["merge", "cherry-pick", "revert", "rebase"])
async def test_while_git_is_in_the_middle_of_something_nothing_is_committed(place: Place, operation: str) -> None:
    repository = place.repository
    for branch, said in (("side", "side\n"), ("main", "main\n")):
        repository.git("checkout", "-q", "-B", branch, "HEAD" if branch == "side" else "HEAD^")
        repository.write("other.py", said)
        repository.commit(branch)
    repository.write("other.py", "main again\n")
    repository.commit("again")
    await shared(place)
    await place.lands()
    other = "HEAD^" if operation == "revert" else "side"
    if operation == "rebase":
        repository.git("stash", "-q")
        repository.git("rebase", "side", ok=(1,))
        repository.git("checkout", "-q", "stash@{0}", "--", "shared.py")
    else:
        repository.git(operation, other, ok=(1,))
    before = contents(repository.root), repository.entries(), repository.head()
    with pytest.raises(GitError, match=f"A {operation} is going on"):
        await commit_landed(await place.open(), place.patch, "landed")
    assert (contents(repository.root), repository.entries(), repository.head()) == before


async def test_hooks_that_would_refuse_are_not_asked(place: Place) -> None:
    await shared(place)
    await place.lands()
    for name in ("pre-commit", "commit-msg", "prepare-commit-msg", "reference-transaction"):
        place.repository.write(f".git/hooks/{name}", "#!/bin/sh\nexit 1\n", mode=0o755)
    await place.commits()


async def test_what_the_person_committed_themselves_is_said_to_be_there(place: Place) -> None:
    await shared(place)
    await place.lands()
    place.repository.commit("all of it, by me")
    with pytest.raises(GitError, match="nothing is committed: it holds it already"):
        await commit_landed(await place.open(), place.patch, "landed")


async def test_hunks_of_a_renaming_patch_are_committed_too(place: Place) -> None:
    """As upstream captures them: a rename with its edits in one section."""
    repository = place.repository
    repository.git("mv", "other.py", "moved.py")
    repository.write("moved.py", "".join(LINES[:-1]))
    repository.git("add", "-A")
    patch = repository.git("diff", "--cached", "--binary", "--full-index", "-M")
    assert b"rename from other.py" in patch
    repository.git("reset", "-q", "--hard")
    git = await place.open()
    await apply(git, patch)
    repository.write("shared.py", text(far=True))
    await commit_landed(git, patch, "landed")
    assert repository.git("diff-tree", "-r", "-M", "--name-status", "HEAD^", "HEAD").split(b"\t")[1:] == [
        b"other.py",
        b"moved.py\n",
    ]
    assert repository.git("status", "--porcelain") == b" M shared.py\n"
