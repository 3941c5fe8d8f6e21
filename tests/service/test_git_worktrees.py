"""Worktrees of a real repository: what an agent can do there is read as one patch, and lands byte by byte elsewhere."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.git_repository import IDENTITY, Repository, contents
from odw_core.git.command import Git, GitBusy, GitError
from odw_core.git.patch import apply, check, combined, files_of
from odw_core.git.preview import preview
from odw_core.git.repo import branch, dirty, head, open_repo
from odw_core.git.worktree import add, captured, names_below, opened, remove


@pytest.fixture(autouse=True)
def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repo")
    made.write("a.txt", "one\ntwo\nthree\n")
    made.write("folder/b.txt", "b\n")
    made.write("bin", bytes(range(256)) * 20)
    made.write("run.sh", "#!/bin/sh\n", mode=0o755)
    made.write("empty", b"")
    made.write("crlf.txt", b"one\r\ntwo\r\n")
    made.write("no newline", b"one\ntwo")
    (made.root / "link").symlink_to("a.txt")
    made.commit("first")
    return made


def _write(root: Path, path: str | bytes, data: bytes) -> None:
    place = root / os.fsdecode(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def _replace(root: Path, path: str, by: str) -> None:
    (root / path).unlink()
    (root / path).symlink_to(by)


def _folder_for_file(root: Path) -> None:
    (root / "empty").unlink()
    _write(root, "empty/inside", b"x\n")


def _file_for_folder(root: Path) -> None:
    shutil.rmtree(root / "folder")
    _write(root, "folder", b"a file now\n")


def _link_for_folder(root: Path) -> None:
    shutil.rmtree(root / "folder")
    (root / "folder").symlink_to("/etc")


def _committed(root: Path) -> None:
    _write(root, "a.txt", b"one\nTWO\nthree\n")
    Repository(root, is_new=False).commit("by the agent")
    _write(root, "a.txt", b"one\nTWO\nTHREE\n")


def _hidden(root: Path) -> None:
    """An agent that tells its index to look away."""
    _write(root, "a.txt", b"changed\n")
    Repository(root, is_new=False).git("update-index", "--assume-unchanged", "a.txt")


CHANGES: dict[str, Callable[[Path], object]] = {
    "text": lambda root: _write(root, "a.txt", b"one\n2\nthree\n"),
    "a blank last line of context": lambda root: _write(root, "a.txt", b"one\n\ntwo\nthree\n"),
    "binary": lambda root: _write(root, "bin", bytes(reversed(range(256))) * 20),
    "a new binary": lambda root: _write(root, "new.bin", b"\0\1\2" * 1000),
    "deleted": lambda root: (root / "a.txt").unlink(),
    "renamed": lambda root: (root / "a.txt").rename(root / "renamed.txt"),
    "mode": lambda root: (root / "a.txt").chmod(0o755),
    "mode taken": lambda root: (root / "run.sh").chmod(0o644),
    "link changed": lambda root: _replace(root, "link", "folder/b.txt"),
    "file becomes a link": lambda root: _replace(root, "a.txt", "run.sh"),
    "a new empty file": lambda root: _write(root, "new", b""),
    "an empty file filled": lambda root: _write(root, "empty", b"x"),
    "a file emptied": lambda root: _write(root, "a.txt", b""),
    "crlf": lambda root: _write(root, "crlf.txt", b"one\r\ntwo more\r\nthree\r\n"),
    "crlf to lf": lambda root: _write(root, "crlf.txt", b"one\ntwo\n"),
    "newline added": lambda root: _write(root, "no newline", b"one\ntwo\n"),
    "newline taken": lambda root: _write(root, "a.txt", b"one\ntwo\nthree"),
    "spaces": lambda root: _write(root, "with  space/ name .txt ", b"x\n"),
    "quotes": lambda root: _write(root, "qu\"ote'\\.txt", b"x\n"),
    "newline in the name": lambda root: _write(root, "line\nbreak\t.txt", b"x\n"),
    "no utf-8 in the name": lambda root: _write(root, b"\xff\xfe.txt", b"x\n"),
    "a name like an option": lambda root: _write(root, "-rf", b"x\n"),
    "a name like a pathspec": lambda root: _write(root, ":(exclude)a", b"x\n"),
    "folder for a file": _folder_for_file,
    "file for a folder": _file_for_folder,
    "link for a folder": _link_for_folder,
    "committed by the agent": _committed,
    "hidden from the index": _hidden,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_what_changes_in_a_worktree_is_the_same_elsewhere(
    change: Callable[[Path], object], repository: Repository, tmp_path: Path
) -> None:
    git = await open_repo(repository.root)
    base = await head(git)
    tree = await add(git, tmp_path / "trees" / "one", base)
    change(tree.root)
    index = (tree.directory or tree.root).joinpath("index").read_bytes()
    patch = await captured(tree, base)
    assert (tree.directory or tree.root).joinpath("index").read_bytes() == index
    other = await add(git, tmp_path / "trees" / "other", base)
    assert await check(other, patch) is None
    seen = await preview(other, patch)
    await apply(other, patch)
    assert contents(other.root) == contents(tree.root)
    assert await captured(other, base) == patch
    for entry in seen:
        place = other.root / entry.path
        kind = (
            0o120000 if place.is_symlink() else 0o100755 if place.is_file() and os.access(place, os.X_OK) else 0o100644
        )
        there = place.is_symlink() or (place.is_file() and not any(above.is_symlink() for above in place.parents))
        assert entry.mode_after == (kind if there else None)
        if there and not place.is_symlink():
            assert entry.after == place.read_bytes()
    numbers = await git.run("apply", "--numstat", "-z", "-", stdin=patch)
    listed = {entry.split(b"\t", 2)[2].decode("utf-8", "surrogateescape") for entry in numbers.split(b"\0") if entry}
    assert listed == set(files_of(patch))


async def test_everything_at_once_lands_in_one_piece(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    base = await head(git)
    patches = []
    for number, name in enumerate(
        ("binary", "spaces", "newline taken", "a new empty file", "quotes", "no utf-8 in the name")
    ):
        tree = await add(git, tmp_path / f"tree{number}", base)
        CHANGES[name](tree.root)
        patches.append(await captured(tree, base))
    whole = await add(git, tmp_path / "whole", base)
    await apply(whole, combined(patches))
    assert await captured(whole, base) != b""
    assert set(files_of(await captured(whole, base))) == set(files_of(combined(patches)))


async def test_a_patch_that_ends_in_a_blank_context_line_is_combined_unharmed(tmp_path: Path) -> None:
    """F1, odw-exec-1780519926354-29730 and 1780520642507-54665: only a missing last newline is added."""
    repository = Repository(tmp_path / "repo")
    repository.write("a.py", "one\n\n")
    repository.write("b.py", "one\n")
    base = repository.commit()
    git = await open_repo(repository.root)
    patches = []
    for name, data in (("a.py", b"zero\none\n\n"), ("b.py", b"two\n")):
        tree = await add(git, tmp_path / name, base)
        _write(tree.root, name, data)
        patches.append(await captured(tree, base))
    assert patches[0].endswith(b"\n \n")
    assert await check(git, combined(patches)) is None
    trimmed = combined([patch.strip() for patch in patches])
    trouble = await check(git, trimmed)
    assert trouble is not None
    assert trouble.category == "corrupt_patch"


async def test_nothing_changed_is_an_empty_patch(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    base = await head(git)
    tree = await add(git, tmp_path / "tree", base)
    (tree.root / "a.txt").touch()
    repository.write("elsewhere", "x")
    assert await captured(tree, base) == b""
    trouble = await check(git, b"")
    assert trouble is not None
    assert trouble.category == "no_changes"


async def test_ignored_files_and_folders_of_runs_are_left_out(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", "HEAD")
    _write(tree.root, ".gitignore", b"build/\n")
    for path in ("build/x", ".odw/runs/x", "deep/.pandacode/x", ".converge/x"):
        _write(tree.root, path, b"x")
    assert files_of(await captured(tree, "HEAD")) == (".gitignore",)
    _write(repository.root, ".odw/runs/x", b"x")
    _write(repository.root, "new", b"x")
    _write(repository.root, "a.txt", b"x")
    assert [(entry.path, entry.code, entry.is_untracked) for entry in await dirty(git)] == [
        ("a.txt", " M", False),
        ("new", "??", True),
    ]


async def test_a_repository_inside_and_submodules_are_left_alone(repository: Repository, tmp_path: Path) -> None:
    inner = Repository(tmp_path / "inner")
    inner.write("x", "x")
    inner.commit()
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "module")
    base = repository.commit("module")
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", base)
    assert list((tree.root / "module").iterdir()) == []
    Repository(tree.root / "nested")
    Repository(tree.root / "grown").write("x", "x")
    Repository(tree.root / "grown", is_new=False).commit()
    Repository(tree.root / "module").write("x", "other")
    Repository(tree.root / "module", is_new=False).commit("moved")
    _write(tree.root, "a.txt", b"changed\n")
    assert files_of(await captured(tree, base)) == ("a.txt",)
    Repository(repository.root / "module", is_new=False).commit("moved on")
    assert await dirty(git) == ()


async def test_a_sparse_worktree_deletes_nothing(repository: Repository, tmp_path: Path) -> None:
    repository.git("sparse-checkout", "set", "other")
    git = await open_repo(repository.root)
    base = await head(git)
    assert not (repository.root / "folder").exists()
    assert await dirty(git) == ()
    tree = await add(git, tmp_path / "tree", base)
    assert not (tree.root / "folder").exists()
    _write(tree.root, "a.txt", b"changed\n")
    _write(tree.root, "folder/new.txt", b"new\n")
    assert files_of(await captured(tree, base)) == ("a.txt", "folder/new.txt")


async def test_line_ends_of_the_person_are_kept(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repo")
    repository.git("config", "core.autocrlf", "true")
    repository.git("config", "core.safecrlf", "true")
    repository.write("a.txt", b"one\r\ntwo\r\n")
    repository.commit()
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", "HEAD")
    assert (tree.root / "a.txt").read_bytes() == b"one\r\ntwo\r\n"
    _write(tree.root, "a.txt", b"one\r\n2\r\n")
    _write(tree.root, "new.txt", b"one\ntwo\n")
    patch = await captured(tree, "HEAD")
    assert b"\r" not in patch
    seen = {entry.path: entry.after for entry in await preview(git, patch)}
    await apply(git, patch)
    assert (repository.root / "a.txt").read_bytes() == b"one\r\n2\r\n" == seen["a.txt"]
    assert (repository.root / "new.txt").read_bytes() == seen["new.txt"] == b"one\r\ntwo\r\n"


async def test_a_worktree_is_added_again_after_anything(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    place = tmp_path / "tree"
    record = git.root / ".git/worktrees/tree"
    await add(git, place, "HEAD")

    def led_astray() -> None:
        shutil.rmtree(place)
        place.symlink_to(repository.root)

    def shut() -> None:
        _write(place, "shut/x", b"x")
        (place / "shut").chmod(0o500)

    harms: tuple[Callable[[], object], ...] = (
        lambda: shutil.rmtree(place),
        lambda: (place / ".git").unlink(),
        lambda: (place / ".git").write_text("gitdir: /nowhere\n"),
        lambda: (record / "locked").write_text("initializing"),
        lambda: (record / "HEAD").unlink(),
        lambda: (record / "commondir").write_bytes(b""),
        lambda: shutil.rmtree(record),
        led_astray,
        shut,
        lambda: None,
    )
    for harm in harms:
        harm()
        tree = await add(git, place, "HEAD")
        assert contents(place) == contents(repository.root)
        assert tree.directory == record
        assert await opened(git, place) == tree
    await remove(git, place)
    await remove(git, place)
    assert not place.exists()
    assert not (git.root / ".git/worktrees").exists()
    assert await opened(git, place) is None


def _kill_an_add(root: Path, place: Path, base: str) -> None:
    killed = subprocess.Popen(
        ["git", "worktree", "add", "--detach", str(place), base],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert killed.stdout is not None
    # Its first word comes before it fills the folder.
    killed.stdout.read(1)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    killed.stdout.close()


async def test_a_killed_add_is_done_again(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    for number in range(300):
        repository.write(f"many/{number}", f"{number}\n" * 100)
    base = repository.commit()
    place = tmp_path / "tree"
    _kill_an_add(git.root, place, base)
    tree = await add(git, place, base)
    assert await captured(tree, base) == b""
    assert contents(place) == contents(repository.root)


async def test_many_worktrees_are_added_and_removed_at_once(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    places = [tmp_path / f"tree{number}" for number in range(8)]
    for _ in range(2):
        trees = await asyncio.gather(*(add(git, place, "HEAD") for place in places))
        assert [contents(tree.root) for tree in trees] == [contents(repository.root)] * len(places)
        await asyncio.gather(*(remove(git, place) for place in places))
    assert not (git.root / ".git" / "worktrees").exists()


async def test_the_worktrees_of_others_are_never_pruned(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    repository.git("worktree", "add", "-q", "--detach", str(tmp_path / "on a disk"))
    (tmp_path / "on a disk").rename(tmp_path / "unplugged")
    await add(git, tmp_path / "tree", "HEAD")
    await remove(git, tmp_path / "tree")
    (tmp_path / "unplugged").rename(tmp_path / "on a disk")
    assert Repository(tmp_path / "on a disk", is_new=False).head() == repository.head()


async def test_the_repository_itself_is_never_removed(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    for place in (repository.root, tmp_path, repository.root / ".git"):
        with pytest.raises(GitError, match="holds the repository itself"):
            await remove(git, place)


async def test_a_vanished_worktree_is_one_clear_sentence(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", "HEAD")
    shutil.rmtree(tree.root)
    with pytest.raises(GitError, match=r"The worktree .*/tree is gone\."):
        await captured(tree, "HEAD")
    with pytest.raises(GitError, match="is not there any more"):
        await tree.run("status")


async def test_what_is_no_repository_bare_or_unborn_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="is no git repository; git init and one commit make it one"):
        await open_repo(tmp_path)
    with pytest.raises(GitError, match="is no folder"):
        await open_repo(tmp_path / "missing")
    unborn = Repository(tmp_path / "unborn")
    with pytest.raises(GitError, match="has no commit yet"):
        await open_repo(unborn.root)
    Repository(tmp_path / "bare").git("init", "-q", "--bare", "inside.git")
    with pytest.raises(GitError, match="without files of its own"):
        await open_repo(tmp_path / "bare" / "inside.git")


async def test_a_folder_inside_leads_to_the_root(repository: Repository) -> None:
    git = await open_repo(repository.root / "folder")
    assert git.root == repository.root
    assert await branch(git) == "main"
    repository.git("checkout", "-q", "--detach")
    assert await branch(git) is None


async def test_a_conflict_names_the_file(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", "HEAD")
    _write(tree.root, "folder/b.txt", b"c\n")
    patch = await captured(tree, "HEAD")
    repository.write("folder/b.txt", "other\n")
    trouble = await check(git, patch)
    assert trouble is not None
    assert (trouble.category, trouble.path) == ("patch_conflict", "folder/b.txt")
    with pytest.raises(GitError):
        await apply(git, patch)
    with pytest.raises(GitError):
        await preview(git, patch)
    trouble = await check(git, b"no patch at all\n")
    assert trouble is not None
    assert trouble.category == "corrupt_patch"


async def test_a_preview_refuses_what_a_patch_must_not_lose(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", "HEAD")
    _write(tree.root, "place/new", b"x\n")
    patch = await captured(tree, "HEAD")
    (repository.root / "place").symlink_to(tmp_path)
    with pytest.raises(GitError, match="place is no folder"):
        await preview(git, patch)
    (repository.root / "place").unlink()
    repository.write("place/new/mine", "mine")
    with pytest.raises(GitError, match="a folder with other files"):
        await preview(git, patch)


async def test_a_lock_is_busy(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    (repository.root / ".git" / "index.lock").touch()
    with pytest.raises(GitBusy, match=r"index\.lock is there"):
        await git.run("add", "-A")
    assert await dirty(git) == ()


async def test_a_git_that_takes_too_long_is_ended(repository: Repository) -> None:
    git = replace(await open_repo(repository.root), deadline_s=0.2)
    with pytest.raises(GitError, match=r"longer than 0\.2 s"):
        await git.run("-c", "alias.wait=!sleep 1000", "wait")


async def test_a_repository_can_start_nothing(repository: Repository, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{proof}'\ncat\n")
    program.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in (
        "post-checkout",
        "reference-transaction",
        "post-index-change",
        "pre-commit",
        "post-commit",
        "pre-auto-gc",
    ):
        (hooks / name).symlink_to(program)
    for key, value in {
        "core.fsmonitor": program,
        "core.hooksPath": hooks,
        "core.pager": program,
        "core.sshCommand": program,
        "diff.external": program,
        "diff.evil.command": program,
        "diff.evil.textconv": program,
        "filter.evil.clean": program,
        "filter.evil.smudge": program,
        "filter.evil.required": "true",
        "filter.long.process": program,
        "filter.a=b.clean": program,
        "filter.a=b.smudge": program,
        "merge.evil.driver": program,
        "apply.whitespace": "fix",
        "diff.noprefix": "true",
        "diff.suppressBlankEmpty": "true",
        "core.safecrlf": "true",
        "diff.orderFile": "/nowhere",
        "core.worktree": tmp_path,
    }.items():
        repository.git("config", key, str(value))
    repository.root.joinpath(".git/info/attributes").write_text(
        "*.txt filter=evil diff=evil\nbin filter=long\nrun.sh filter=a=b\n"
    )
    hooked = Git(repository.root, repository.root / ".git")
    proof.unlink(missing_ok=True)
    tree = await add(hooked, tmp_path / "tree", "HEAD")
    assert (tree.root / "a.txt").read_bytes() == b"one\ntwo\nthree\n"
    _write(tree.root, "a.txt", b"one  \n\ntwo\nthree\n")
    _write(tree.root, "bin", b"\0" * 9)
    _write(tree.root, "run.sh", b"x\n")
    patch = await captured(tree, "HEAD")
    assert await check(hooked, patch) is None
    await preview(hooked, patch)
    await apply(hooked, patch, index=True)
    await dirty(hooked)
    await remove(hooked, tree.root)
    assert not proof.exists(), proof.read_text()
    assert (repository.root / "a.txt").read_bytes() == b"one  \n\ntwo\nthree\n"
    # The same repository does start them for whoever takes no care.
    repository.git("config", "--unset", "core.worktree")
    repository.write("a.txt", "again\n")
    repository.git("add", "-A", ok=(0, 128))
    assert proof.exists()


async def test_a_git_file_that_an_agent_wrote_leads_nowhere(repository: Repository, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    evil = Repository(tmp_path / "evil")
    evil.write("a.txt", "evil\n")
    evil.commit()
    evil.git("config", "core.fsmonitor", f"touch '{proof}'; false")
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", "HEAD")
    (tree.root / ".git").write_text(f"gitdir: {evil.root}/.git\n")
    _write(tree.root, "a.txt", b"changed\n")
    patch = await captured(tree, "HEAD")
    assert b"-two" in patch
    assert await head(tree) == repository.head()
    assert not proof.exists()


async def test_the_environment_of_the_caller_leads_nowhere(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare'='true'")
    git = await open_repo(repository.root)
    assert git.root == repository.root
    assert await dirty(git) == ()


async def test_capturing_leaves_no_object_behind(repository: Repository, tmp_path: Path) -> None:
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", "HEAD")
    before = contents(repository.root / ".git" / "objects")
    _write(tree.root, "new", b"never seen before\n")
    assert await captured(tree, "HEAD")
    assert contents(repository.root / ".git" / "objects") == before


async def test_what_is_only_on_record_any_more_is_found_and_taken_away(repository: Repository, tmp_path: Path) -> None:
    git, trees = await open_repo(repository.root), tmp_path / "trees"
    trees.mkdir()
    for place in (trees / "core", trees / "view", tmp_path / "elsewhere"):
        await add(git, place, "HEAD")
    shutil.rmtree(trees / "view")
    assert await names_below(git, trees) == ("core", "view")
    await remove(git, trees / "view")
    assert await names_below(git, trees) == ("core",)
    assert await names_below(git, tmp_path) == ("elsewhere",)
