"""The pages of the redirect's server: for links that lead nowhere, and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from socialcell import i18n
from socialcell.web.application import (
    READ,
    UNCACHED,
    AsciiResponse,
    ExactRoute,
    create_application,
)

_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action {}; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    **UNCACHED,
    "referrer-policy": "no-referrer",
    "content-security-policy": _POLICY.format("'none'"),
    "x-robots-tag": "noindex",
}
_FORM_HEADERS = {**_HEADERS, "content-security-policy": _POLICY.format("'self'")}


@dataclass(frozen=True, slots=True)
class LinkPages:
    """Answers that are rendered once; the pages are in three languages each."""

    unknown: Response  # 404
    expired: Response  # 410
    style: Response


def link_pages(organisation: str) -> LinkPages:
    """The pages of a cell, in the name of its organisation."""
    languages = [i18n.language(code) for code in i18n.CODES]
    unknown = [
        {
            "lang": lang.code,
            "head": lang.gettext("This link does not exist"),
            "text": lang.gettext(
                "Check the letters of the link: it may have been mistyped or cut off. "
                "It is a link of %(organisation)s.",
                organisation=organisation,
            ),
        }
        for lang in languages
    ]
    expired = [
        {
            "lang": lang.code,
            "head": lang.gettext("This link has ended"),
            "text": lang.gettext(
                "What it led to is over. You will find current information on the "
                "website of %(organisation)s.",
                organisation=organisation,
            ),
        }
        for lang in languages
    ]
    style = resources.files("socialcell.web") / "templates" / "notice.css"
    return LinkPages(
        page(unknown, 404),
        page(expired, 410),
        Response(style.read_bytes(), 200, _HEADERS, media_type="text/css"),
    )


def page(
    sections: Sequence[Mapping[str, str]],
    status: int,
    button: Sequence[Mapping[str, str]] = (),
) -> Response:
    """A page of `sections` (lang, head, text). With `button`, its label in each
    language (lang, text), a form sends POST to the page's own address."""
    html = _template().render(sections=sections, button=button)
    return HTMLResponse(html, status, _FORM_HEADERS if button else _HEADERS)


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("socialcell.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("link_page.html")


def respond(
    status: int, text: str, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in plain text, with the headers of a page."""
    return AsciiResponse(text, status, {**_HEADERS, **(headers or {})})


def create_page_application(pages: LinkPages, other: Sequence[BaseRoute]) -> Starlette:
    """All that the redirect's server answers beside links; `other`: the routes of
    installs and of letters that are stopped, where there are any."""
    routes: list[BaseRoute] = [
        *other,
        ExactRoute("/livez", respond(200, "ok"), READ),
        ExactRoute("/robots.txt", respond(200, "User-agent: *\nDisallow: /\n"), READ),
        ExactRoute("/notice.css", pages.style, READ),
        ExactRoute("/{path:path}", pages.unknown, READ),
    ]
    return create_application(routes, respond, "a page was not served")
