"""A script decides what a session asks that somebody else runs: found through the server of its home, sent there."""

from __future__ import annotations

import asyncio

from drivers.command import Ran, odw_tui
from drivers.foreign_server import foreign_server
from drivers.real_codex import RealCodex


async def typed(codex: RealCodex, *words: str) -> Ran:
    return await asyncio.to_thread(odw_tui, "--codex-home", str(codex.home), *words, cwd=codex.project)


async def test_an_approval_is_given_from_the_command_line(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner:
        thread = await owner.start("approve_in_place")
        await owner.until("item/commandExecution/requestApproval")
        (inferred,) = (await typed(codex, "inbox", "--json")).document["questions"]
        looked = await typed(codex, "approve", inferred["id"])
        assert (looked.code, "approved.txt" in looked.out) == (2, True)
        assert not (codex.project / "approved.txt").exists()
        assert (await typed(codex, "approve", inferred["id"], "--as", "perhaps", "--yes")).code == 7
        digest = next(line.split()[1] for line in looked.lines if line.startswith("digest"))
        done = await typed(codex, "approve", f"codex:{thread}", "--digest", digest)
        assert (done.code, done.lines[0].split()) == (0, ["decided", "accept"]), done
        await owner.until("turn/completed")
        assert (codex.project / "approved.txt").read_text() == "approved\n"
        assert (await typed(codex, "approve", inferred["id"], "--digest", digest)).code == 6


async def test_what_only_the_server_knows_of_a_question_stands_in_the_inbox(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner:
        await owner.start("approve_in_place")
        await owner.until("item/commandExecution/requestApproval")
        (told,) = (await typed(codex, "inbox", "--json")).document["questions"]
        assert (told["inferred"], told["why_not"]) == (False, None)
        assert "acceptForSession" in told["decisions"]
        shown = (await typed(codex, "show", f"question:{told['id']}", "--json")).document
        assert shown["digest"] == told["digest"]
        (read,) = (await typed(codex, "--read-only", "inbox", "--json")).document["questions"]
        assert (read["inferred"], read["id"]) == (True, told["id"])


async def test_a_rejection_keeps_it_from_happening(codex: RealCodex) -> None:
    async with foreign_server(codex) as owner:
        thread = await owner.start("approve_in_place")
        await owner.until("item/commandExecution/requestApproval")
        assert (await typed(codex, "reject", f"codex:{thread}", "--yes")).code == 0
        await owner.until("turn/completed")
        assert not (codex.project / "approved.txt").exists()
