"""What a source must not follow: the guard of alert rules, for every setting that says
whom or what."""

import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from sqlmodel import Session

from socialcell import connectors
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.listening.people import protected_topics
from socialcell.listening.people.protected_topics import Accounts
from socialcell.listening.query.platform_query import searched_parts, words_of
from socialcell.listening.query.query_language import FieldTerm, TextTerm
from socialcell.listening.store.people import protected_accounts
from socialcell.message_catalog import Message, Parameter
from socialcell.ops.model import Source

_NUMBERS = ("user_id", "channel_id", "page_id", "account_id")
# What a query leaves out may be named, also with its @.
_LEFT_OUT = re.compile(r"(?<!\S)-(?:\"[^\"]*\"|[^\s()]+)")


def refuse(
    session: Session,
    connector: str,
    settings: JsonObject,
    own: Collection[str] = (),
) -> None:
    """UsageError, with the reason, when a source of these settings would follow a
    private person, protests, politics, religion, caste or somebody's health.

    `own` are numbers of the city's own accounts, and of those followed already. Of a
    number of which no post is held nothing is known: it is let in.
    """
    accounts = protected_accounts.accounts(session)
    for key, text_value in settings.items():
        if not isinstance(text_value, str):
            continue
        if key in _NUMBERS and text_value not in own:
            _refuse_number(session, connectors.platform(connector), text_value)
        elif key == "query":
            text = without_left_out(text_value)
            protected_topics.refuse_parts(
                searched_parts(text_value), text, accounts, _no_source
            )
        elif key == "hashtag":
            tag = [*words_of(f"#{text_value}")]
            protected_topics.refuse_parts(tag, text_value, accounts, _no_source)
        elif key == "subreddit":
            _refuse_subreddit(text_value, accounts)
        elif key == "url":
            _refuse_feed(text_value, accounts)


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
    return _LEFT_OUT.sub("", query)


def _refuse_number(session: Session, platform: str, number: str) -> None:
    if protected_accounts.private_handle(session, platform, number) is not None:
        raise UsageError("sources.private_account", number=number, platform=platform)


def _no_source(subject: Parameter) -> Message:
    return Message("sources.none_about", {"subject": subject})


def _refuse_subreddit(name: str, accounts: Accounts) -> None:
    parts: list[TextTerm | FieldTerm] = [*words_of(f"#{name}")]
    if name.lower().startswith("u_"):
        parts.append(FieldTerm("from", name[2:], 1))  # somebody's own page

    protected_topics.refuse_parts(parts, name, accounts, _no_source)


def _refuse_feed(url: str, accounts: Accounts) -> None:
    """The words of a feed's path, and what it is asked for; not those of its host."""
    parts = urlsplit(url)
    parameters = [parameter for _, parameter in parse_qsl(parts.query)]
    words: list[TextTerm | FieldTerm] = [*_path_words(unquote(parts.path))]
    protected_topics.refuse_parts(words, unquote(url), accounts, _no_source)
    for parameter in parameters:
        protected_topics.refuse_parts(
            searched_parts(parameter), parameter, accounts, _no_source
        )


def _path_words(path: str) -> Iterator[TextTerm]:
    """Without how they are written: an underscore in a path tells no handle."""
    for piece in re.split(r"[/_.]+", path):
        for part in words_of(piece):
            yield TextTerm(part.text, part.prefix)
