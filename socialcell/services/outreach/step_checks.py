"""What each step of outreach needs, and what it tells the registry of creators."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
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
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outbox.outbox import HELD, mode_in


class NotAllowed(SocialcellError):  # noqa: N818 - named for what it is
    """A step that rules, or a missing approval, stand against."""


@dataclass(frozen=True)
class Told:
    """What a person says of a step; what a step needs, `advance` says.

    `tool`: the platform's own label is agreed. `label`: a person saw the label, for
    `seconds` of `length` on the picture. `cool_off`: days until a refusal is over.
    """

    note: str = ""
    link: str | None = None
    file: Path | None = None
    mention: int | None = None
    tool: bool = False
    label: bool | None = None
    seconds: float | None = None
    length: float | None = None
    cool_off: int | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A step that somebody enters: of which tag and plan, and what was told with it."""

    context: Context
    session: Session
    plan: Plan
    tag: PlanTag
    step: OutreachStep
    told: Told


Check: TypeAlias = Callable[[Entered], None]


def _contacted(it: Entered) -> None:
    switch = mode_in(it.session)
    if "outreach" in HELD[switch]:
        raise NotAllowed(
            f"The switch is set to {switch}, and outreach is held back. To change it: "
            "socialcell outbox mode --help"
        )
    today = creator_registry.today(it.context)
    one = creator_store.creator(it.session, it.tag.creator, today)
    if one is not None and not one.may_be_asked(today):
        raise NotAllowed(
            f"{it.tag.creator} refused on {one.consent_on}, and the cool-off is not "
            "over."
        )
    _allowed(it.context, it.session, it.plan, it.tag)
    if one is not None and one.consent in ("unknown", "refused"):
        _consent(it.context, it.session, it.tag, "asked")


def _accepted(it: Entered) -> None:
    if it.step.evidence is None:
        raise UsageError(
            "Where is it written that they accept? Say --link, or --file of the letter."
        )
    row = entries.find(it.session, it.tag.creator)
    if row is not None and row.consent != "agreed":
        shown = f"{it.step.evidence_kind} {it.step.evidence}"
        _consent(it.context, it.session, it.tag, "agreed", shown=shown)


def _declined(it: Entered) -> None:
    if it.step.note is None:
        raise UsageError("Say in --note why they declined.")
    row, days = entries.find(it.session, it.tag.creator), it.told.cool_off
    if row is not None and days is None and row.cool_off_days is None:
        rule = dated_rules.rule_on("consent", creator_registry.today(it.context))
        days = None if rule is None else rule.says["cool_off_days"]
    _consent(it.context, it.session, it.tag, "refused", days=days)


def _scheduled(it: Entered) -> None:
    _allowed(it.context, it.session, it.plan, it.tag)
    row = entries.find(it.session, it.tag.creator)
    if row is not None and row.kind in PERSON_KINDS and row.consent != "agreed":
        raise NotAllowed(f"{it.tag.creator} has not agreed (consent: {row.consent}).")
    rule = dated_rules.rule_on("tool", it.tag.day)
    name = rule.says["tools"].get(it.tag.channel) if rule else None
    if name and tie_of(it.session, it.tag) != "none" and not it.told.tool:
        raise UsageError(
            f"{it.tag.channel} has a label of its own ({name}), and it is needed as "
            f"well [{rule.source if rule else ''}]. When it is agreed, say --tool."
        )
    it.step.detail = {**it.step.detail, "tool": it.told.tool}


def _posted(it: Entered) -> None:
    before = plan_approval.steps_by_tag(it.session, it.plan)[it.tag.id or 0][-1]
    if before.state == "posted" and it.step.evidence_kind in (None, "file"):
        # The same post, looked at again.
        if it.step.evidence is not None:
            it.step.detail = {"also": [["file", it.step.evidence]]}
        it.step.evidence_kind, it.step.evidence = before.evidence_kind, before.evidence
    if it.step.evidence_kind not in ("link", "mention"):
        raise UsageError(
            "Where is the post? Say --link, or --mention of one that was found: "
            "socialcell campaigns outreach look"
        )
    faults = _read(it.session, it.tag, it.step)
    it.step.detail = {
        **it.step.detail,
        **disclosure_status.DisclosureFinding(
            None if faults is None else tuple(faults),
            it.told.label,
            it.told.seconds,
            it.told.length,
        ).as_dict(),
    }


CHECKS: dict[str, Check] = {
    "contacted": _contacted,
    "accepted": _accepted,
    "declined": _declined,
    "scheduled": _scheduled,
    "posted": _posted,
}


def tie_of(session: Session, tag: PlanTag) -> str:
    """What ties a tag's creator to the city, to be disclosed."""
    row = entries.find(session, tag.creator)
    return disclosure_rules.connection_to_disclose(
        row.connection if row else None, tag.cost_micros > 0
    )


def _allowed(context: Context, session: Session, plan: Plan, tag: PlanTag) -> None:
    """NotAllowed, with every reason, unless the plan's approval and the rules hold."""
    tags = store.tags(session, plan)
    reasons = []
    if plan_approval.valid_approval(session, plan, tags) is None:
        reasons.append(plan_approval.unapproved_message(session, plan))
    settings = context.workspace.config.planning
    found = plan_rules.find_violations(session, plan, tags, settings)
    reasons += [str(one) for one in found if one.n in (None, tag.n)]
    if reasons:
        raise NotAllowed("\n".join(reasons))


def _consent(
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
    creator_registry.log(
        context, session, "influencers.set", f"creator:{row.id}", detail
    )


def _read(session: Session, tag: PlanTag, step: OutreachStep) -> Sequence[str] | None:
    """Kinds of faults of the label in the words that are held; None: none are held.

    UsageError: a mention that was not found for this tag.
    """
    if step.evidence_kind == "mention":
        known = outreach_posts.find_found_post(
            session, tag.id or 0, int(step.evidence or 0)
        )
        if known is None:
            raise UsageError(
                f"Mention {step.evidence} was not found for tag {tag.n}. See those "
                "that were: socialcell campaigns outreach list"
            )
        text: str | None = known.text
    else:
        text = outreach_posts.text_at(session, step.evidence or "")
    if text is None:
        return None
    found = disclosure_rules.label_faults(
        text, tie_of(session, tag), tag.language, tag.day
    )
    return [one.kind for one in found]
