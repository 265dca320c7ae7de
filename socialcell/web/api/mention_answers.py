"""What the API answers about mentions, and what it may be asked."""

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field, JsonValue

from socialcell.web.api.fields import (
    ApiAnswer,
    Moment,
    Omitted,
    Parameters,
    PlainText,
    RowLimit,
)

_EXAMPLE: dict[str, JsonValue] = {
    "id": 17,
    "platform": "x",
    "kind": "post",
    "at": "2026-11-22T18:05:00+05:30",
    "edited_at": None,
    "author": "नागरिक-K7QD94MB",
    "title": None,
    "text": "No water in Kothrud since morning",
    "language": "en",
    "mixed": False,
    "intent": "complaint",
    "intent_detail": None,
    "sentiment": "negative",
    "urgency": "normal",
    "topics": ["water"],
    "wards": ["ward:kothrud-bavdhan"],
    "places": ["place:kothrud"],
    "url": None,
    "link": None,
    "external_id": None,
    "owner": "dept:water",
    "missing": [],
    "likes": 3,
    "shares": None,
    "comments": None,
    "views": None,
    "saves": None,
    "measured_at": "2026-11-23T06:00:00+05:30",
    "withheld": None,
    "withheld_scope": None,
    "withheld_copyright": None,
    "status": None,
    "ward": None,
    "department": None,
    "closed_at": None,
}


Cursor: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[0-9TZ._]+$",
        description="`next` of the page before, with the same parameters.",
    ),
]


class MentionConditions(Parameters):
    """Which mentions are asked for; all conditions hold together."""

    q: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=1000,
                description=(
                    'The query language of `mentions search`: words, "phrases", AND '
                    "OR NOT, parentheses, fields such as topic:water, ~pani."
                ),
                examples=["पाणी OR water"],
            ),
        ]
        | Omitted
    ) = None
    since: (
        Annotated[
            PlainText,
            Field(
                description="From a day (IST) or moment on, or 24h, 7d before now.",
                examples=["2026-11-16"],
            ),
        ]
        | Omitted
    ) = None
    until: (
        Annotated[
            PlainText,
            Field(
                description="Up to and with a day, or up to a moment.",
                examples=["2026-11-22"],
            ),
        ]
        | Omitted
    ) = None
    topic: (
        Annotated[PlainText, Field(description="A topic's id.", examples=["water"])]
        | Omitted
    ) = None
    ward: (
        Annotated[
            PlainText,
            Field(description="A ward office's id.", examples=["ward:kothrud-bavdhan"]),
        ]
        | Omitted
    ) = None
    language: (
        Annotated[PlainText, Field(description="en, hi, mr, hi-Latn, mr-Latn.")]
        | Omitted
    ) = None
    sentiment: (
        Annotated[PlainText, Field(description="negative, neutral, positive.")]
        | Omitted
    ) = None
    intent: (
        Annotated[PlainText, Field(description="complaint, question, help, praise …")]
        | Omitted
    ) = None
    urgency: (
        Annotated[PlainText, Field(description="low, normal, high, critical.")]
        | Omitted
    ) = None
    platform: (
        Annotated[PlainText, Field(description="x, facebook, news, reddit …")] | Omitted
    ) = None
    owner: (
        Annotated[
            PlainText,
            Field(
                description="Whose problem it is: pmc, other, none, or an id.",
                examples=["dept:water"],
            ),
        ]
        | Omitted
    ) = None


class MentionParameters(MentionConditions):
    """A page of mentions."""

    limit: RowLimit = 50
    cursor: Cursor | Omitted = None


class MentionAnswer(ApiAnswer):
    """A mention as it may be shown: its author by pseudonym or registry handle, its
    text masked, counts null where they are not known."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: int
    platform: str
    kind: str
    at: Moment | None
    edited_at: Moment | None
    author: str | None
    title: str | None
    text: str | None
    language: str | None
    mixed: bool | None
    intent: str | None
    intent_detail: str | None
    sentiment: str | None
    urgency: str | None
    topics: list[str]
    wards: list[str]
    places: list[str]
    url: str | None = Field(
        description="Of accounts that are shown by name and of articles, as `link`."
    )
    link: str | None
    external_id: str | None = Field(description="The platform's own; where `link` is.")
    owner: str | None
    missing: list[str]
    likes: int | None
    shares: int | None
    comments: int | None
    views: int | None
    saves: int | None
    measured_at: Moment | None
    withheld: list[str] | None
    withheld_scope: str | None
    withheld_copyright: bool | None
    status: str | None = Field(description="In a register of complaints.")
    ward: str | None
    department: str | None
    closed_at: Moment | None


class QuerySuggestion(ApiAnswer):
    """The query in every spelling of its words, and how many mentions that finds."""

    query: str
    total: int


class MentionsAnswer(ApiAnswer):
    """A page of mentions, newest first, those without a time last."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"mentions": [_EXAMPLE], "total": 1, "next": None, "suggestion": None}
            ]
        }
    )
    mentions: list[MentionAnswer]
    total: int | None = Field(description="In all; on the first page alone.")
    next: str | None = Field(description="`cursor` of the next page; null: the last.")
    suggestion: QuerySuggestion | None = Field(
        description="Where a query finds nothing and another spelling would."
    )


class RelatedAnswer(ApiAnswer):
    """A mention that this one replies to, quotes or reposts; whether it is held."""

    kind: str
    platform: str
    id: int
    held: str


class SourceAnswer(ApiAnswer):
    """A source through which the mention came."""

    name: str
    via: str
    seen_at: Moment


class CountAnswer(ApiAnswer):
    """One count of the mention at one moment; null where its state says why."""

    metric: str
    common: str | None
    taken_at: Moment
    value: int | None
    state: str


class UnderstoodAnswer(ApiAnswer):
    """What a model suggested, and what a person decided."""

    kind: str
    suggested: str
    score: float | None
    confident: bool | None
    decided: str | None
    model: str
    detail: JsonValue


class LanguageTexts(ApiAnswer):
    """A text in three languages."""

    mr: str
    hi: str
    en: str


class MentionDetailAnswer(MentionAnswer):
    """A mention with all that is stored about it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "owner_name": None,
                    "referral": None,
                    "links": [],
                    "relations": [],
                    "sources": [
                        {
                            "name": "x.mentions",
                            "via": "pull",
                            "seen_at": "2026-11-22T18:10:00+05:30",
                        }
                    ],
                    "engagement": [
                        {
                            "metric": "like_count",
                            "common": "reactions",
                            "taken_at": "2026-11-23T06:00:00+05:30",
                            "value": 3,
                            "state": "observed",
                        }
                    ],
                    "understood": [],
                }
            ]
        }
    )
    owner_name: LanguageTexts | None
    referral: LanguageTexts | None = Field(
        description="The sentence that sends a citizen to the owner."
    )
    links: list[str]
    relations: list[RelatedAnswer]
    sources: list[SourceAnswer]
    engagement: list[CountAnswer]
    understood: list[UnderstoodAnswer]
