"""The cookie of a browser: whose session it is, and what its pages ask with it."""

from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from socialcell import db, i18n
from socialcell.campaigns.links.click_classifier import client_address
from socialcell.identity import codes
from socialcell.ops.web import form_submissions
from socialcell.services.context import Context
from socialcell.services.operators import browser_sessions
from socialcell.services.operators.browser_sessions import BrowserVisitor
from socialcell.text import clean_text
from socialcell.web.pages.form_guard import sender_of
from socialcell.web.pages.page_request import PageRequest

DONE = "done"  # the query parameter with the key of the form that led here
_LONGEST_TOKEN = 100
_LONGEST_USER_AGENT = 300


@dataclass(frozen=True)
class PageSessions:
    """Sessions by the cookie `__Host-NAME`. A browser without one gets a token that
    belongs to nobody, so that its forms are known to come from our pages."""

    context: Context
    name: str

    @property
    def cookie(self) -> str:
        """The name of the cookie: by its prefix a browser takes it over TLS (or from
        this machine) alone, and from no other host."""
        return f"__Host-{self.name}"

    def read_token(self, request: Request) -> str:
        """The token of a request's cookie; "" when it has none of ours."""
        token = request.cookies.get(self.cookie, "")
        return token if len(token) <= _LONGEST_TOKEN and token.isascii() else ""

    def visitor(self, request: Request) -> BrowserVisitor | None:
        """Who is signed in with the browser of a request."""
        token = self.read_token(request)
        return browser_sessions.find_visitor(self.context, token) if token else None

    def page_request(self, request: Request, code: str, *, is_use: bool) -> PageRequest:
        """The request as the functions of screens are given it. `is_use`: it keeps the
        session open."""
        page_request = self.anonymous_request(request, code)
        token = self.read_token(request)
        page_request = (
            self.signed_in(page_request, token, is_use=is_use)
            if token
            else page_request
        )
        return replace(page_request, notice=self._notice(page_request))

    def anonymous_request(self, request: Request, code: str) -> PageRequest:
        """The request of whoever it is, without a look into the database."""
        token = self.read_token(request)
        return PageRequest(
            context=self.context,
            lang=i18n.language(code),
            path=request.url.path.removeprefix(f"/{code}"),
            params={
                name: clean_text(part) if isinstance(part, str) else part
                for name, part in request.path_params.items()
            },
            query=QueryParams(
                [
                    (clean_text(name), clean_text(text))
                    for name, text in request.query_params.multi_items()
                ]
            ),
            visitor=None,
            token=token or codes.new_token(),
            is_new_browser=not token,
            client=self._client(request),
            user_agent=request.headers.get("user-agent", "")[:_LONGEST_USER_AGENT],
        )

    def signed_in(
        self, page_request: PageRequest, token: str, *, is_use: bool = True
    ) -> PageRequest:
        """The same request with the session of a token."""
        visitor = browser_sessions.find_visitor(self.context, token, is_use=is_use)
        if visitor is None:
            return replace(page_request, token=token)
        context = replace(self.context, actor=visitor.actor)
        return replace(page_request, token=token, visitor=visitor, context=context)

    def _client(self, request: Request) -> str:
        """The address of the browser, as a trusted web server before us forwards it."""
        peer = request.client.host if request.client else ""
        # A web server may add a header of its own behind one that the browser sent.
        lines = request.headers.getlist("x-forwarded-for")
        forwarded = ",".join(lines).encode("latin-1")
        address = client_address(peer, forwarded, self._trusted)
        return "" if address is None else str(ip_address(address))

    @cached_property
    def _trusted(self) -> list[IPv4Network | IPv6Network]:
        networks = self.context.workspace.config.web.trusted
        return [ip_network(network, strict=False) for network in networks]

    def _notice(self, page_request: PageRequest) -> str:
        """What was done before this page, when the form of its key led here."""
        key = page_request.query.get(DONE)
        if not key:
            return ""
        with db.reading(self.context.engine) as session:
            outcome = form_submissions.outcome(
                session, key, sender_of(page_request.token)
            )
        return (
            outcome.notice if outcome and outcome.location == page_request.path else ""
        )

    def set_cookie(self, response: Response, token: str) -> None:
        """Give the browser a token; "" takes it away."""
        response.set_cookie(
            self.cookie,
            token,
            max_age=None if token else 0,
            secure=True,
            httponly=True,
            samesite="lax",
        )
