"""The page that stops a letter, and the one-click button of mail programs (RFC 8058).

GET /unsubscribe/TOKEN asks and changes nothing, because programs that check mail open
every link. POST stops the letter, from the page's button and from a mail program.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from socialcell import i18n
from socialcell.i18n import Language
from socialcell.services.context import Context
from socialcell.services.outbox import unsubscribe_token, unsubscriptions
from socialcell.web.application import READ, ExactRoute
from socialcell.web.body import BodyLimits
from socialcell.web.link_pages import page

MAX_BYTES = 4 * 1024
BODY_SECONDS = 10.0
Section: TypeAlias = Callable[[str, Language, str], Mapping[str, str]]
"""A letter, a language and an organisation → what a page says in that language."""


class UnsubscribeEndpoint:
    """Answers tokens that were signed with `key`; any other is answered `unknown`."""

    def __init__(self, context: Context, key: bytes, unknown: Response) -> None:
        self._context, self._key, self._unknown = context, key, unknown
        organisation = context.workspace.config.report.organisation
        button = [
            {"lang": lang.code, "text": lang.gettext("Stop this letter")}
            for lang in map(i18n.language, i18n.CODES)
        ]
        self._questions = _pages(_question, organisation, button)
        self._confirmations = _pages(_confirmation, organisation)

    async def unsubscribe(self, request: Request) -> Response:
        """Ask whether the letter is to be stopped, or stop it."""
        token = request.path_params["token"]
        subscription = unsubscribe_token.read_token(self._key, token)
        if subscription is None:
            return self._unknown
        if request.method in READ:
            return self._questions[subscription.letter]
        # Read for its limits alone: the token says all.
        await request.body()
        await run_in_threadpool(unsubscriptions.stop, self._context, subscription)
        return self._confirmations[subscription.letter]


def unsubscribe_route(context: Context, key: bytes, unknown: Response) -> ExactRoute:
    """The route of the page; `unknown` answers a token that is not ours."""
    endpoint = UnsubscribeEndpoint(context, key, unknown)
    limits = Middleware(BodyLimits, MAX_BYTES, BODY_SECONDS)
    path = unsubscriptions.PATH + "{token}"
    return ExactRoute(path, endpoint.unsubscribe, (*READ, "POST"), [limits])


def _pages(
    section: Section, organisation: str, button: Sequence[Mapping[str, str]] = ()
) -> Mapping[str, Response]:
    """A page for each letter, in all languages."""
    languages = [i18n.language(code) for code in i18n.CODES]
    return {
        letter: page(
            [section(letter, lang, organisation) for lang in languages], 200, button
        )
        for letter in unsubscribe_token.LETTERS
    }


def _question(letter: str, lang: Language, organisation: str) -> dict[str, str]:
    head = (
        lang.gettext("Stop the weekly letter?")
        if letter == "report"
        else lang.gettext("Stop the daily brief?")
    )
    text = lang.gettext(
        "The social media cell of %(organisation)s sends this letter to your e-mail "
        "address. The button stops it for this address alone.",
        organisation=organisation,
    )
    return {"lang": lang.code, "head": head, "text": text}


def _confirmation(letter: str, lang: Language, organisation: str) -> dict[str, str]:
    head = (
        lang.gettext("The weekly letter is stopped")
        if letter == "report"
        else lang.gettext("The daily brief is stopped")
    )
    text = lang.gettext(
        "No new letter of this kind is sent to your e-mail address. Whoever wants it "
        "again asks the social media cell of %(organisation)s.",
        organisation=organisation,
    )
    return {"lang": lang.code, "head": head, "text": text}
