"""The page that stops a letter, and the one-click button of mail programs (RFC 8058).

GET /unsubscribe/TOKEN asks and changes nothing, because programs that check mail open
every link. POST stops the letter, from the page's button and from a mail program.
"""

from collections.abc import Mapping

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


class UnsubscribeEndpoint:
    """Answers tokens that were signed with `key`; any other is answered `unknown`."""

    def __init__(self, context: Context, key: bytes, unknown: Response) -> None:
        self._context, self._key, self._unknown = context, key, unknown
        organisation = context.workspace.config.report.organisation
        self._questions = _question_pages(organisation)
        self._confirmations = _confirmation_pages(organisation)

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


def _question_pages(organisation: str) -> Mapping[str, Response]:
    languages = [i18n.language(code) for code in i18n.CODES]
    button = [
        {"lang": lang.code, "text": lang.gettext("Stop this letter")}
        for lang in languages
    ]
    return {
        letter: page(
            [_question(letter, lang, organisation) for lang in languages], 200, button
        )
        for letter in unsubscribe_token.LETTERS
    }


def _confirmation_pages(organisation: str) -> Mapping[str, Response]:
    languages = [i18n.language(code) for code in i18n.CODES]
    return {
        letter: page(
            [_confirmation(letter, lang, organisation) for lang in languages], 200
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
