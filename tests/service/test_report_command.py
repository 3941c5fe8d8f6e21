"""``show ADDRESS --report FILE``: one whole file, never over somebody else's, never among what is watched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from drivers.batch_story import FOLDER
from drivers.command import project
from odw_tui.cli import main

CANARY = "sk-canary0123456789abcdefghij"


def show(*words: str, root: str) -> int:
    return main(["show", *words, "--root", root, "--no-cache", "--no-codex"])


@pytest.mark.parametrize("ending", ["md", "html"])
def test_a_report_is_written_and_named(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / f"run.{ending}"
    assert show("latest", "--report", str(target), root=project("b")) == 0
    assert capsys.readouterr().out.splitlines()[0].split() == ["report", str(target)]
    text = target.read_text("utf-8")
    for said in ("round 2", "4 of 4 patches", "odw-tui show", "stateDiagram-v2", "sequenceDiagram"):
        assert said in text
    assert sorted(path.name for path in tmp_path.iterdir()) == [target.name]


def test_a_report_as_a_document_says_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "run.md"
    assert show("latest", "--json", "--report", str(target), root=project("b")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"schema": 1, "report": str(target), "address": "odw:odw-exec-1795219696047-5105"}


def test_a_report_of_a_question_or_a_task_is_about_the_run_it_lies_in(tmp_path: Path) -> None:
    target = tmp_path / "run.md"
    assert show("latest/clamp-core", "--report", str(target), root=project("b")) == 0
    assert "odw:odw-exec-1795219696047-5105" in target.read_text("utf-8")
    assert show("question:5159ab65eee9", "--report", str(target), root=project("d")) == 0
    assert "odw:odw-exec-1795219808125-7095" in target.read_text("utf-8")


def test_a_batch_and_a_session_have_reports_too(tmp_path: Path) -> None:
    target = tmp_path / "any.md"
    assert show("latest", "--report", str(target), root=str(FOLDER / "empty-model")) == 0
    assert "the model name was empty in scenarios 1–2" in target.read_text("utf-8")
    assert show("pandacode:", "--report", str(target), root=project("g")) == 0
    assert "What each of them produced" not in target.read_text("utf-8")


def test_a_report_replaces_a_report_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "notes.md"
    target.write_text("mine\n")
    assert show("latest", "--report", str(target), root=project("b")) == 7
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "mine\n"
    assert show("latest", "--report", str(target), "--force", root=project("b")) == 0
    assert show("latest", "--report", str(target), root=project("d")) == 0
    assert "release-note" in target.read_text("utf-8")


def test_a_link_is_never_written_through(tmp_path: Path) -> None:
    other, target = tmp_path / "other.md", tmp_path / "run.md"
    other.write_text("mine\n")
    target.symlink_to(other)
    assert show("latest", "--report", str(target), root=project("b")) == 7
    assert show("latest", "--report", str(target), "--force", root=project("b")) == 0
    assert other.read_text() == "mine\n"
    assert not target.is_symlink()


def test_nothing_is_written_among_what_is_watched(tmp_path: Path) -> None:
    shop = Path(shutil.copytree(project("b"), tmp_path / "shop"))
    before = sorted(shop.rglob("*"))
    for target in (shop / ".odw" / "run.md", shop / ".odw" / "runs" / "run.md"):
        assert show("latest", "--report", str(target), root=str(shop)) == 7
    assert sorted(shop.rglob("*")) == before
    assert show("latest", "--report", str(shop / "run.md"), root=str(shop)) == 0


def test_a_codex_home_is_never_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home" / "sessions").mkdir(parents=True)
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "home"))
    target = tmp_path / "home" / "sessions" / "run.md"
    assert show("latest", "--report", str(target), root=project("b")) == 7
    assert not target.exists()


@pytest.mark.parametrize("name", ["run.txt", "run", "nowhere/run.md", "folder.md"])
def test_what_cannot_be_a_report_is_a_usage_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    assert show("latest", "--report", str(tmp_path / name), root=project("b")) == 2


def test_an_unknown_address_leaves_no_file(tmp_path: Path) -> None:
    target = tmp_path / "run.md"
    assert show("odw:nobody", "--report", str(target), root=project("b")) == 4
    assert not target.exists()


def test_no_secret_of_a_run_is_in_its_report(tmp_path: Path) -> None:
    logs = tmp_path / "place" / "logs"
    logs.mkdir(parents=True)
    source = next((FOLDER / "read-only-outputs" / "logs").glob("*.log"))
    secret = f"export OPENAI_API_KEY={CANARY}; Authorization: Bearer {CANARY}; cannot write outputs/"
    (logs / source.name).write_text(source.read_text().replace("cannot write outputs/", secret))
    for ending in ("md", "html"):
        target = tmp_path / f"run.{ending}"
        assert show("latest", "--report", str(target), root=str(tmp_path / "place")) == 0
        text = target.read_text("utf-8")
        assert "export" in text
        assert "canary" not in text
