"""What a query will probably cost, in a platform's credits, before it is a source."""

from dataclasses import dataclass
from datetime import timedelta

from socialcell import connectors, db
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.listening.query.query_language import (
    And,
    FieldTerm,
    Token,
    parse,
    tokens,
)
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.services.collection import allowance_ledger
from socialcell.services.context import Context

_SAMPLE = timedelta(days=28)
_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class QueryEstimate:
    """Posts and money of 30 days; `posts` is None where nothing is known, with why.

    The posts are those that other sources brought, so there may be more.
    """

    posts: int | None
    cost_micros: int | None
    currency: str
    basis: str


def estimate(
    context: Context, connector: str, settings: JsonObject
) -> QueryEstimate | None:
    """What a search would cost in 30 days; None where a post read costs nothing.

    ConfigError when the connector does not take the settings.
    """
    settings = connectors.check_settings(connector, settings)
    platform = connectors.platform(connector)
    priced = [
        bucket
        for bucket in allowance_ledger.buckets(
            context.workspace.config, connector, platform
        )
        if bucket.name == "posts" and bucket.price_micros
    ]
    query = settings.get("query")
    if not priced or not query:
        return None
    (bucket,) = priced
    now = context.clock.now()
    try:
        node = parse(str(query), now=now)
        foreign = [token.text for token in tokens(str(query)) if _is_foreign(token)]
    except UsageError as error:
        foreign = [str(error).splitlines()[0]]
    if foreign:
        reason = f"this query cannot be counted here: {foreign[0]}"
        return QueryEstimate(None, None, bucket.currency, reason)
    here = FieldTerm("platform", platform, 1)
    matching = MentionFilter(query=And((here, node)), since=now - _SAMPLE)
    with db.reading(context.engine) as session:
        total_count = mention_queries.count_mentions(
            session, MentionFilter(query=here, since=now - _SAMPLE)
        )
        match_count = mention_queries.count_mentions(session, matching)
    if not total_count:
        reason = f"no mention of {platform} is held from the last 28 days"
        return QueryEstimate(None, None, bucket.currency, reason)
    posts = round(match_count * _MONTH / _SAMPLE)
    return QueryEstimate(
        posts,
        posts * bucket.price_micros,
        bucket.currency,
        f"{match_count} of {total_count} mentions held from the last 28 days match",
    )


def _is_foreign(token: Token) -> bool:
    """A word such as conversation_id:7 is an operator of the platform's own."""
    return token.kind == "word" and (":" in token.text or token.text[0] in "@#$")
