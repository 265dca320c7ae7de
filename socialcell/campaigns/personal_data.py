"""Personal data in the tables of creators, plans, posts and links: what it is for."""

from socialcell.campaigns.creators.model import (
    AccountFlag,
    CreatorAccount,
    CreatorEntry,
    CreatorInsight,
    CreatorRate,
    CreatorSketch,
)
from socialcell.campaigns.links.model import (
    Click,
    ClickDay,
    InstallPostback,
    LinkChange,
    PostbackRefusal,
    TrackedLink,
    TrackedLinkVersion,
)
from socialcell.campaigns.outcomes.figures_model import AdDay, SearchDay, StoreDay
from socialcell.campaigns.outcomes.model import (
    Campaign,
    OutcomeDay,
    Restatement,
    VisitDay,
)
from socialcell.campaigns.outreach.model import (
    OutreachDismissed,
    OutreachFound,
    OutreachStep,
    PlanApproval,
)
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.db.personal_tables import ImpersonalTable, PersonalTable, impersonal

_REMOVED = "influencers remove"

PERSONAL = (
    PersonalTable(
        CreatorEntry,
        ("name", "contact", "email", "phone", "consent_evidence", "connection"),
        "creators",
        "to ask, pay and disclose",
        "consent",
        _REMOVED,
    ),
    PersonalTable(
        CreatorAccount,
        ("handle",),
        "creators",
        "which accounts are theirs",
        "consent",
        _REMOVED,
    ),
    PersonalTable(
        CreatorRate,
        ("amount_micros", "source"),
        "creators",
        "what a post costs",
        "consent",
        _REMOVED,
    ),
    PersonalTable(
        CreatorInsight,
        ("number", "value", "source"),
        "creators",
        "whom their posts reach, in shares",
        "consent",
        _REMOVED,
    ),
    PersonalTable(
        CreatorSketch,
        ("registers",),
        "citizens",
        "how audiences overlap; a sketch can be counted and names nobody",
        "published",
        "the next sketch, or influencers remove",
    ),
    PersonalTable(
        AccountFlag,
        ("handle", "reason"),
        "public",
        "a campaign does not rest on an account of doubt",
        "published",
        "an erasure; it stays when lifted",
    ),
    PersonalTable(
        PlanTag,
        ("creator", "text"),
        "creators",
        "who posts what and when, and for how much",
        "consent",
        "stays; the name goes with influencers remove",
    ),
    PersonalTable(
        OutreachStep,
        ("note", "evidence"),
        "creators",
        "what was agreed and posted",
        "consent",
        "until the creator leaves the registry",
    ),
    PersonalTable(
        OwnPost,
        ("text", "reply_to", "external_id"),
        "citizens",
        "what we published, and to which post it answers",
        "duty",
        "stays as a public record",
    ),
    PersonalTable(
        Click,
        ("prefix", "device", "in_app"),
        "citizens",
        "an install may name the click that led to it",
        "service",
        "retention.click_days; the hash of the network seven days",
    ),
    PersonalTable(
        InstallPostback,
        ("referrer", "click_id"),
        "citizens",
        "which click brought an install, once; no name and no device",
        "service",
        "stays, and names nobody",
    ),
)
IMPERSONAL = (
    *impersonal(Campaign, ClickDay, OutcomeDay, OutreachDismissed, OutreachFound),
    *impersonal(Plan, PlanApproval, PostbackRefusal, Restatement, SearchDay, StoreDay),
    *impersonal(LinkChange, TrackedLink, TrackedLinkVersion, VisitDay),
    ImpersonalTable(AdDay, "reach is how many people an advertisement reached"),
)
