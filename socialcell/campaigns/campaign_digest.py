"""The content of the tables of campaigns by natural keys, for a digest of all of it."""

from typing import Any

from sqlalchemy import Select, Table, select

from socialcell import db
from socialcell.campaigns.creators.store.creators import MENTION
from socialcell.campaigns.links.model import ClickDay, InstallPostback, TrackedLink
from socialcell.campaigns.links.tracked_link import LinkDraft
from socialcell.campaigns.outcomes.figures_model import AdDay, SearchDay, StoreDay
from socialcell.campaigns.outcomes.model import (
    Campaign,
    OutcomeDay,
    Restatement,
    VisitDay,
)
from socialcell.campaigns.outreach.model import (
    OutreachDismissed,
    OutreachStep,
    PlanApproval,
)
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.campaigns.publishing.model import OwnPost

_MODELS = (AdDay, SearchDay, StoreDay, Campaign, OutcomeDay, VisitDay, Restatement)
_LINK = db.table(TrackedLink)
_CLICKS = db.table(ClickDay)
_POSTBACKS = db.table(InstallPostback)
# A code is random: a link is identified by its content.
_LINK_CONTENT = tuple(_LINK.c[name] for name in LinkDraft.__dataclass_fields__)
_RANDOM_COLUMNS = {"id", "link_id", "click_id", "referrer", "body_hash"}
_PLAN = db.table(Plan)
_TAG = db.table(PlanTag)
_OWN_POST = db.table(OwnPost)
# Keys, and progress at a platform, differ from one database to the next.
_OWN_POST_KEYS = {"id", "key", "closure_id", "prepared", "asked_first", "asked_last"}
_PLAN_TAG_KEYS = {"id", "plan_id", "link_id", "text"}  # the text holds the link's code
_APPROVAL = db.table(PlanApproval)
_STEP = db.table(OutreachStep)
_DISMISSED = db.table(OutreachDismissed)
# Hashes of texts that hold the link's code, and ids of mentions.
_STEP_KEYS = {"id", "plan_id", "tag_id", "content", "seals", "terms", "evidence"}
FIGURES: tuple[Table | tuple[str, Select[Any]], ...] = (
    *(db.table(model) for model in _MODELS),
    ("tracked_link", select(*_LINK_CONTENT)),
    (
        "click_day",
        select(
            *_LINK_CONTENT, *(c for c in _CLICKS.c if c.name not in _RANDOM_COLUMNS)
        ).join_from(_CLICKS, _LINK, _CLICKS.c.link_id == _LINK.c.id),
    ),
    ("plan", select(*(c for c in _PLAN.c if c.name != "id"))),
    (
        "plan_tag",
        select(
            _PLAN.c.campaign,
            _PLAN.c.version,
            *(c for c in _TAG.c if c.name not in _PLAN_TAG_KEYS),
        ).join_from(_TAG, _PLAN, _TAG.c.plan_id == _PLAN.c.id),
    ),
    (
        "plan_approval",
        select(
            _PLAN.c.campaign,
            _PLAN.c.version,
            *(c for c in _APPROVAL.c if c.name not in _STEP_KEYS),
        ).join_from(_APPROVAL, _PLAN, _APPROVAL.c.plan_id == _PLAN.c.id),
    ),
    (
        "outreach_step",
        select(_TAG.c.n, *(c for c in _STEP.c if c.name not in _STEP_KEYS)).join_from(
            _STEP, _TAG, _STEP.c.tag_id == _TAG.c.id
        ),
    ),
    (
        "outreach_dismissed",
        select(
            _DISMISSED.c.campaign,
            *(MENTION.c.platform, MENTION.c.external_id),
            *(_DISMISSED.c.by, _DISMISSED.c.at),
        ).join_from(_DISMISSED, MENTION, _DISMISSED.c.mention_id == MENTION.c.id),
    ),
    ("own_post", select(*(c for c in _OWN_POST.c if c.name not in _OWN_POST_KEYS))),
    (
        "install_postback",
        select(
            *_LINK_CONTENT, *(c for c in _POSTBACKS.c if c.name not in _RANDOM_COLUMNS)
        ).select_from(_POSTBACKS.outerjoin(_LINK, _POSTBACKS.c.link_id == _LINK.c.id)),
    ),
)
