"""Google Play's reviews of an app, through the publisher interface."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from socialcell.connectors.base import (
    UNREADABLE,
    Batch,
    Bucket,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Item,
    Metric,
    Record,
    Reject,
)
from socialcell.connectors.google import google_account
from socialcell.connectors.google.google_api import GoogleApi
from socialcell.connectors.google.google_client import GoogleClient, pages
from socialcell.connectors.json_values import (
    list_at,
    object_at,
    optional_object,
    text_at,
)
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.connectors.page_reading import (
    CoverageWindow,
    PageGuard,
)
from socialcell.connectors.platform_errors import no_list, require_readable_answer
from socialcell.connectors.unmetered import Unmetered
from socialcell.json_types import JsonObject, JsonValue, as_object, as_text

API = GoogleApi(
    "androidpublisher",
    "v3",
    "https://androidpublisher.googleapis.com",
    "Google Play",
    google_account.REMEDY,
    pause=timedelta(hours=1),
)
_SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_SHOWN = timedelta(days=7)  # reviews that were written or changed in this time
_GAP_CAUSE = "Google Play shows the reviews of one week"
_PAGE = 100  # the most that one answer holds
_ITEM_ERRORS = (*UNREADABLE, OSError)  # the last of a time that is out of range


class GooglePlaySettings(BaseModel):
    """The app by its package name, as in org.example.app."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    package: str = Field(pattern=r"^[A-Za-z]\w*(\.[A-Za-z]\w*)+$", max_length=150)


class GooglePlay:
    """Every review of the last week, each time: more Google does not show.

    Cursor: `covered`, the moment up to which all is read. What was written in a pause
    of more than a week is a gap, which the console's own export fills.
    """

    Settings: ClassVar[type[BaseModel]] = GooglePlaySettings
    platform: ClassVar[str] = "google_play"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.REVIEWS})
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("calls", "hour", cap=200),)

    def __init__(self, settings: GooglePlaySettings, context: ConnectorContext) -> None:
        self._package = settings.package
        self._clock = context.clock
        credentials = google_account.credentials(context, [_SCOPE])
        self._google = GoogleClient(API, context, credentials=credentials)

    def check(self) -> ConnectorHealth:
        """Sign in and read one review: the account may see this app."""
        try:
            self._page(None, Unmetered(), most=1)
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(
            ok=True, message=f"Google Play answers; {self._package} can be read"
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        window = CoverageWindow.open(cursor, self._clock.now(), first=_SHOWN)
        guard = PageGuard(API.title)
        answers = pages(lambda token: self._page(token, budget), _following, API.title)
        for body, last in answers:
            items = _items(body, self._package)
            guard.require_new(i.external_id for i in items if isinstance(i, Record))
            batch = Batch(items, window.cursor, cost=self._google.cost())
            oldest = window.end - _SHOWN
            yield window.closing_batch(batch, oldest, _GAP_CAUSE) if last else batch
            if stop():
                return

    @staticmethod
    def remap(raw: JsonValue) -> Item:
        return to_record(as_object(raw))

    def _page(self, token: str | None, budget: Budget, most: int = _PAGE) -> JsonObject:
        parameters = {"packageName": self._package, "maxResults": most, "token": token}
        request = self._google.resources.reviews().list(**parameters)
        return self._google.ask(request, budget)


def to_record(review: JsonObject) -> Record:
    """One review as a Record. ValueError, TypeError or LookupError when it is none.

    `packageName` was added to what Google sends. Its time is that of its last change:
    Google gives no other. It has a name and no account behind it, so no author.
    """
    comment, optional = _user_comment(review), OptionalFields()
    review_id = review["reviewId"]
    if not isinstance(review_id, str) or not review_id:
        raise ValueError("reviewId is no text")
    # A title stands before a tab; where Google translated, the original is apart.
    words = as_text(comment.get("originalText") or comment["text"])
    title, _tab, text = words.partition("\t")
    return Record(
        platform="google_play",
        external_id=review_id,
        text=text or title,
        title=title if text and title else None,
        raw=review,
        authored_at=_moment(object_at(comment, "lastModified")),
        kind="review",
        url="https://play.google.com/store/apps/details?"
        + urlencode({"id": text_at(review, "packageName"), "reviewId": review_id}),
        language=optional.text("language", comment.get("reviewerLanguage")),
        metrics=(
            Metric("starRating", _count(comment, "starRating")),
            Metric("thumbsUpCount", _count(comment, "thumbsUpCount"), "reactions"),
        ),
        missing=("author",),
        via="reviews",
        fault=optional.fault,
    )


def _items(body: JsonObject, package: str) -> list[Item]:
    """What became of each review. DRIFT when none of them is readable."""
    reviews = body.get("reviews", [])  # an app without any: nothing is said of them
    if not isinstance(reviews, list):
        raise no_list("Google Play", "reviews")
    items: list[Item] = []
    for review in reviews:
        try:
            items.append(to_record({**as_object(review), "packageName": package}))
        except _ITEM_ERRORS as error:
            items.append(Reject.unreadable(review, error))
    require_readable_answer(items, "Google Play")
    return items


def _user_comment(review: JsonObject) -> JsonObject:
    """The user's comment; the publisher's own reply may stand beside it."""
    for comment in list_at(review, "comments"):
        if isinstance(comment, Mapping) and "userComment" in comment:
            return object_at(comment, "userComment")
    raise ValueError("a review without a text of its user")


def _following(body: JsonObject) -> JsonValue:
    return optional_object(body, "tokenPagination").get("nextPageToken")


def _moment(timestamp: JsonObject) -> datetime:
    seconds = timestamp["seconds"]  # a text, as Google writes 64-bit numbers
    if not isinstance(seconds, str | int | float):
        raise TypeError("seconds is no number")
    return datetime.fromtimestamp(int(seconds), UTC)


def _count(comment: JsonObject, name: str) -> int | None:
    count = comment.get(name)
    if isinstance(count, int) and not isinstance(count, bool):
        return count
    return None
