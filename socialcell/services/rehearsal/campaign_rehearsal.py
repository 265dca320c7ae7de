"""The rehearsal's campaign: its outcomes imported, entered and measured."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from socialcell.json_types import DocumentValue
from socialcell.services.collection import file_import
from socialcell.services.context import Context
from socialcell.services.outcomes import campaign_results


@dataclass(frozen=True)
class RehearsedCampaign:
    """A campaign of the rehearsal; its days, both included, are days of Pune."""

    name: str
    initiative: str
    wards: tuple[str, ...]
    start: date
    end: date
    budget_micros: int


def run_campaign(
    context: Context, planned: RehearsedCampaign, file: Path
) -> dict[str, DocumentValue]:
    """A campaign as a cell would measure it: its outcomes imported, what came of it."""
    moment = context.clock.now().timestamp()
    os.utime(file, (moment, moment))  # an export of the rehearsal's own last day
    file_import.import_file(context, file, format="outcomes")
    campaign_results.create_campaign(
        context,
        planned.name,
        planned.start.isoformat(),
        planned.end.isoformat(),
        initiative=planned.initiative,
        wards=planned.wards,
        budget_micros=planned.budget_micros,
    )
    measure = campaign_results.measure_campaign(context, planned.name)
    measure.pop("series", None)
    return measure
