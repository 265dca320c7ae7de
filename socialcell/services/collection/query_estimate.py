"""What a query will probably cost, in a platform's credits, before it is a source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from socialcell import connectors, db
from socialcell.errors import UsageError
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

_LOOKED_AT = timedelta(days=28)
_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Estimate:
    """Posts and money of 30 days; `posts` is None where nothing is known, with why.

    The posts are those that other sources brought, so there may be more.
    """

    posts: int | None
    cost_micros: int | None
    currency: str
    basis: str


def estimate(
    context: Context, connector: str, settings: Mapping[str, Any]
) -> Estimate | None:
    """What a search would cost in 30 days; None where a post read costs nothing.

    ConfigError when the connector does not take the settings.
    """
    settings = connectors.check_settings(connector, settings)
    platform = connectors.platform(connector)
    priced = [
        one
        for one in allowance_ledger.buckets(
            context.workspace.config, connector, platform
        )
        if one.name == "posts" and one.price_micros
    ]
    query = settings.get("query")
    if not priced or not query:
        return None
    (bucket,) = priced
    now = context.clock.now()
    try:
        node = parse(str(query), now=now)
        foreign = [one.text for one in tokens(str(query)) if _is_foreign(one)]
    except UsageError as error:
        foreign = [str(error).splitlines()[0]]
    if foreign:
        reason = f"this query cannot be counted here: {foreign[0]}"
        return Estimate(None, None, bucket.currency, reason)
    here = FieldTerm("platform", platform, 1)
    wanted = MentionFilter(query=And((here, node)), since=now - _LOOKED_AT)
    with db.reading(context.engine) as session:
        held = mention_queries.count_mentions(
            session, MentionFilter(query=here, since=now - _LOOKED_AT)
        )
        found = mention_queries.count_mentions(session, wanted)
    if not held:
        reason = f"no mention of {platform} is held from the last 28 days"
        return Estimate(None, None, bucket.currency, reason)
    posts = round(found * _MONTH / _LOOKED_AT)
    return Estimate(
        posts,
        posts * bucket.price_micros,
        bucket.currency,
        f"{found} of {held} mentions held from the last 28 days match",
    )


def _is_foreign(token: Token) -> bool:
    """A word such as conversation_id:7 is an operator of the platform's own."""
    return token.kind == "word" and (":" in token.text or token.text[0] in "@#$")
