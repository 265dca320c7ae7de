"""What each step of outreach needs, and what it tells the registry of creators."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from pathlib import Path
from typing import TypeAlias

from sqlmodel import Session

from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.creators.store import creators as creator_store
from socialcell.campaigns.outreach import (
    dated_rules,
    disclosure_rules,
    disclosure_status,
    plan_approval,
    plan_rules,
)
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.campaigns.outreach.plan_facts import PERSON_KINDS
from socialcell.campaigns.outreach.store import consents, outreach_posts
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.errors import SocialcellError, UsageError
from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.evidence import EvidenceFile
from socialcell.services.outbox.outbox_mode import HELD, mode_in


class StepNotAllowed(SocialcellError):  # noqa: N818 - named for what it is
    """A step that rules, or a missing approval, stand against."""


@dataclass(frozen=True)
class StepDetails:
    """What a person says of a step; what a step needs, `advance` says.

    `tool`: the platform's own label is agreed. `label`: a person saw the label, for
    `seconds` of `length` on the picture. `cool_off`: days until a refusal is over.
    """

    note: str = ""
    link: str | None = None
    file: Path | EvidenceFile | None = None
    mention: int | None = None
    tool: bool = False
    label: bool | None = None
    seconds: float | None = None
    length: float | None = None
    cool_off: int | None = None


@dataclass(frozen=True, slots=True)
class StepEntry:
    """A step that somebody enters: of which tag and plan, and the details given."""

    context: Context
    session: Session
    plan: Plan
    tag: PlanTag
    step: OutreachStep
    details: StepDetails


StepCheck: TypeAlias = Callable[[StepEntry], None]


def _contacted(entry: StepEntry) -> None:
    switch = mode_in(entry.session)
    if "outreach" in HELD[switch]:
        raise StepNotAllowed("outreach.held_back", mode=switch)
    today = creator_registry.today(entry.context)
    creator = creator_store.creator(entry.session, entry.tag.creator, today)
    if creator is not None and not creator.may_be_asked(today):
        raise StepNotAllowed(
            "outreach.refused", creator=entry.tag.creator, day=creator.consent_on
        )
    _require_allowed(entry.context, entry.session, entry.plan, entry.tag)
    if creator is not None and creator.consent in ("unknown", "refused"):
        _set_consent(entry.context, entry.session, entry.tag, "asked")


def _accepted(entry: StepEntry) -> None:
    if entry.step.evidence is None:
        raise UsageError("outreach.acceptance_needed")
    row = entries.find(entry.session, entry.tag.creator)
    if row is not None and row.consent != "agreed":
        shown = f"{entry.step.evidence_kind} {entry.step.evidence}"
        _set_consent(entry.context, entry.session, entry.tag, "agreed", shown=shown)


def _declined(entry: StepEntry) -> None:
    if entry.step.note is None:
        raise UsageError("outreach.decline_reason_needed")
    row, days = entries.find(entry.session, entry.tag.creator), entry.details.cool_off
    if row is not None and days is None and row.cool_off_days is None:
        rule = dated_rules.rule_on("consent", creator_registry.today(entry.context))
        days = None if rule is None else rule.says["cool_off_days"]
    _set_consent(entry.context, entry.session, entry.tag, "refused", days=days)


def _scheduled(entry: StepEntry) -> None:
    _require_allowed(entry.context, entry.session, entry.plan, entry.tag)
    row = entries.find(entry.session, entry.tag.creator)
    if row is not None and row.kind in PERSON_KINDS and row.consent != "agreed":
        raise StepNotAllowed(
            "outreach.not_agreed", creator=entry.tag.creator, consent=row.consent
        )
    rule = dated_rules.rule_on("tool", entry.tag.day)
    name = rule.says["tools"].get(entry.tag.channel) if rule else None
    if (
        name
        and connection_of(entry.session, entry.tag) != "none"
        and not entry.details.tool
    ):
        raise UsageError(
            "outreach.platform_label_needed",
            channel=entry.tag.channel,
            label=name,
            source=rule.source if rule else "",
        )
    entry.step.detail = {**entry.step.detail, "tool": entry.details.tool}


def _posted(entry: StepEntry) -> None:
    before = plan_approval.steps_by_tag(entry.session, entry.plan)[entry.tag.id or 0][
        -1
    ]
    if before.state == "posted" and entry.step.evidence_kind in (None, "file"):
        # The same post, looked at again.
        if entry.step.evidence is not None:
            entry.step.detail = {"also": [["file", entry.step.evidence]]}
        entry.step.evidence_kind, entry.step.evidence = (
            before.evidence_kind,
            before.evidence,
        )
    if entry.step.evidence_kind not in ("link", "mention"):
        raise UsageError("outreach.post_needed")
    faults = _label_faults(entry.session, entry.tag, entry.step)
    entry.step.detail = {
        **entry.step.detail,
        **disclosure_status.DisclosureFinding(
            None if faults is None else tuple(faults),
            entry.details.label,
            entry.details.seconds,
            entry.details.length,
        ).as_dict(),
    }


CHECKS: dict[str, StepCheck] = {
    "contacted": _contacted,
    "accepted": _accepted,
    "declined": _declined,
    "scheduled": _scheduled,
    "posted": _posted,
}


def connection_of(session: Session, tag: PlanTag) -> str:
    """What ties a tag's creator to the city, to be disclosed."""
    row = entries.find(session, tag.creator)
    return disclosure_rules.connection_to_disclose(
        row.connection if row else None, tag.cost_micros > 0
    )


def _require_allowed(
    context: Context, session: Session, plan: Plan, tag: PlanTag
) -> None:
    """NotAllowed, with every reason, unless the plan's approval and the rules hold."""
    tags = store.tags(session, plan)
    reasons = []
    if plan_approval.valid_approval(session, plan, tags) is None:
        reasons.append(plan_approval.unapproved_message(session, plan))
    settings = context.workspace.config.planning
    violations = plan_rules.find_violations(session, plan, tags, settings)
    reasons += [
        violation.message for violation in violations if violation.n in (None, tag.n)
    ]
    if reasons:
        message = _all_reasons(reasons)
        raise StepNotAllowed(message.code, **message.parameters)


def _all_reasons(reasons: Sequence[Message]) -> Message:
    return reduce(
        lambda before, reason: Message(
            "outreach.further_reason", {"before": before, "reason": reason}
        ),
        reasons,
    )


def _set_consent(
    context: Context,
    session: Session,
    tag: PlanTag,
    consent: str,
    *,
    shown: str | None = None,
    days: int | None = None,
) -> None:
    row = entries.find(session, tag.creator)
    if row is None:
        return
    today: date = creator_registry.today(context)
    now = context.clock.now()
    consents.set_consent(
        session, row.id, consent, today, now, evidence=shown, cool_off_days=days
    )
    detail = {"outcome": "updated", "changed": ["consent"], "consent": consent}
    creator_registry.audit_entry(
        context, session, "influencers.set", f"creator:{row.id}", detail
    )


def _label_faults(
    session: Session, tag: PlanTag, step: OutreachStep
) -> Sequence[str] | None:
    """Kinds of faults of the label in the words that are held; None: none are held.

    UsageError: a mention that was not found for this tag.
    """
    if step.evidence_kind == "mention":
        proposal = outreach_posts.find_found_post(
            session, tag.id or 0, int(step.evidence or 0)
        )
        if proposal is None:
            raise UsageError(
                "outreach.mention_of_no_tag", mention=step.evidence, tag=tag.n
            )
        text: str | None = proposal.text
    else:
        text = outreach_posts.text_at(session, step.evidence or "")
    if text is None:
        return None
    faults = disclosure_rules.label_faults(
        text, connection_of(session, tag), tag.language, tag.day
    )
    return [fault.kind for fault in faults]
