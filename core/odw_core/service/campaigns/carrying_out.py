"""Carrying out: the campaign that would carry out the plans of a run, as a form begins with it. Starts nothing."""

from __future__ import annotations

from odw_core.errors import Refused
from odw_core.model.command import Start
from odw_core.model.item import Item
from odw_core.model.workflow import CAMPAIGN, CONVERGE_COORDINATE, COORDINATE

_HANDED_ON = ("agent", "script", "model", "effort")


def campaign_of(item: Item, planned: Start | None) -> Start:
    """The start of the campaign; ``planned`` is what started the run at ``item``, where that is known.

    Raises ``Refused`` when the run makes no plans.
    """
    is_folder = item.address.engine == "converge"
    if not is_folder and (planned is None or planned.workflow not in (COORDINATE, CONVERGE_COORDINATE)):
        raise Refused("It makes no plans; a campaign carries out those of a coordinate run.")
    given: dict[str, object] = {"from_run": str(item.address.root)}
    if planned is not None and planned.workflow == COORDINATE:
        given |= {name: value for name in _HANDED_ON if (value := planned.given.get(name)) is not None}
    return Start(CAMPAIGN, given, planned.workspace if planned is not None else item.place)
