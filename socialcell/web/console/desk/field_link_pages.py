"""The page of a field link: whoever has its address answers once, without signing in.

It is an application of its own beside the console's pages: it has no session, and its
forms carry files. The token in the address is all that opens it, so no other site can
send its form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from socialcell import db, i18n, log
from socialcell.campaigns.links.click_classifier import client_address
from socialcell.errors import SocialcellError, UsageError
from socialcell.i18n import Language
from socialcell.message_catalog import in_words
from socialcell.ops.web import throttle
from socialcell.services.context import Context
from socialcell.services.desk import field_links
from socialcell.services.desk.field_links import FieldAnswer, FieldLinkOver
from socialcell.services.desk.photos import case_photos
from socialcell.text import clean_text
from socialcell.web.application import READ, ExactRoute
from socialcell.web.body import BodyLimits
from socialcell.web.console.mention_words import MentionWords
from socialcell.web.pages import addresses
from socialcell.web.pages.page_templates import static_address
from socialcell.web.pages.page_threads import PageThreads
from socialcell.web.pages.refusals import RETRY_SECONDS, explain
from socialcell.web.pages.security_headers import SecurityHeaders
from socialcell.web.request_turns import TooBusy

PREFIX = "/f/"
THREADS = 2
_LIMIT, _WINDOW = 30, 60  # requests of a client in so many seconds
_MOST_FORM = case_photos.MOST_BYTES + 100_000
_SECONDS = 120.0  # a photo over a weak line
_MOST_FIELDS = 8
_LOG = log.logger(__name__)


class _TooMany(Exception):  # noqa: N818 - named for what happened
    """A client asked too often; the seconds to wait."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True)
class _SentFields:
    """The fields of a form that was sent."""

    texts: Mapping[str, str] = field(default_factory=dict)
    photo: bytes | None = None


def create_field_pages(context: Context) -> ASGIApp:
    """The pages of field links, at paths that begin with /f/."""
    pages = _FieldPages(context, PageThreads(THREADS))
    limits = Middleware(BodyLimits, _MOST_FORM, _SECONDS)
    routes = [
        ExactRoute("/f/{token}", pages.answer, (*READ, "POST"), [limits]),
        ExactRoute("/f/{token}/photos/{photo:int}", pages.photo, READ),
    ]
    handlers = {HTTPException: pages.refuse}
    application = Starlette(routes=routes, exception_handlers=handlers)
    application.router.redirect_slashes = False
    return SecurityHeaders(application)


class _FieldPages:
    """Answers the requests for field links, each in a thread."""

    def __init__(self, context: Context, threads: PageThreads) -> None:
        self._context, self._threads = context, threads

    async def answer(self, request: Request) -> Response:
        """The page of a link, or what was sent with its form."""
        sent: _SentFields | None = None
        if request.method == "POST":
            async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
                sent = await _fields(form)
        token = clean_text(str(request.path_params["token"]))

        def work() -> Response:
            self._count(request)
            return self._page(request, token, sent)

        return await self._in_thread(request, work)

    async def photo(self, request: Request) -> Response:
        """A public photo of the case."""
        token = clean_text(str(request.path_params["token"]))
        number = int(request.path_params["photo"])

        def work() -> Response:
            self._count(request)
            content = field_links.public_photo(self._context, token, number)
            return Response(content, media_type="image/jpeg")

        return await self._in_thread(request, work)

    async def refuse(self, request: Request, error: Exception) -> Response:
        """The page of an HTTPException: a body that is too large or too slow."""
        assert isinstance(error, HTTPException)
        lang = _language(request)
        text = lang.gettext("This could not be read. Send a smaller photo.")
        response = self._render(request, lang, error.status_code, reason=text)
        response.headers.update(error.headers or {})
        return response

    async def _in_thread(
        self, request: Request, work: Callable[[], Response]
    ) -> Response:
        lang = _language(request)
        try:
            return await self._threads.run(work)
        except TooBusy:
            wait = RETRY_SECONDS
        except _TooMany as error:
            wait = error.wait
        except FieldLinkOver as error:
            reason = in_words(error.message, lang.code, str)
            return self._render(request, lang, 404, reason=reason)
        except SocialcellError as error:
            _LOG.warning("a field link was not served", reason=str(error))
            refusal = explain(error)
            reason = in_words(refusal.message, lang.code, str)
            return self._render(request, lang, refusal.status, reason=reason)
        text = lang.gettext("Too many requests. Load the page again in a minute.")
        response = self._render(request, lang, 429, reason=text)
        response.headers["retry-after"] = str(wait)
        return response

    def _page(self, request: Request, token: str, sent: _SentFields | None) -> Response:
        lang = _language(request)
        view = field_links.open_link(self._context, token)
        problem, status = "", 200
        if sent is not None:
            try:
                field_links.answer_link(self._context, token, _answer_of(sent))
            except FieldLinkOver:
                raise
            except UsageError as error:
                problem, status = in_words(error.message, lang.code, str), 422
            else:
                return self._render(request, lang, 200, done=True)
        typed = sent.texts if sent else {}
        values = {
            "view": view,
            "topic": MentionWords(lang, {}).label("topic", view.topic)
            if view.topic
            else "",
            "problem": problem,
            "typed": typed,
            "token": token,
            "most_words": field_links.MOST_WORDS,
        }
        return self._render(request, lang, status, **values)

    def _render(
        self, request: Request, lang: Language, status: int, **values: object
    ) -> HTMLResponse:
        defaults: dict[str, object] = {"view": None, "reason": "", "done": False}
        path = request.url.path
        languages = [
            (code, name, f"{path}?lang={code}")
            for code, name in addresses.NAMES.items()
        ]
        page = self._templates[lang.code].render(
            **(defaults | values), lang=lang, languages=languages, path=path
        )
        return HTMLResponse(page, status)

    @cached_property
    def _templates(self) -> Mapping[str, "_Template"]:
        return {code: _Template(code) for code in i18n.CODES}

    @cached_property
    def _trusted(self) -> list[IPv4Network | IPv6Network]:
        networks = self._context.workspace.config.web.trusted
        return [ip_network(network, strict=False) for network in networks]

    def _count(self, request: Request) -> None:
        """_TooMany when a client asks more often than a person does."""
        peer = request.client.host if request.client else ""
        lines = request.headers.getlist("x-forwarded-for")
        forwarded = ",".join(lines).encode("latin-1")
        client = client_address(peer, forwarded, self._trusted)
        address = "" if client is None else str(ip_address(client))
        key, now = f"field_link:{address}", self._context.clock.now()
        with db.writing(self._context.engine) as session:
            wait = throttle.take(session, key, _LIMIT, _WINDOW, now).wait
        if wait is not None:
            raise _TooMany(wait)


class _Template:
    """The page's template in one language."""

    def __init__(self, code: str) -> None:
        lang = i18n.language(code)
        environment = Environment(
            loader=PackageLoader("socialcell.web.console"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(_=lang.gettext, static=static_address)
        environment.filters.update(
            digits=lambda number: lang.digits(str(number)), when=lang.when
        )
        self._template = environment.get_template("field_link.html")

    def render(self, **values: object) -> str:
        return self._template.render(**values)


def _language(request: Request) -> Language:
    """The language that the address names, else one that the browser accepts."""
    accepted = request.headers.get("accept-language", "")
    return i18n.language(
        addresses.preferred(accepted, request.query_params.get("lang"))
    )


async def _fields(form: FormData) -> _SentFields:
    texts, photo = {}, None
    for name, content in form.items():
        if isinstance(content, UploadFile):
            photo = await content.read() or None
        else:
            texts[clean_text(name)] = clean_text(content)
    return _SentFields(texts, photo)


def _answer_of(sent: _SentFields) -> FieldAnswer:
    """The answer of a form. UsageError: no day where one is needed."""
    text = sent.texts.get("needs_until", "").strip()
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError("deskanswers.field_until") from None
    return FieldAnswer(
        answer=sent.texts.get("answer", ""),
        words=sent.texts.get("words", ""),
        needs_until=day,
        photo=sent.photo,
    )
