"""What Converge's own doctor misses, found before a start and by the doctor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.doctor_world import Machine
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.coordination import last_repos, repo_checks, tracing_check
from odw_core.diagnose.doctor.workshop import converge_checks
from odw_core.service.checks.converge import converge_checks as start_checks


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name in ("api", "web", "team/web", "build/tool", "latin"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "latin" / "README.md").write_bytes(b"caf\xe9")
    (tmp_path / "api" / "README.md").write_text("café")
    return tmp_path


def found(shop: Path, *repos: str) -> dict[str, tuple[Level, str]]:
    return {check.id: (check.level, check.detail) for check in repo_checks(repos, str(shop))}


def test_repositories_that_are_fine_pass(shop: Path) -> None:
    assert found(shop, "api", "web") == {"converge_repos": (Level.PASS, "2 repositories are there, and can be read.")}


def test_a_readme_that_is_no_utf_8_keeps_it_from_starting(shop: Path) -> None:
    level, detail = found(shop, "api", "latin")["converge_readme"]
    assert level is Level.FAIL
    assert detail == "README.md of latin is no UTF-8: Converge crashes on it and leaves an empty folder."


def test_a_missing_repo_two_of_one_name_and_one_that_is_never_seen_are_told(shop: Path) -> None:
    told = found(shop, "gone", "web", "team/web", "build/tool")
    assert told["converge_repos"][1] == "gone is not there; Converge will ask a person."
    assert told["converge_names"][1].startswith("web, team/web have one name")
    assert told["converge_scan"][1].startswith("Converge sees nothing in build/tool")
    assert all(level is Level.WARN for level, _ in told.values())


@pytest.mark.parametrize("repo", [".", "..", "api/.."])
def test_a_repo_without_a_name_of_its_own_is_told(shop: Path, repo: str) -> None:
    level, detail = found(shop, repo)["converge_names"]
    assert level is Level.INFO
    assert "has no name of its own" in detail


def test_tracing_is_told_unless_it_is_off() -> None:
    assert tracing_check({"OPIK_TRACK_DISABLE": "TRUE"}) is None
    check = tracing_check({})
    assert check is not None and check.command == "export OPIK_TRACK_DISABLE=true"


def test_the_doctor_looks_at_the_repos_of_the_newest_run(tmp_path: Path) -> None:
    pc = Machine(tmp_path)
    for stamp, path in (("20261121T001244464186Z", "old"), ("20261122T001244464186Z", "latin")):
        run = pc.shop / ".converge" / "runs" / stamp
        run.mkdir(parents=True)
        (run / "constraints.json").write_text(f'{{"repos": [{{"path": "{path}"}}]}}')
    (pc.shop / ".converge" / "runs" / "20261123T001244464186Z").mkdir()
    (pc.shop / "latin").mkdir()
    (pc.shop / "latin" / "README.md").write_bytes(b"\xff")
    told = {check.id: check for check in converge_checks(pc.world())}
    assert told["converge_readme"].level is Level.FAIL
    assert "converge_repos" not in told


def test_what_lies_elsewhere_is_not_looked_at(tmp_path: Path) -> None:
    run = tmp_path / "shop" / ".converge" / "runs" / "20261121T001244464186Z"
    run.mkdir(parents=True)
    (tmp_path / "shop" / "api").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "shop" / "link").symlink_to(tmp_path / "elsewhere")
    paths = ["api", "../elsewhere", str(tmp_path / "elsewhere"), "link", str(tmp_path / "shop" / "api")]
    (run / "constraints.json").write_text(json.dumps({"repos": [{"path": path} for path in paths]}))
    assert last_repos(str(tmp_path / "shop")) == ["api", str(tmp_path / "shop" / "api")]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".converge").symlink_to(tmp_path / "shop" / ".converge")
    assert last_repos(str(tmp_path / "other")) == []


@given(st.binary(max_size=200))
def test_whatever_stands_in_constraints_nothing_is_raised(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    place = tmp_path_factory.mktemp("shop")
    run = place / ".converge" / "runs" / "20261121T001244464186Z"
    run.mkdir(parents=True)
    (run / "constraints.json").write_bytes(data)
    assert isinstance(last_repos(str(place)), list)


def checks(shop: Path, environ: dict[str, str], **more: object) -> dict[str, Check]:
    given_so = {"goal": "coupons", "repos": ["api"], **more}
    return {check.id: check for check in start_checks(given_so, str(shop), {"PATH": str(shop), **environ})}


def test_a_start_is_checked_for_what_it_needs(shop: Path) -> None:
    told = checks(shop, {})
    assert told["converge"].level is Level.FAIL
    assert "install Converge" in told["converge"].detail
    assert told["converge_codex"].level is Level.WARN
    assert told["converge_split"].level is Level.INFO
    assert "converge_tracing" not in told
    told = checks(
        shop,
        {"OPENAI_API_KEY": "x", "SQLALCHEMY_DATABASE_URI": "sqlite:///x", "CONVERGE_CODING_AGENT_PLAN_MODE": "disable"},
        tracing=True,
        mode="interrupt",
    )
    assert "converge_split" not in told
    wanted = {"converge_tracing", "converge_mode", "converge_checkpoints", "converge_plan_mode"}
    assert wanted <= set(told)


def test_a_server_that_nobody_started_keeps_a_task_from_starting(shop: Path) -> None:
    told = checks(shop, {}, through="server", server="http://127.0.0.1:1")
    assert told["converge_server"].level is Level.FAIL
    assert "converge" not in told
