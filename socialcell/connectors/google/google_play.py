"""Google Play's reviews of an app, through the publisher interface."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
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
    Kind,
    Metric,
    Record,
    Reject,
)
from socialcell.connectors.google import google_account
from socialcell.connectors.google.google_api import GoogleApi
from socialcell.connectors.google.google_client import GoogleClient, pages
from socialcell.connectors.page_reading import (
    CoverageWindow,
    PageGuard,
    require_readable,
)
from socialcell.connectors.unmetered import Unmetered

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
        self, cursor: dict[str, Any] | None, budget: Budget, stop: Callable[[], bool]
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
    def remap(raw: Any) -> Item:
        return to_record(raw)

    def _page(
        self, token: str | None, budget: Budget, most: int = _PAGE
    ) -> dict[str, Any]:
        parameters = {"packageName": self._package, "maxResults": most, "token": token}
        request = self._google.resources.reviews().list(**parameters)
        return self._google.ask(request, budget)


def to_record(review: Mapping[str, Any]) -> Record:
    """One review as a Record. ValueError, TypeError or LookupError when it is none.

    `packageName` was added to what Google sends. Its time is that of its last change:
    Google gives no other. It has a name and no account behind it, so no author.
    """
    comment = _user_comment(review["comments"])
    review_id = review["reviewId"]
    if not isinstance(review_id, str) or not review_id:
        raise ValueError("reviewId is no text")
    # A title stands before a tab; where Google translated, the original is apart.
    title, _tab, text = (comment.get("originalText") or comment["text"]).partition("\t")
    return Record(
        platform="google_play",
        external_id=review_id,
        text=text or title,
        title=title if text and title else None,
        raw=review,
        authored_at=_moment(comment["lastModified"]),
        kind="review",
        url="https://play.google.com/store/apps/details?"
        + urlencode({"id": review["packageName"], "reviewId": review_id}),
        language=comment.get("reviewerLanguage"),
        metrics=(
            Metric("starRating", _count(comment, "starRating")),
            Metric("thumbsUpCount", _count(comment, "thumbsUpCount"), "reactions"),
        ),
        missing=("author",),
        via="reviews",
    )


def _items(body: Mapping[str, Any], package: str) -> list[Item]:
    """What became of each review. DRIFT when none of them is readable."""
    reviews = body.get("reviews", [])  # an app without any: nothing is said of them
    if not isinstance(reviews, list):
        raise ConnectorError(Kind.DRIFT, "Google Play's `reviews` is not a list")
    items: list[Item] = []
    for review in reviews:
        try:
            items.append(to_record({**review, "packageName": package}))
        except _ITEM_ERRORS as error:
            items.append(Reject.unreadable(review, error))
    require_readable(items, "no review of Google Play's is readable")
    return items


def _user_comment(comments: Any) -> Mapping[str, Any]:
    """The user's comment; the publisher's own reply may stand beside it."""
    for comment in comments:
        if "userComment" in comment:
            user_comment: Mapping[str, Any] = comment["userComment"]
            return user_comment
    raise ValueError("a review without a text of its user")


def _following(body: Mapping[str, Any]) -> Any:
    return (body.get("tokenPagination") or {}).get("nextPageToken")


def _moment(timestamp: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(timestamp["seconds"]), UTC)


def _count(comment: Mapping[str, Any], name: str) -> int | None:
    count = comment.get(name)
    is_number = isinstance(count, int) and not isinstance(count, bool)
    return count if is_number else None
