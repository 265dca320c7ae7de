"""An ASGI application from a table of screens: sessions, permissions, forms, errors."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from socialcell import i18n, log
from socialcell.errors import SocialcellError
from socialcell.i18n import Language
from socialcell.services.context import Context
from socialcell.web.application import READ, ExactRoute
from socialcell.web.body import BodyLimits
from socialcell.web.pages import (
    addresses,
    file_answers,
    form_guard,
    form_sending,
    kept_forms,
    screens,
)
from socialcell.web.pages.answers import Download, Part, RedirectTo, WebPage
from socialcell.web.pages.form_sending import SentForm
from socialcell.web.pages.forms import fields_of
from socialcell.web.pages.kept_forms import NotKept
from socialcell.web.pages.page_request import MOST_DIGITS, PageRequest
from socialcell.web.pages.page_sessions import DONE, PageSessions
from socialcell.web.pages.page_templates import STATIC, PageTemplates
from socialcell.web.pages.page_threads import PageThreads
from socialcell.web.pages.refusals import RETRY_SECONDS, Refusal, explain, refusal_of
from socialcell.web.pages.screen_access import require_access
from socialcell.web.pages.screens import Action, AnyAction, Row, Screen, Show
from socialcell.web.pages.security_headers import SecurityHeaders
from socialcell.web.pages.sent_file import SentFile, file_of
from socialcell.web.request_turns import TooBusy

MAX_FORM_BYTES = 1024 * 1024
FORM_SECONDS = 15.0
FILE_SECONDS = 120.0  # a photo over a weak line
_MAX_FIELDS = 200
_ONE_YEAR = "public, max-age=31536000, immutable"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_LOG = log.logger(__name__)


class _Number(Convertor[int]):
    """A number of at most 18 digits in a path."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("number", _Number())


@dataclass(frozen=True)
class Site:
    """A server of pages: its table, its templates, the name of the cookie of its
    sessions, and the page where people sign in."""

    rows: Sequence[Row]
    templates: PageTemplates
    cookie: str
    sign_in_path: str
    sign_in_page: Show


def create_page_application(context: Context, site: Site, threads: int) -> ASGIApp:
    """The application of a site. ValueError: its table is not right."""
    screens.check_table(site.rows)
    pages = _Pages(context, site, PageThreads(threads))
    routes: list[BaseRoute] = [
        *(
            ExactRoute(f"/static/{digest}/{name}", _static(STATIC.files[name]), READ)
            for name, digest in STATIC.hashes.items()
        ),
        *(
            ExactRoute(
                f"/{code}{path}",
                pages.endpoint(code, rows),
                _methods(rows),
                [_limits(rows)],
            )
            for code in i18n.CODES
            for path, rows in _by_path(site.rows).items()
        ),
        ExactRoute("/{path:path}", pages.elsewhere, READ),
    ]
    handlers = {
        HTTPException: pages.refuse,
        SocialcellError: pages.fail,
        Exception: pages.fail,
    }
    application = Starlette(routes=routes, exception_handlers=handlers)
    application.router.redirect_slashes = False
    return SecurityHeaders(application)


def _by_path(rows: Sequence[Row]) -> Mapping[str, dict[str, Row]]:
    """The rows of each path by method."""
    by_path: dict[str, dict[str, Row]] = {}
    for row in rows:
        method = "GET" if isinstance(row, Screen) else "POST"
        by_path.setdefault(row.path, {})[method] = row
    return by_path


def _methods(rows: Mapping[str, Row]) -> Sequence[str]:
    return tuple(
        method
        for name, methods in (("GET", READ), ("POST", ("POST",)))
        if name in rows
        for method in methods
    )


def _most_file(rows: Mapping[str, Row]) -> int:
    """The bytes of the file that a form of a path may bring; 0: none."""
    action = rows.get("POST")
    return action.most_file if isinstance(action, Action) else 0


def _limits(rows: Mapping[str, Row]) -> Middleware:
    most = _most_file(rows)
    seconds = FILE_SECONDS if most else FORM_SECONDS
    return Middleware(BodyLimits, MAX_FORM_BYTES + most, seconds)


def _static(part: Part) -> Response:
    headers = {"cache-control": _ONE_YEAR}
    return Response(part.body, media_type=part.media_type, headers=headers)


def _not_kept(lost: NotKept, lang: Language) -> str:
    if lost.too_long:
        return lang.gettext(
            "Your session has ended. What you typed is too long to be kept until you "
            "have signed in: the back button of the browser may still show it."
        )
    return lang.gettext(
        "Your session has ended. What you typed is not kept: the back button of the "
        "browser may still show it."
    )


class _Pages:
    """Answers the requests of a site, each in a thread."""

    def __init__(self, context: Context, site: Site, threads: PageThreads) -> None:
        self._site, self._threads = site, threads
        self._sessions = PageSessions(context, site.cookie)

    def endpoint(
        self, code: str, rows: Mapping[str, Row]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a path in a language."""

        async def answer(request: Request) -> Response:
            if request.method != "POST":
                return await self._in_thread(
                    code, lambda: self._answer(code, rows["GET"], request, {})
                )
            async with request.form(
                max_files=1 if _most_file(rows) else 0,
                max_fields=_MAX_FIELDS,
                max_part_size=MAX_FORM_BYTES,
            ) as form:
                fields, file = fields_of(form), file_of(form)
                return await self._in_thread(
                    code,
                    lambda: self._answer(code, rows["POST"], request, fields, file),
                )

        return answer

    async def elsewhere(self, request: Request) -> Response:
        """A path without a language leads to the same with one; any other is none."""
        path = request.url.path
        first = path.split("/")[1]
        if not addresses.is_own_path(path) or (first in i18n.CODES and path[3:]):
            raise HTTPException(404)
        target = "/" if first in i18n.CODES else path
        whole = addresses.with_query(target, request.query_params)
        if first in i18n.CODES:
            return RedirectResponse(addresses.address(first, whole), 307)
        accepted = request.headers.get("accept-language", "")

        def redirect() -> Response:
            visitor = self._sessions.visitor(request)
            chosen = None if visitor is None else visitor.language
            code = addresses.preferred(accepted, chosen)
            return RedirectResponse(addresses.address(code, whole), 307)

        return await self._in_thread(i18n.CODES[0], redirect)

    async def refuse(self, request: Request, error: Exception) -> Response:
        """The page of an HTTPException."""
        assert isinstance(error, HTTPException)
        refusal = refusal_of(error.status_code)
        response = await self._fail_with(request, refusal)
        response.headers.update(error.headers or {})
        return response

    async def fail(self, request: Request, error: Exception) -> Response:
        """A mistake of ours: logged with its traceback, said in one sentence."""
        if isinstance(error, SocialcellError):
            return await self._fail_with(request, explain(error))
        _LOG.error("a page was not served", path=request.url.path, exc_info=error)
        return await self._fail_with(request, refusal_of(500))

    async def _fail_with(self, request: Request, refusal: Refusal) -> Response:
        first = request.url.path.split("/")[1]
        accepted = request.headers.get("accept-language", "")
        code = first if first in i18n.CODES else addresses.preferred(accepted, None)

        def work() -> Response:
            # Nothing of the database: it may be what failed.
            page_request = self._sessions.anonymous_request(request, code)
            return self._refusal_page(page_request, refusal)

        return await self._in_thread(code, work)

    async def _in_thread(self, code: str, work: Callable[[], Response]) -> Response:
        try:
            return await self._threads.run(work)
        except TooBusy:
            lang = i18n.language(code)
            text = lang.gettext(
                "Too many people are asking at this moment. Load the page again in a "
                "few seconds."
            )
            headers = {"retry-after": str(RETRY_SECONDS)}
            return Response(text, 503, headers, media_type="text/plain")

    def _answer(
        self,
        code: str,
        row: Row,
        request: Request,
        fields: Mapping[str, str],
        file: SentFile | None = None,
    ) -> Response:
        is_use = not (isinstance(row, Screen) and row.is_background)
        page_request = replace(
            self._sessions.page_request(request, code, is_use=is_use), file=file
        )
        if isinstance(row, Action):
            page_request = replace(
                page_request, page_path=self._page_path(row, page_request)
            )
        try:
            page_request = require_access(row, page_request)
            if isinstance(row, Screen):
                return self._respond(SentForm(page_request, row.show(page_request)))
            sent = form_sending.send(page_request, row, fields, request.headers)
            return self._resume(sent) or self._respond(sent)
        except (Refusal, SocialcellError) as error:
            refusal = error if isinstance(error, Refusal) else explain(error)
            if refusal.status == 401:
                return self._sign_in(page_request, row, fields)
            return self._refusal_page(page_request, refusal)

    def _page_path(self, action: AnyAction, page_request: PageRequest) -> str:
        """The path of the page that an action's form stands on, the action's own where
        it is one; the first page where the table has none."""
        patterns = [
            row.path
            for row in self._site.rows
            if isinstance(row, Screen) and row.show is action.page
        ]
        pattern = action.path if action.path in patterns else [*patterns, "/"][0]
        names = {name: str(value) for name, value in page_request.params.items()}
        return _PARAMETER.sub(lambda part: names.get(part[1], ""), pattern)

    def _sign_in(
        self, page_request: PageRequest, row: Row, fields: Mapping[str, str]
    ) -> Response:
        """Sign in first; what was typed into a form is kept."""
        if isinstance(row, Screen):
            path_and_query = addresses.with_query(page_request.path, page_request.query)
            path = addresses.with_pairs(self._site.sign_in_path, next=path_and_query)
            return RedirectResponse(
                addresses.address(page_request.lang.code, path), 303
            )
        try:
            page_request = replace(
                page_request, kept_form=kept_forms.keep(page_request, row, fields)
            )
        except NotKept as lost:
            page_request = replace(
                page_request, notice=_not_kept(lost, page_request.lang)
            )
        answer = self._site.sign_in_page(page_request)
        return self._respond(SentForm(page_request, answer, 401))

    def _resume(self, sent: SentForm) -> Response | None:
        """The form of a session that had ended, after the sign-in; None: there is
        none, another operator typed it, or it may not be seen."""
        token = sent.answer.session if isinstance(sent.answer, RedirectTo) else None
        kept_form = sent.page_request.kept_form
        form = (
            kept_forms.open_kept(sent.page_request.context, kept_form)
            if token
            else None
        )
        row = form and next(
            (
                row
                for row in self._site.rows
                if isinstance(row, Action) and row.path == form.row_path
            ),
            None,
        )
        if not (token and form and row):
            return None
        page_request = replace(
            self._sessions.signed_in(sent.page_request, token),
            path=form.path,
            params=form.params,
            typed=form.fields,
            kept_form="",
            notice=sent.page_request.lang.gettext(
                "Your session had ended. This is the form as you typed it: look at it, "
                "and send it again."
            ),
        )
        if page_request.visitor is None or page_request.visitor.actor.id != form.owner:
            return None
        page_request = replace(
            page_request, page_path=self._page_path(row, page_request)
        )
        try:
            page_request = require_access(row, page_request)
            answer = row.page(page_request)
        except (Refusal, SocialcellError):
            return None
        return self._respond(SentForm(page_request, answer), token)

    def _respond(self, sent: SentForm, token: str | None = None) -> Response:
        page_request, answer = sent.page_request, sent.answer
        if isinstance(answer, RedirectTo):
            return self._redirect(page_request, answer, sent.done)
        if isinstance(answer, Part):
            return Response(answer.body, sent.status, media_type=answer.media_type)
        if isinstance(answer, Download):
            return file_answers.make_file(answer)
        html = self._site.templates.render(
            answer, page_request, form_guard.new_once_key()
        )
        response = HTMLResponse(html, max(sent.status, answer.status))
        if response.status_code == 503:
            response.headers["retry-after"] = str(RETRY_SECONDS)
        # Not with every page: one that was asked for before a sign-in and arrives
        # after it must not bring the old token back.
        if token or page_request.is_new_browser:
            self._sessions.set_cookie(response, token or page_request.token)
        return response

    def _redirect(
        self, page_request: PageRequest, answer: RedirectTo, done: str
    ) -> Response:
        path = addresses.with_pairs(answer.path, **({DONE: done} if done else {}))
        response = RedirectResponse(
            addresses.address(page_request.lang.code, path), 303
        )
        if answer.session is not None:
            self._sessions.set_cookie(response, answer.session)
        return response

    def _refusal_page(self, page_request: PageRequest, refusal: Refusal) -> Response:
        values = {"status": refusal.status, "reason": page_request.say(refusal.message)}
        page = WebPage("refusal.html", values, refusal.status)
        return self._respond(SentForm(page_request, page))
