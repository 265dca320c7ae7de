"""What a source must not follow: every setting that says whom or what is judged."""

from collections.abc import Collection, Iterable

from sqlmodel import Session

from socialcell import connectors
from socialcell.json_types import JsonObject
from socialcell.listening.guard import judgement
from socialcell.listening.guard.judgement import PERSON, Objection
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.query import platform_query
from socialcell.listening.store.people import protected_accounts
from socialcell.ops.model import Source
from socialcell.services import query_guard
from socialcell.services.context import Context
from socialcell.services.query_guard import AskedAt

# Anybody's account can be read by one of these: somebody says first whose it is.
_ANYBODY = ("user_id", "channel_id")
# An account_id is read with a token of that account's owner; and a page_id is none of
# somebody: only a token with a task on the page reads it.
_NUMBERS = (*_ANYBODY, "account_id")
_OF_SOMEBODY = "u_"  # how a subreddit begins that is somebody's own page


def refuse(
    context: Context, connector: str, settings: JsonObject, own: Collection[str] = ()
) -> None:
    """UsageError, with the reason, when a source of these settings would follow a
    private person, protests, politics, religion, caste or somebody's health. Audited.

    `own` are numbers of the city's own accounts, and of those followed already. Any
    other number by which anybody's account can be read is in the registry first.
    """
    asked = " ".join(text for text in settings.values() if isinstance(text, str))
    query_guard.require(
        context,
        AskedAt.SOURCES,
        asked,
        lambda session, accounts: objection_to(
            session, accounts, connector, settings, own
        ),
    )


def objection_to(
    session: Session,
    accounts: Accounts,
    connector: str,
    settings: JsonObject,
    own: Collection[str] = (),
) -> Objection | None:
    """What stands against a source of these settings; None: nothing."""
    for key, asked in settings.items():
        if not isinstance(asked, str):
            continue
        if key in _NUMBERS and asked not in own:
            platform = connectors.platform(connector)
            objection = _number(session, platform, key, asked)
        else:
            objection = _objection(key, asked, accounts)
        if objection is not None:
            return objection
    return None


def numbers(sources: Iterable[Source]) -> frozenset[str]:
    """The numbers of the accounts that these sources follow."""
    return frozenset(
        str(source.settings[key])
        for source in sources
        for key in _NUMBERS
        if key in source.settings
    )


def without_left_out(query: str) -> str:
    """A query without the single words and operators that it leaves out."""
    return platform_query.without_left_out(query)


def _number(session: Session, platform: str, key: str, number: str) -> Objection | None:
    is_public = protected_accounts.is_public_number(session, platform, number)
    if is_public or (is_public is None and key not in _ANYBODY):
        return None
    return Objection(PERSON, shown=number, account_of=platform)


def _objection(key: str, asked: str, accounts: Accounts) -> Objection | None:
    match key:
        case "query":
            return judgement.judge_platform_query(asked, accounts)
        case "hashtag":
            return judgement.judge_words(f"#{asked.lstrip('#')}", accounts)
        case "subreddit" if asked.lower().startswith(_OF_SOMEBODY):
            who = asked[len(_OF_SOMEBODY) :]
            return judgement.judge_platform_query(f"author:{who}", accounts)
        case "subreddit":
            return judgement.judge_words(f"#{asked}", accounts)
        case "url":
            return judgement.judge_address(asked, accounts)
    return None
