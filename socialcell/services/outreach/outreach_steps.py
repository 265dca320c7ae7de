"""Steps of outreach, as they are kept: added, and sealed in the audit log."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from sqlmodel import Session

from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry

_SEALED = (
    *("campaign", "terms", "state", "by", "note", "evidence_kind", "evidence"),
    "detail",
)


def add_step(
    context: Context, session: Session, plan: Plan, tag: PlanTag, step: OutreachStep
) -> None:
    """Keep a step. The audit log has its seal, and the creator by number: forgetting
    one takes the note and leaves the log whole."""
    session.add(step)
    session.flush()
    row = entries.find(session, tag.creator)
    detail = {
        "version": plan.version,
        "tag": tag.n,
        "creator": None if row is None else f"creator:{row.id}",
        "by": step.by,
        "evidence": step.evidence_kind,
        "seal": seal(step),
    }
    creator_registry.audit_entry(
        context, session, f"outreach.{step.state}", plan.campaign, detail
    )


def altered_steps(
    session: Session, plan: Plan, steps: Mapping[int, Sequence[OutreachStep]]
) -> dict[int, list[str]]:
    """States whose steps are not as they were entered, by tag's id: the audit log has
    no such seal."""
    sealed = {
        entry.detail.get("seal")
        for entry in audit.entries_about(session, "outreach.", plan.campaign)
    }
    return {
        tag_id: [step.state for step in own if seal(step) not in sealed]
        for tag_id, own in steps.items()
    }


def seal(step: OutreachStep) -> str:
    """The hash of what a step says, hexadecimal."""
    fields = {name: getattr(step, name) for name in _SEALED}
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
