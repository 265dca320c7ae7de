"""What the tables of campaigns say, by natural keys, for a hash over all of it."""

from typing import Any

from sqlalchemy import Select, Table, select

from socialcell import db
from socialcell.campaigns.creators.store.creators import MENTION
from socialcell.campaigns.links.model import ClickDay, InstallPostback, TrackedLink
from socialcell.campaigns.links.tracked_link import Draft
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
_TOLD = db.table(InstallPostback)
# A code is drawn by lot: a link is known by what it says.
_SAID = tuple(_LINK.c[name] for name in Draft.__dataclass_fields__)
_DRAWN = {"id", "link_id", "click_id", "referrer", "body_hash"}
_PLAN = db.table(Plan)
_TAG = db.table(PlanTag)
_OWN = db.table(OwnPost)
# Of a surrogate key, and of what a platform has so far, another database knows nothing.
_OF_OWN = {"id", "closure_id", "prepared", "asked_first", "asked_last"}
_OF_PLAN = {"id", "plan_id", "link_id", "text"}  # the words hold the link's code
_GIVEN = db.table(PlanApproval)
_STEP = db.table(OutreachStep)
_NOT = db.table(OutreachDismissed)
# Hashes of words that hold the link's code, and numbers of mentions.
_OF_STEP = {"id", "plan_id", "tag_id", "content", "seals", "terms", "evidence"}
FIGURES: tuple[Table | tuple[str, Select[Any]], ...] = (
    *(db.table(model) for model in _MODELS),
    ("tracked_link", select(*_SAID)),
    (
        "click_day",
        select(*_SAID, *(c for c in _CLICKS.c if c.name not in _DRAWN)).join_from(
            _CLICKS, _LINK, _CLICKS.c.link_id == _LINK.c.id
        ),
    ),
    ("plan", select(*(c for c in _PLAN.c if c.name != "id"))),
    (
        "plan_tag",
        select(
            _PLAN.c.campaign,
            _PLAN.c.version,
            *(c for c in _TAG.c if c.name not in _OF_PLAN),
        ).join_from(_TAG, _PLAN, _TAG.c.plan_id == _PLAN.c.id),
    ),
    (
        "plan_approval",
        select(
            _PLAN.c.campaign,
            _PLAN.c.version,
            *(c for c in _GIVEN.c if c.name not in _OF_STEP),
        ).join_from(_GIVEN, _PLAN, _GIVEN.c.plan_id == _PLAN.c.id),
    ),
    (
        "outreach_step",
        select(_TAG.c.n, *(c for c in _STEP.c if c.name not in _OF_STEP)).join_from(
            _STEP, _TAG, _STEP.c.tag_id == _TAG.c.id
        ),
    ),
    (
        "outreach_dismissed",
        select(
            _NOT.c.campaign,
            *(MENTION.c.platform, MENTION.c.external_id),
            *(_NOT.c.by, _NOT.c.at),
        ).join_from(_NOT, MENTION, _NOT.c.mention_id == MENTION.c.id),
    ),
    ("own_post", select(*(c for c in _OWN.c if c.name not in _OF_OWN))),
    (
        "install_postback",
        select(*_SAID, *(c for c in _TOLD.c if c.name not in _DRAWN)).select_from(
            _TOLD.outerjoin(_LINK, _TOLD.c.link_id == _LINK.c.id)
        ),
    ),
)
