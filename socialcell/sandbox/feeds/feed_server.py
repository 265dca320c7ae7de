"""The newspapers' feeds: RSS 2.0 and Atom with conditional requests."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from socialcell.clock import IST, Clock
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform, Switch
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import SandboxPost, ShortLink
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.world.people import Paper
from socialcell.sandbox.world.press import FEED_LENGTH, lacks_date, lacks_guid

_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><rss><channel><title>&i;</title></channel></rss>"
)


class FeedServer(FaultyPlatform):
    """All feeds on one server; the path of its feed identifies a paper."""

    name = "rss"

    def __init__(self, city: City, clock: Clock) -> None:
        super().__init__(clock)
        self.city = city
        self._papers = {paper.path: paper for paper in city.papers}
        self._gone: set[str] = set()
        self._articles = {
            paper.slug: [p for p in city.posts if p.feed == paper.slug]
            for paper in city.papers
        }

    # Faults and changes that tests switch on --------------------------------------

    def print_article(self, slug: str, title: str, text: str) -> str:
        """A paper brings an article now; its address. KeyError: no such paper."""
        articles = self._articles[slug]
        (paper,) = [paper for paper in self._papers.values() if paper.slug == slug]
        page = f"{paper.origin}/printed/{len(articles) + 1}"
        article = replace(
            articles[-1],
            id=page,
            at=self.clock.now(),
            text=text,
            title=title,
            links=(ShortLink(page, page),),
            changed=None,
            ends=None,
            removed=None,
        )
        articles.append(article)
        return page

    def gone(self, slug: str) -> None:
        """The paper has closed that feed for good, until healed."""
        self._gone.add(slug)

    def bad_xml(self, times: int | None = 1) -> None:
        """The document breaks off in the middle of a tag."""
        self._switches["bad_xml"] = Switch(times=times)

    def entity_bomb(self, times: int | None = 1) -> None:
        """A document whose entities would expand to gigabytes."""
        self._switches["bomb"] = Switch(times=times)

    def malformed_item(self, times: int | None = 1) -> None:
        """The feed has one more item, without title, link and guid."""
        self._switches["malformed"] = Switch(times=times)

    def quota_spent(self) -> None:
        """Always ValueError: a feed has no quota."""
        raise ValueError("a feed has no quota that could be spent")

    def heal(self) -> None:
        super().heal()
        self._gone.clear()

    # Answers ----------------------------------------------------------------------

    def respond(self, request: Request) -> ServerResponse:
        paper = self._papers.get(request.path)
        if paper is None:
            return ServerResponse(404, "<h1>Not Found</h1>")
        if paper.slug in self._gone:
            return ServerResponse(410, "<h1>Gone</h1>")
        if self._fires("bomb"):
            return ServerResponse(200, _BOMB, {"content-type": "application/rss+xml"})
        document, changed = self._document(paper)
        if self._fires("bad_xml"):
            document = document[: document.rindex("</") - 7]
        return _conditional(request, document, changed, paper)

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "expired":
            return ServerResponse(401, "<h1>Unauthorized</h1>")
        if fault == "forbidden":
            return ServerResponse(403, "<h1>Forbidden</h1>")
        if fault == "limited":
            seconds = int((until - self.clock.now()).total_seconds())
            page = "<h1>Too Many Requests</h1>"
            return ServerResponse(429, page, {"retry-after": str(seconds)})
        if fault == "broken":
            return ServerResponse(502, "<h1>Bad Gateway</h1>")
        raise ValueError(f"a feed has no fault {fault}")

    def _document(self, paper: Paper) -> tuple[str, datetime]:
        now = self.clock.now()
        shown = [p for p in self._articles[paper.slug] if p.is_visible(now)][
            -FEED_LENGTH:
        ]
        shown.reverse()
        changed = max((_changed(p, now) for p in shown), default=self.city.start)
        entry = _atom_entry if paper.form == "atom" else _rss_item
        entries = [entry(paper, post, now) for post in shown]
        if self._fires("malformed"):
            entries.insert(1, "<entry></entry>" if paper.form == "atom" else "<item></item>")  # fmt: skip
        frame = _atom if paper.form == "atom" else _rss
        return frame(paper, "".join(entries), changed), changed


def _conditional(
    request: Request, document: str, changed: datetime, paper: Paper
) -> ServerResponse:
    body = document.encode()
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {
        "etag": tag,
        "last-modified": format_datetime(changed, usegmt=True),
        "content-type": f"application/{paper.form}+xml; charset=utf-8",
    }
    same = request.headers.get("if-none-match")
    if same is None and "if-modified-since" in request.headers:
        unchanged = request.headers["if-modified-since"] == headers["last-modified"]
    else:
        unchanged = same == tag
    return (
        ServerResponse(304, b"", headers)
        if unchanged
        else ServerResponse(200, body, headers)
    )


def text_at(post: SandboxPost, moment: datetime) -> str:
    """An article's summary at a moment: papers correct in place."""
    if post.changed is not None and post.changed[0] <= moment:
        return post.changed[1]
    return post.text


def _changed(post: SandboxPost, moment: datetime) -> datetime:
    if post.changed is not None and post.changed[0] <= moment:
        return post.changed[0]
    return post.at


def _html(post: SandboxPost, moment: datetime) -> str:
    """The summary as newsrooms write it: with markup, an entity, and a script."""
    page = post.links[0].page
    return (
        f"<p>{escape(text_at(post, moment))}</p>"
        f'<p><img src="{page}.jpg" width="1" height="1"/>&nbsp;<a href="{page}">…</a></p>'
        "<script>track()</script>"
    )


def _link(post: SandboxPost) -> str:
    return f"{post.links[0].page}?utm_source=rss&utm_medium=feed"


def _rss(paper: Paper, items: str, changed: datetime) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(paper.name)}</title><link>{paper.origin}/</link>"
        f"<description>{escape(paper.name)}</description>"
        f"<language>{paper.language}</language>"
        f"<lastBuildDate>{format_datetime(changed.astimezone(IST))}</lastBuildDate>"
        f"{items}</channel></rss>"
    )


def _rss_item(paper: Paper, post: SandboxPost, moment: datetime) -> str:
    page = post.links[0].page
    parts = [
        f"<title>{escape(post.title or '')}</title>",
        f"<link>{escape(_link(post))}</link>",
        f"<description>{escape(_html(post, moment))}</description>",
        f"<category>{post.labels.topic}</category>",
    ]
    if not lacks_guid(paper, page):
        permanent = str(post.id == page).lower()
        parts.append(
            f"<guid isPermaLink={quoteattr(permanent)}>{escape(post.id)}</guid>"
        )
    if not lacks_date(paper, page):
        parts.append(f"<pubDate>{format_datetime(post.at.astimezone(IST))}</pubDate>")
    return f"<item>{''.join(parts)}</item>"


def _atom(paper: Paper, entries: str, changed: datetime) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{paper.language}">'
        f"<title>{escape(paper.name)}</title><id>{paper.url}</id>"
        f'<link rel="self" href="{paper.url}"/><link href="{paper.origin}/"/>'
        f"<updated>{changed.astimezone(IST).isoformat(timespec='seconds')}</updated>"
        f"{entries}</feed>"
    )


def _atom_entry(paper: Paper, post: SandboxPost, moment: datetime) -> str:
    published = post.at.astimezone(IST).isoformat(timespec="seconds")
    updated = _changed(post, moment).astimezone(IST).isoformat(timespec="seconds")
    return (
        f"<entry><title>{escape(post.title or '')}</title><id>{escape(post.id)}</id>"
        f"<link href={quoteattr(_link(post))}/>"
        f"<published>{published}</published><updated>{updated}</updated>"
        f"<author><name>{escape(paper.name)}</name></author>"
        f'<summary type="html">{escape(_html(post, moment))}</summary></entry>'
    )


def build(city: City, clock: Clock, secrets: Mapping[str, str]) -> FeedServer:
    return FeedServer(city, clock)


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": f"rss.{paper.slug}",
            "connector": "rss",
            "kind": "feed",
            "url": paper.url,
            "title": paper.name,
            "language": paper.language,
        }
        for paper in city.papers
    ]


PLATFORM = ServedPlatform(
    build=build,
    sources=sources,
    shows=lambda city, post: [f"rss.{post.feed}"],
    address=lambda post: post.links[0].page,
    origins=lambda city: tuple(paper.origin for paper in city.papers),
    rules={"rss": f"the newest {FEED_LENGTH} visible articles of the paper"},
    reach={"rss": FEED_LENGTH},
)
