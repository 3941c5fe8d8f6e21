"""A walkthrough of one run or session, for people who were not there: values in, a document out. Pure.

What is foreign in it is masked and escaped by the writers of ``markdown`` and ``html``, never here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odw_core.model.detail import Detail, RunDetail
from odw_core.service.campaigns.table import CampaignRow
from odw_core.service.report.blocks import Block
from odw_core.service.report.campaign import campaign_blocks
from odw_core.service.report.coordination import batch_blocks, call_blocks
from odw_core.service.report.course import graph_blocks
from odw_core.service.report.evidence import cause_blocks, evidence_blocks, finding_blocks
from odw_core.service.report.facts import head_blocks, time_blocks
from odw_core.service.report.html import FIRST_LINE as HTML_MARK
from odw_core.service.report.html import html
from odw_core.service.report.markdown import FIRST_LINE as MARKDOWN_MARK
from odw_core.service.report.markdown import markdown
from odw_core.service.report.next_steps import command_blocks, question_blocks
from odw_core.service.report.work import attempt_blocks, plan_blocks, review_blocks, share_blocks

WRITERS = {".md": markdown, ".markdown": markdown, ".html": html, ".htm": html}
"""By the ending of the file's name."""


def report(detail: Detail, ending: str, campaign: Sequence[CampaignRow] = ()) -> str:
    """The whole text for a file with that ending (a key of ``WRITERS``). ``campaign`` are its repositories, where it is
    one."""
    return WRITERS[ending]([*blocks(detail, campaign)])


def is_report(head: bytes) -> bool:
    """Whether a file that begins like this was written by ``report``."""
    return head.startswith((MARKDOWN_MARK.encode(), HTML_MARK.encode()))


def blocks(detail: Detail, campaign: Sequence[CampaignRow] = ()) -> Iterator[Block]:
    """Why first, then what happened in its order, then what to do, then where all of it stands."""
    yield from head_blocks(detail)
    yield from campaign_blocks(campaign)
    yield from time_blocks(detail)
    yield from graph_blocks(detail)
    yield from cause_blocks(detail)
    if isinstance(detail, RunDetail):
        if detail.batch is not None:
            yield from batch_blocks(detail.batch)
        yield from attempt_blocks(detail)
        yield from call_blocks(detail)
        yield from plan_blocks(detail)
        yield from share_blocks(detail)
        yield from review_blocks(detail)
    yield from finding_blocks(detail)
    yield from question_blocks(detail.questions)
    yield from command_blocks(detail)
    yield from evidence_blocks(detail)
