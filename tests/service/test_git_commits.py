"""Committing what landed: exactly those hunks, with everything else of the person byte by byte as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers.git_repository import IDENTITY, Repository, contents
from odw_core.git.command import Git, GitBusy, GitError
from odw_core.git.commit import Author, commit_landed, is_only_landed
from odw_core.git.patch import apply, files_of
from odw_core.git.repo import open_repo
from odw_core.git.worktree import add, captured, remove

LINES = [f"line {number}\n" for number in range(40)]


class Landing:
    """A repository with work of the person in it, and a patch that has landed beside that work."""

    def __init__(self, repository: Repository, git: Git, patch: bytes) -> None:
        self.repository, self.git, self.patch = repository, git, patch
        self.landed = {path.encode("utf-8", "surrogateescape") for path in files_of(patch)}

    def others(self) -> tuple[object, ...]:
        """Everything that a commit must leave alone."""
        entries = {path: entry for path, entry in self.repository.entries().items() if path not in self.landed}
        return entries, contents(self.repository.root)

    def changed(self, *names: str) -> str:
        return self.repository.git("diff", *names).decode()


@pytest.fixture
async def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Landing:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    repository = Repository(tmp_path / "repo")
    repository.write("shared.py", "".join(LINES))
    for name in ("dirty", "staged", "both", "removed", "renamed", "landed.bin", "gone.py"):
        repository.write(name, f"{name}\n" * 5)
    repository.write("run.sh", "x\n")
    repository.commit()
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", "HEAD")
    (tree.root / "shared.py").write_text("".join([*LINES[:20], "landed\n", *LINES[20:]]))
    (tree.root / "new file.py").write_text("new\n")
    (tree.root / "landed.bin").write_bytes(bytes(range(256)))
    (tree.root / "gone.py").unlink()
    (tree.root / "run.sh").chmod(0o755)
    (tree.root / "link").symlink_to("run.sh")
    patch = await captured(tree, "HEAD")
    await remove(git, tree.root)
    await apply(git, patch)
    repository.write("dirty", "dirty of mine\n")
    repository.write("staged", "staged of mine\n")
    repository.write("both", "staged of mine\n")
    repository.git("add", "staged", "both")
    repository.write("both", "and dirty again\n")
    repository.git("rm", "-q", "removed")
    repository.git("mv", "renamed", "moved")
    repository.write("untracked", "mine\n")
    repository.write("meant", "mine\n")
    repository.git("add", "-N", "meant")
    repository.git("update-index", "--assume-unchanged", "dirty")
    return Landing(repository, git, patch)


def _content(repository: Repository, name: str) -> bytes:
    return repository.git("cat-file", "blob", name)


async def test_exactly_the_landed_hunks_are_committed(landing: Landing) -> None:
    repository, before = landing.repository, landing.others()
    parent = repository.head()
    assert await is_only_landed(landing.git, landing.patch)
    commit = await commit_landed(landing.git, landing.patch, "What landed\n\nIn full")
    assert repository.head() == commit
    assert repository.git("rev-parse", "HEAD^").decode().strip() == parent
    assert repository.git("log", "-1", "--format=%B%an").decode() == "What landed\n\nIn full\nAda\n"
    made = repository.git("diff-tree", "-p", "--binary", "--full-index", "--no-renames", parent, commit)
    assert made == landing.patch
    assert landing.others() == before
    assert repository.git("symbolic-ref", "HEAD") == b"refs/heads/main\n"
    status = repository.git("status", "--porcelain", "--no-renames").decode().splitlines()
    assert sorted(line[3:] for line in status) == [
        "both",
        "meant",
        "moved",
        "removed",
        "renamed",
        "staged",
        "untracked",
    ]
    assert not await is_only_landed(landing.git, landing.patch)


async def test_further_edits_beside_the_landed_hunks_stay_uncommitted(landing: Landing) -> None:
    repository = landing.repository
    edited = ["mine\n", *LINES[:19], "mine beside\n", "landed\n", *LINES[20:], "mine below\n"]
    repository.write("shared.py", "".join(edited))
    before = landing.others()
    assert not await is_only_landed(landing.git, landing.patch)
    await commit_landed(landing.git, landing.patch, "landed")
    assert landing.others() == before
    landed = "".join([*LINES[:20], "landed\n", *LINES[20:]]).encode()
    assert _content(repository, "HEAD:shared.py") == landed == _content(repository, ":shared.py")
    added = [line for line in landing.changed("shared.py").splitlines() if line.startswith("+") and "+++" not in line]
    assert added == ["+mine", "+mine beside", "+mine below"]


async def test_edits_that_are_staged_in_a_landed_file_stay_staged(landing: Landing) -> None:
    repository = landing.repository
    mine = ["mine\n", *LINES]
    both = "".join(["mine\n", *LINES[:20], "landed\n", *LINES[20:]])
    repository.write("shared.py", "".join(mine))
    repository.git("add", "shared.py")
    repository.write("shared.py", both)
    await commit_landed(landing.git, landing.patch, "landed")
    assert _content(repository, ":shared.py") == both.encode()
    assert b"mine" not in _content(repository, "HEAD:shared.py")
    assert landing.changed("shared.py") == ""


async def test_hunks_that_are_staged_already_are_committed_once(landing: Landing) -> None:
    repository = landing.repository
    repository.write("shared.py", "".join(["mine\n", *LINES[:20], "landed\n", *LINES[20:]]))
    repository.git("add", "shared.py", "new file.py", "landed.bin")
    staged = _content(repository, ":shared.py")
    await commit_landed(landing.git, landing.patch, "landed")
    assert _content(repository, ":shared.py") == staged
    assert _content(repository, "HEAD:shared.py").count(b"landed\n") == 1
    assert b"mine" not in _content(repository, "HEAD:shared.py")


async def test_a_new_branch_is_made_and_checked_out(landing: Landing) -> None:
    repository, before = landing.repository, landing.others()
    main = repository.head()
    commit = await commit_landed(landing.git, landing.patch, "landed", branch="work/landed")
    assert repository.git("symbolic-ref", "HEAD") == b"refs/heads/work/landed\n"
    assert repository.head() == commit
    assert repository.git("rev-parse", "main").decode().strip() == main
    assert landing.others() == before


async def test_a_branch_that_is_there_or_has_no_name_is_refused(landing: Landing) -> None:
    landing.repository.git("branch", "taken")
    before = landing.others(), landing.repository.entries()
    for name, why in (("taken", "is there already"), ("two..dots", "no name"), ("-f", "no name"), ("", "no name")):
        with pytest.raises(GitError, match=why):
            await commit_landed(landing.git, landing.patch, "landed", branch=name)
    assert (landing.others(), landing.repository.entries()) == before


async def test_a_detached_head_gets_the_commit(landing: Landing) -> None:
    landing.repository.git("checkout", "-q", "--detach")
    main = landing.repository.git("rev-parse", "main")
    commit = await commit_landed(landing.git, landing.patch, "landed", author=Author("Room", "room@example.org"))
    assert landing.repository.head() == commit
    assert landing.repository.git("rev-parse", "main") == main
    assert landing.repository.git("log", "-1", "--format=%an <%ae> %cn").decode() == "Room <room@example.org> Ada\n"


@pytest.mark.parametrize(
    ("branch", "last"),
    [(None, "apply"), (None, "update-ref"), ("work", "apply"), ("work", "update-ref"), ("work", "symbolic-ref")],
)
async def test_a_call_that_was_killed_is_finished_by_the_same_call(
    landing: Landing, branch: str | None, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Git.run

    class Killed(Exception):
        pass

    async def run_until(git: Git, *args: str, **more: Any) -> bytes:
        output = await run(git, *args, **more)
        if args[0] == last and "GIT_INDEX_FILE" not in (more.get("env") or {}):
            raise Killed
        return output

    parent, before = landing.repository.head(), landing.others()
    monkeypatch.setattr(Git, "run", run_until)
    with pytest.raises(Killed):
        await commit_landed(landing.git, landing.patch, "landed", branch=branch)
    monkeypatch.setattr(Git, "run", run)
    commit = await commit_landed(landing.git, landing.patch, "landed", branch=branch)
    repository = landing.repository
    assert repository.head() == commit
    assert repository.git("rev-parse", "HEAD^").decode().strip() == parent
    assert landing.others() == before
    assert repository.git("symbolic-ref", "--short", "HEAD").decode().strip() == (branch or "main")
    assert repository.git("rev-list", "--all", "--count") == b"2\n"


async def test_what_landed_and_was_taken_back_is_not_committed(landing: Landing) -> None:
    landing.repository.write("shared.py", "".join(LINES))
    before = landing.others(), landing.repository.entries(), landing.repository.head()
    assert not await is_only_landed(landing.git, landing.patch)
    with pytest.raises(GitError, match=r"shared\.py does not hold what landed any more"):
        await commit_landed(landing.git, landing.patch, "landed")
    assert (landing.others(), landing.repository.entries(), landing.repository.head()) == before


async def test_staged_edits_in_the_way_are_refused_before_anything_happens(landing: Landing) -> None:
    repository = landing.repository
    landed = (repository.root / "shared.py").read_bytes()
    repository.write("shared.py", "".join([*LINES[:19], "other\n", *LINES[21:]]))
    repository.git("add", "shared.py")
    repository.write("shared.py", landed)
    before = landing.others(), repository.entries(), repository.head()
    with pytest.raises(GitError, match=r"shared\.py has staged edits in the way"):
        await commit_landed(landing.git, landing.patch, "landed")
    assert (landing.others(), repository.entries(), repository.head()) == before


async def test_a_lock_is_busy_and_nothing_is_committed(landing: Landing) -> None:
    for name in ("index.lock", "HEAD.lock"):
        lock = landing.repository.root / ".git" / name
        lock.touch()
        parent = landing.repository.head()
        with pytest.raises(GitBusy, match=name):
            await commit_landed(landing.git, landing.patch, "landed")
        assert landing.repository.head() == parent
        lock.unlink()
    await commit_landed(landing.git, landing.patch, "landed")


async def test_a_merge_that_goes_on_is_not_committed_by_us(landing: Landing) -> None:
    (landing.repository.root / ".git" / "MERGE_HEAD").write_text(landing.repository.head())
    with pytest.raises(GitError, match="A merge is going on"):
        await commit_landed(landing.git, landing.patch, "landed")


async def test_a_head_that_went_on_takes_the_hunks_or_says_why_not(landing: Landing) -> None:
    repository = landing.repository
    meanwhile = repository.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "meanwhile").decode().strip()
    repository.git("update-ref", "HEAD", meanwhile)
    await commit_landed(landing.git, landing.patch, "landed")
    with pytest.raises(GitError, match="HEAD does not take what landed"):
        await commit_landed(landing.git, landing.patch, "another message")


async def test_no_identity_is_one_clear_sentence(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        for part in ("NAME", "EMAIL"):
            monkeypatch.delenv(f"GIT_{name}_{part}")
    landing.repository.git("config", "user.useConfigOnly", "true")
    before = landing.repository.entries()
    with pytest.raises(GitError, match="git does not know who you are"):
        await commit_landed(landing.git, landing.patch, "landed")
    assert landing.repository.entries() == before


async def test_a_linked_worktree_of_the_person_is_a_repository_too(landing: Landing, tmp_path: Path) -> None:
    place = tmp_path / "theirs"
    landing.repository.git("worktree", "add", "-q", "-b", "side", str(place))
    git = await open_repo(place)
    await apply(git, landing.patch)
    commit = await commit_landed(git, landing.patch, "landed")
    side = Repository(place, is_new=False)
    assert side.head() == commit
    assert side.git("status", "--porcelain") == b""
    assert landing.repository.head() != commit


async def test_no_hook_and_no_signature_is_started(landing: Landing, tmp_path: Path) -> None:
    proof, program = tmp_path / "proof", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{proof}'\ncat\n")
    program.chmod(0o755)
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change"):
        (landing.repository.root / ".git" / "hooks" / name).symlink_to(program)
    for key in ("core.fsmonitor", "gpg.program", "filter.evil.clean", "core.editor"):
        landing.repository.git("config", key, str(program))
    landing.repository.git("config", "commit.gpgSign", "true")
    landing.repository.root.joinpath(".git/info/attributes").write_text("* filter=evil\n")
    proof.unlink(missing_ok=True)
    assert await is_only_landed(landing.git, landing.patch)
    await commit_landed(landing.git, landing.patch, "landed")
    assert not proof.exists()


@pytest.mark.parametrize("setting", [("core.autocrlf", "true"), ("core.fileMode", "false"), ("index.version", "4")])
async def test_settings_of_the_person_change_nothing_of_that(setting: tuple[str, str], landing: Landing) -> None:
    repository = landing.repository
    repository.git("config", *setting)
    repository.write(
        "shared.py",
        "".join(["mine\n", *LINES[:20], "landed\n", *LINES[20:]]).replace(
            "\n", "\r\n" if "crlf" in setting[0] else "\n"
        ),
    )
    if setting[0] == "core.fileMode":
        (repository.root / "run.sh").chmod(0o644)
    before = landing.others()
    await commit_landed(landing.git, landing.patch, "landed")
    assert landing.others() == before
    assert (
        repository.git("diff-tree", "-p", "--binary", "--full-index", "--no-renames", "HEAD^", "HEAD") == landing.patch
    )
    assert landing.changed("--stat", "shared.py").strip().endswith("1 file changed, 1 insertion(+)")


async def test_a_sparse_index_stays_sparse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    repository = Repository(tmp_path / "repo")
    for name in ("here/a", "here/b", "far/c", "far/deep/d"):
        repository.write(name, f"{name}\n")
    repository.commit()
    repository.git("sparse-checkout", "set", "--cone", "--sparse-index", "here")
    sparse = repository.git("ls-files", "--sparse", "--stage")
    assert b"far/\n" in sparse
    git = await open_repo(repository.root)
    tree = await add(git, tmp_path / "tree", "HEAD")
    assert contents(tree.root) == contents(repository.root)
    (tree.root / "here" / "a").write_text("landed\n")
    patch = await captured(tree, "HEAD")
    assert files_of(patch) == ("here/a",)
    await apply(git, patch)
    assert await is_only_landed(git, patch)
    await commit_landed(git, patch, "landed")
    assert repository.git("status", "--porcelain") == b""
    assert repository.git("diff-tree", "-r", "--name-only", "HEAD^", "HEAD") == b"here/a\n"
    assert b"far/\n" in repository.git("ls-files", "--sparse", "--stage")
