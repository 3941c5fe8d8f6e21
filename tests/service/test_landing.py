"""Landing in a real repository: whole or not at all, only what was approved, and nothing of the person's own."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.landing_world import PERSON, RUN, LandingWorld, every_kind, git, shape
from odw_core.errors import Refused
from odw_core.runs import renaming, tree
from odw_core.runs.landing import Approval, Candidate, Landed, approve_by_policy


@pytest.fixture
def world(tmp_path: Path) -> LandingWorld:
    (tmp_path / "world").mkdir()
    return LandingWorld(tmp_path / "world").build()


async def land(world: LandingWorld, candidate: Candidate, approval: Approval | None = None) -> Landed:
    with world.landing() as landing:
        return await landing.land(candidate, approval or world.approve(candidate))


def text(name: str, content: str) -> Callable[[Path], None]:
    def change(copy: Path) -> None:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(content)

    return change


async def test_every_kind_of_change_lands_as_git_itself_would_apply_it(world: LandingWorld, tmp_path: Path) -> None:
    candidate = world.candidate(world.patch(every_kind))
    index = (world.root / ".git/index").read_bytes()
    other = world.copied(tmp_path / "other")
    git(other.root, "apply", "--whitespace=nowarn", "-", stdin=candidate.patch)
    landed = await land(world, candidate)
    assert (landed.ok, landed.error, landed.pictures) == (True, "", ())
    assert shape(world.root) == shape(other.root)
    assert (world.root / ".git/index").read_bytes() == index
    assert world.litter() == []
    assert [event["digest"] for event in world.told("landed")] == [candidate.digest]
    (told,) = world.told("landing")
    files = told["files"]
    assert isinstance(files, list)
    assert {"mode_before", "mode_after", "before", "after", "path"} == set(files[0])


async def test_the_same_candidate_lands_once(world: LandingWorld) -> None:
    candidate = world.candidate(world.patch(every_kind))
    first = await land(world, candidate)
    (world.root / "core.py").write_text("edited after it landed\n")
    again = await world.work(candidate)
    assert first == again
    assert (world.root / "core.py").read_text() == "edited after it landed\n"
    assert len(world.told("landing")) == len(world.told("landed")) == 1


async def test_nothing_lands_that_nobody_approved(world: LandingWorld) -> None:
    candidate = world.candidate(world.patch(every_kind))
    before = shape(world.root)
    with pytest.raises(Refused, match="Nobody approved this candidate"):
        await land(world, candidate, Approval(candidate.digest, PERSON))
    for other in (
        {"verdict": "reject"},
        {"outcome": "refused"},
        {"outcome": "stale"},
        {"address": "odw:odw-exec-1795219696047-1"},
        {"address": "batch"},
    ):
        world.approve(candidate, **other)
        with pytest.raises(Refused):
            await land(world, candidate, Approval(candidate.digest, PERSON))
    world.approve(candidate)
    world.approve(candidate, outcome="stale")
    with pytest.raises(Refused):
        await land(world, candidate, Approval(candidate.digest, PERSON))
    with pytest.raises(Refused):
        await land(world, candidate, Approval("0" * 64, PERSON))
    assert shape(world.root) == before


async def test_an_approval_counts_for_the_very_patch_base_round_and_blockers(world: LandingWorld) -> None:
    candidate = world.candidate(world.patch(every_kind))
    approval = world.approve(candidate)
    for other in (
        Candidate(RUN, candidate.patch + b"\n", candidate.base, 1),
        Candidate(RUN, candidate.patch, "HEAD", 1),
        Candidate(RUN, candidate.patch, candidate.base, 2),
        Candidate(RUN, candidate.patch, candidate.base, 1, ("core.py drops the sign",)),
        Candidate(RUN, candidate.patch, candidate.base, 1, (), (("risk", "high"),)),
        Candidate("odw-exec-1795219696047-1", candidate.patch, candidate.base, 1),
    ):
        for given in (approval, Approval(other.digest, PERSON)):
            with pytest.raises(Refused):
                await land(world, other, given)


async def test_a_policy_lets_it_land_and_says_so_in_the_audit_log(world: LandingWorld) -> None:
    candidate = world.candidate(world.patch(every_kind))
    approval = approve_by_policy(world.state, candidate, "gate auto", PERSON)
    assert (await land(world, candidate, approval)).ok
    assert "by policy: gate auto" in (world.state / "audit.jsonl").read_text()


async def test_a_line_in_the_journal_alone_lands_nothing(world: LandingWorld) -> None:
    candidate = world.candidate(world.patch(every_kind))
    before = shape(world.root)
    with world.landing() as landing:
        journal = world.journal()
        journal.emit_durably({"type": "decision", "digest": candidate.digest, "verdict": "approve", "by": PERSON})
        journal.emit_durably({"type": "landing", "digest": candidate.digest, "files": []})
        journal.close()
        assert await landing.resume() is None
        with pytest.raises(Refused):
            await landing.land(candidate, Approval(candidate.digest, PERSON))
    assert shape(world.root) == before


@pytest.mark.parametrize(
    "edit",
    [
        lambda root: (root / "core.py").write_text("my own thought\n"),
        lambda root: (root / "core.py").unlink(),
        lambda root: (root / "core.py").chmod(0o755),
        lambda root: (root / "old/deep/gone.txt").write_text("still wanted\n"),
        lambda root: (root / "new").mkdir() or (root / "new/run").write_text("mine\n"),
        lambda root: (root / "new").symlink_to("/tmp"),
        lambda root: (root / "core.py").unlink() or (root / "core.py").symlink_to("mine.txt"),
        lambda root: (root / "core.py").unlink() or (root / "core.py").mkdir(),
        lambda root: (root / "core.py").unlink() or os.mkfifo(root / "core.py"),
        lambda root: (root / "new").write_text("a file where a folder would be\n"),
        lambda root: (root / "both/mine.txt").write_text("in a folder that would become a file\n"),
    ],
    ids=["text", "gone", "mode", "deleted one", "new one", "linked away", "link", "folder", "pipe", "file", "crowded"],
)
async def test_what_the_person_changed_since_the_review_stays_and_nothing_lands(
    world: LandingWorld, edit: Callable[[Path], object]
) -> None:
    candidate = world.candidate(world.patch(every_kind))
    edit(world.root)
    before = shape(world.root)
    landed = await land(world, candidate)
    assert not landed.ok
    assert landed.category == "patch_conflict"
    assert "nothing landed" in landed.error
    assert landed.pictures
    assert landed.applied == 0
    assert shape(world.root) == before
    assert world.litter() == []
    assert world.told("landed") == []


async def test_a_conflict_shows_before_after_and_found(world: LandingWorld) -> None:
    candidate = world.candidate(world.patch(text("core.py", "new\n")))
    (world.root / "core.py").write_text("my own thought\n")
    landed = await land(world, candidate)
    (picture,) = landed.pictures
    kept = [world.blobs.get(one.blob) for one in (picture.before, picture.after, picture.found)]
    assert kept == [b"def clamp(a):\n    return a\n", b"new\n", b"my own thought\n"]
    assert landed.error == (
        "core.py changed since it was reviewed, so nothing landed; commit or undo that change and land it again."
    )
    assert landed.value["results"] == [
        {"ok": False, "applied": False, "files": ["core.py"], "base": candidate.base, "error": landed.error}
    ]


async def test_a_file_that_was_dirty_on_purpose_lands_if_it_is_still_the_same(world: LandingWorld) -> None:
    content = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n"
    (world.root / "mine.txt").write_text(content)
    git(world.root, "commit", "-q", "-m", "longer", "mine.txt")
    candidate = world.candidate(world.patch(text("mine.txt", content.replace("one", "ONE"))))
    (world.root / "mine.txt").write_text(content.replace("seven", "SEVEN"))
    dirty = world.root / "mine.txt"
    digest = hashlib.sha256(dirty.read_bytes()).hexdigest()
    world.approve(candidate)
    with world.landing() as landing:
        refused = await landing.land(candidate, Approval(candidate.digest, PERSON), {"mine.txt": "0" * 64})
        landed = await landing.land(candidate, Approval(candidate.digest, PERSON), {"mine.txt": digest})
    assert refused.category == "patch_conflict"
    assert landed.ok
    assert dirty.read_text() == content.replace("one", "ONE").replace("seven", "SEVEN")


async def test_a_commit_of_other_files_meanwhile_is_no_conflict(world: LandingWorld) -> None:
    candidate = world.candidate(world.patch(every_kind))
    git(world.root, "commit", "-q", "-a", "-m", "my own work")
    assert (await land(world, candidate)).ok


@pytest.mark.parametrize("path", ["../outside.txt", ".git/hooks/post-commit", ".GIT/config", "sub/.odw/x", "/etc/x"])
async def test_no_patch_leads_out_of_the_tree_or_into_git(world: LandingWorld, path: str) -> None:
    name = path.encode()
    patch = b"diff --git a/%b b/%b\nnew file mode 100644\n--- /dev/null\n+++ b/%b\n@@ -0,0 +1 @@\n+x\n" % (
        name,
        name,
        name,
    )
    candidate = world.candidate(patch)
    before = shape(world.base)
    landed = await land(world, candidate)
    assert (landed.ok, landed.category) == (False, "corrupt_patch")
    assert shape(world.root) == {k.removeprefix("shop/"): v for k, v in before.items() if k.startswith("shop/")}
    assert not (world.base / "outside.txt").exists()


@pytest.mark.parametrize(
    ("patch", "category"),
    [(b"", "no_changes"), (b"\n", "no_changes"), (b"hello", "corrupt_patch"), (b"\xff\0" * 50, "corrupt_patch")],
)
async def test_what_is_no_patch_says_so(world: LandingWorld, patch: bytes, category: str) -> None:
    landed = await land(world, world.candidate(patch))
    assert (landed.ok, landed.category, landed.applied) == (False, category, 0)


async def test_a_torn_patch_lands_nothing(world: LandingWorld) -> None:
    patch = world.patch(every_kind)
    before = shape(world.root)
    for end in range(1, len(patch), max(1, len(patch) // 12)):
        landed = await land(world, world.candidate(patch[:end]))
        if not landed.ok:
            assert landed.error
            continue
        # Cut between two files it is a whole, smaller patch.
        git(world.root, "apply", "-R", "--whitespace=nowarn", "-", stdin=patch[:end])
    assert {k: v for k, v in shape(world.root).items() if not v[0].startswith("folder")} == {
        k: v for k, v in before.items() if not v[0].startswith("folder")
    }


async def test_line_ends_that_git_changes_are_kept(tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    world = LandingWorld(tmp_path / "world").build("core.autocrlf=true")
    (world.root / "crlf.txt").write_bytes(b"one\r\ntwo\r\n")
    git(world.root, "add", "crlf.txt")
    git(world.root, "commit", "-q", "-m", "crlf", "crlf.txt")

    def change(copy: Path) -> None:
        (copy / "crlf.txt").write_bytes(b"one\r\nTWO\r\n")

    landed = await land(world, world.candidate(world.patch(change)))
    assert (landed.ok, landed.error) == (True, "")
    assert (world.root / "crlf.txt").read_bytes() == b"one\r\nTWO\r\n"


async def test_a_repository_that_ignores_modes_lands_contents(tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    world = LandingWorld(tmp_path / "world").build("core.fileMode=false")
    candidate = world.candidate(world.patch(text("core.py", "new\n")))
    (world.root / "core.py").chmod(0o755)
    landed = await land(world, candidate)
    assert (landed.ok, landed.error) == (True, "")
    assert (world.root / "core.py").read_text() == "new\n"


async def test_permissions_of_the_person_stay(world: LandingWorld) -> None:
    (world.root / "core.py").chmod(0o640)
    old = os.umask(0o077)
    try:
        assert (await land(world, world.candidate(world.patch(every_kind)))).ok
    finally:
        os.umask(old)
    modes = [(world.root / name).stat().st_mode & 0o777 for name in ("core.py", "new", "new/run", "plain.sh", "both")]
    assert modes == [0o640, 0o755, 0o755, 0o755, 0o644]


async def test_a_full_disk_at_any_file_leaves_everything_as_it_was(
    world: LandingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = world.candidate(world.patch(every_kind))
    before = shape(world.root)
    world.approve(candidate)
    whole = tree.Stage.put
    left = 0

    def put(self: tree.Stage, slot: str, mode: str, data: bytes, permissions: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            whole(self, slot, mode, data[: len(data) // 2], permissions)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        whole(self, slot, mode, data, permissions)

    monkeypatch.setattr(tree.Stage, "put", put)
    for count in range(9):
        left = count
        landed = await world.work(candidate)
        assert (landed.ok, landed.category, landed.applied) == (False, "not_written", 0)
        assert "No space left on device" in landed.error
        assert shape(world.root) == before
        assert world.litter() == []
    left = 1000
    assert (await world.work(candidate)).ok


@pytest.mark.parametrize("act", ["swap", "bring", "take"])
async def test_a_step_that_fails_takes_back_those_before_it_without_any_room(
    world: LandingWorld, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    candidate = world.candidate(world.patch(every_kind))
    before = shape(world.root)
    world.approve(candidate)
    whole = getattr(tree.Stage, act)
    passed: list[str] = []

    def step(self: tree.Stage, of: tree.Tree, path: str, slot: str) -> None:
        passed.append(path)
        if len(passed) == 2:
            monkeypatch.setattr(tree.Stage, "put", full)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        whole(self, of, path, slot)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tree.Stage, act, step)
    landed = await world.work(candidate)
    assert (landed.ok, landed.category, landed.applied) == (False, "not_written", 0)
    assert len(passed) >= 2
    assert shape(world.root) == before
    assert world.litter() == []
    assert [event["reason"] for event in world.told("landing_undone")] == ["Input/output error"]


async def test_a_journal_that_takes_no_line_lets_nothing_land(world: LandingWorld) -> None:
    candidate = world.candidate(world.patch(every_kind))
    before = shape(world.root)

    def emit(event: dict[str, object], summary: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    landed = await world.landing_with(emit, []).land(candidate, world.approve(candidate))
    assert (landed.ok, landed.category) == (False, "not_written")
    assert shape(world.root) == before
    assert (await world.work(candidate)).ok


async def test_a_file_system_that_cannot_exchange_names_gets_the_same_tree(
    world: LandingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = world.candidate(world.patch(every_kind))
    other = world.copied(tmp_path / "other")
    git(other.root, "apply", "--whitespace=nowarn", "-", stdin=candidate.patch)
    crowded = world.copied(tmp_path / "crowded")
    (crowded.root / "both/mine.txt").write_text("in the way\n")
    before = shape(crowded.root)
    monkeypatch.setattr(renaming, "_call", lambda: None)
    assert (await land(world, candidate)).ok
    assert shape(world.root) == shape(other.root)
    assert world.litter() == []
    assert (await land(crowded, candidate)).category == "patch_conflict"
    assert shape(crowded.root) == before
    assert crowded.litter() == []


async def test_a_submodule_does_not_land(world: LandingWorld) -> None:
    commit = git(world.root, "rev-parse", "HEAD").strip()
    patch = b"diff --git a/sub b/sub\nnew file mode 160000\nindex %b..%b\n--- /dev/null\n+++ b/sub\n" % (
        b"0" * 40,
        commit,
    )
    patch += b"@@ -0,0 +1 @@\n+Subproject commit %b\n" % commit
    landed = await land(world, world.candidate(patch))
    assert (landed.category, landed.error) == ("corrupt_patch", "sub would become a submodule; that cannot land.")


async def test_landing_while_another_run_lands_the_same_files_changes_nothing(world: LandingWorld) -> None:
    first = world.candidate(world.patch(text("core.py", "first\n")))
    second = world.candidate(world.patch(text("core.py", "second\n")))
    assert (await land(world, first)).ok
    landed = await land(world, second)
    assert landed.category == "patch_conflict"
    assert (world.root / "core.py").read_text() == "first\n"
