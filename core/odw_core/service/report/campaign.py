"""The table of a campaign as a part of its report. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odw_core.service.campaigns.table import HEAD, CampaignRow
from odw_core.service.report.blocks import Block, Heading, Table, code, line, strong


def campaign_blocks(rows: Sequence[CampaignRow]) -> Iterator[Block]:
    """The table as a part of a report; nothing where there is none."""
    if rows:
        yield Heading(2, line("Repositories"))
        yield Table(
            HEAD,
            tuple(
                (
                    line(code(one.repo)),
                    line(code(one.run)) if one.run else line("not started"),
                    line(strong(one.state)),
                    line(one.commit),
                    line(", ".join(one.files) or "nothing landed"),
                    line(one.verification),
                    line("; ".join(one.questions)),
                    line(one.why),
                )
                for one in rows
            ),
        )
