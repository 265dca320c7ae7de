"""A browser of the console without a screen: cookies, redirects, and its forms."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from starlette.types import ASGIApp, Message

from socialcell.roles import ALL, Role
from socialcell.services.context import Context
from tests import operators

SAME_ORIGIN = {"sec-fetch-site": "same-origin", "host": "console.example"}
_MOST_REDIRECTS = 5


@dataclass
class HtmlForm:
    """A form of a page: where it goes, and its fields with their values."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PageAnswer:
    """An answer, and the path that it came from after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    path: str

    @property
    def text(self) -> str:
        """The words of the page, one blank between them."""
        reader = _Words()
        reader.feed(self.html)
        return " ".join(" ".join(reader.words).split())

    @property
    def html(self) -> str:
        return self.body.decode()

    @property
    def forms(self) -> list[HtmlForm]:
        reader = _Forms()
        reader.feed(self.html)
        return reader.forms

    def form(self, action: str) -> HtmlForm:
        """The form that goes to this path (without its language)."""
        return next(form for form in self.forms if form.action[3:] == action)


class BrowserSession:
    """A browser: it keeps cookies, follows redirects and sends the forms of pages."""

    def __init__(self, app: ASGIApp, runner: asyncio.Runner) -> None:
        self._app, self._runner = app, runner
        self.cookies: dict[str, str] = {}
        self.address = "192.0.2.7"

    def get(self, path: str, **headers: str) -> PageAnswer:
        """A page and what it redirects to."""
        return self._follow(self.request("GET", path, headers=headers))

    def send(self, page: PageAnswer, action: str, **typed: str) -> PageAnswer:
        """Fill in a form of a page and send it."""
        form = page.form(action)
        return self.post(form.action, {**form.fields, **typed})

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> PageAnswer:
        """Send these fields as a form."""
        return self._follow(self.request("POST", path, fields, headers))

    def upload(
        self,
        page: PageAnswer,
        action: str,
        field_name: str,
        file: tuple[str, bytes],
        **typed: str,
    ) -> PageAnswer:
        """Fill in a form of a page, choose a file (name and bytes), and send it."""
        form, edge = page.form(action), "edge-of-a-part"
        name, content = file
        head = f"--{edge}\r\nContent-Disposition: form-data; "
        parts = [
            f'{head}name="{key}"\r\n\r\n{text}\r\n'
            for key, text in {**form.fields, **typed}.items()
        ]
        head += f'name="{field_name}"; filename="{name}"\r\n\r\n'
        body = "".join([*parts, head]).encode() + content
        body += f"\r\n--{edge}--\r\n".encode()
        headers = {"content-type": f"multipart/form-data; boundary={edge}"}
        return self._follow(self._send("POST", form.action, body, headers))

    def _follow(self, answer: PageAnswer) -> PageAnswer:
        for _ in range(_MOST_REDIRECTS):
            if answer.status not in (303, 307):
                return answer
            answer = self.request("GET", answer.headers["location"])
        raise AssertionError("The page redirects in a circle.")

    def request(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> PageAnswer:
        """One request, no redirect followed."""
        body = b"" if fields is None else urlencode(fields).encode()
        return self._send(method, path, body, headers)

    def _send(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str] | None
    ) -> PageAnswer:
        sent = {
            **SAME_ORIGIN,
            "cookie": "; ".join(
                f"{name}={text}" for name, text in self.cookies.items()
            ),
            "user-agent": "Test browser",
            "content-length": str(len(body)),
            "content-type": "application/x-www-form-urlencoded",
            **(headers or {}),
        }
        answer = self._runner.run(self._exchange(method, path, sent, body))
        for name, text in answer.headers.items():
            if name == "set-cookie":
                cookie: SimpleCookie = SimpleCookie(text)
                self.cookies.update({key: m.value for key, m in cookie.items()})
        return answer

    async def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> PageAnswer:
        parts = urlsplit(path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(k.encode(), v.encode()) for k, v in headers.items() if v],
            "client": (self.address, 50000),
            "server": ("console.example", 443),
        }
        messages: list[Message] = []
        requests: Iterator[Message] = iter(
            [{"type": "http.request", "body": body, "more_body": False}]
        )
        disconnected = asyncio.Event()

        async def receive() -> Message:
            message = next(requests, None)
            if message is None:
                await disconnected.wait()
                return {"type": "http.disconnect"}
            return message

        async def send(message: Any) -> None:
            messages.append(message)

        try:
            await self._app(scope, receive, send)
        finally:
            disconnected.set()
        start = messages[0]
        given = {name.decode(): text.decode() for name, text in start["headers"]}
        content = b"".join(message.get("body", b"") for message in messages[1:])
        return PageAnswer(start["status"], given, content, path)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self._is_open = False
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        if tag == "form":
            self.forms.append(HtmlForm(given.get("action", "")))
            self._is_open = True
        if not self._is_open:
            return
        fields = self.forms[-1].fields
        if tag == "input" and "name" in given and given.get("type") != "file":
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                fields[given["name"]] = given.get("value", "on" if is_box else "")
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select:
            if "selected" in given or self._select not in fields:
                fields[self._select] = given["value"]
        elif tag == "textarea":
            self._area = given["name"]
            fields[self._area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_open = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] += data


def signed_in(
    browser: BrowserSession,
    context: Context,
    name: str,
    *roles: Role,
    scope: str = ALL,
) -> BrowserSession:
    """The same browser with an operator of these roles signed in, without a password;
    without roles: a lead."""
    token = operators.browser_token(context, name, *roles, scope=scope)
    browser.cookies["__Host-console"] = token
    return browser
