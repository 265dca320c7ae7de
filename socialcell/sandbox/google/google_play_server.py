"""Google Play's publisher interface of the sandbox: the reviews of the last week."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import Switch
from socialcell.sandbox.google.google_server import (
    SECRETS,
    access_token,
    refusal,
    shared_refusal,
)
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.post_server import PostServer
from socialcell.sandbox.server import Request, ServerResponse
from socialcell.sandbox.world.app_world import PACKAGE
from socialcell.sandbox.world.google_play_world import review_id, stars
from socialcell.sandbox.world.other_platform_posts import text_at

ORIGIN = "https://androidpublisher.googleapis.com"
SHOWN = timedelta(days=7)
_REVIEWS = f"/androidpublisher/v3/applications/{PACKAGE}/reviews"


class GooglePlayServer(PostServer):
    """One app's reviews as a signed-in publisher sees them, last changed first."""

    most = 100

    def __init__(self, city: City, clock: Clock, secrets: Mapping[str, str]) -> None:
        super().__init__(city, clock, "google_play")
        self._bearer = f"Bearer {access_token(secrets)}"
        self._answered: dict[str, str] = {}

    # Faults and changes that tests switch on --------------------------------------

    def quota_spent(self) -> None:
        """The hour's quota of requests is used up, until healed."""
        self._switches["spent"] = Switch()

    def revoke_token(self, times: int = 1) -> None:
        """The access token is not accepted, so many times."""
        self._switches["revoked"] = Switch(times=times)

    def reply(self, id_: str, text: str) -> None:
        """The city answers a review."""
        self._answered[id_] = text

    # Answers ----------------------------------------------------------------------

    def respond(self, request: Request) -> ServerResponse:
        authorization = request.headers.get("authorization")
        if self._fires("revoked") or authorization != self._bearer:
            return refusal(401, "UNAUTHENTICATED", "authError", "Invalid Credentials")
        if request.path != _REVIEWS:
            message = "No application was found for the given package name."
            return refusal(404, "NOT_FOUND", "applicationNotFound", message)
        return ServerResponse(200, self._list(request))

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        return shared_refusal(self, fault, until)

    def _list(self, request: Request) -> JsonObject:
        since = self.clock.now() - SHOWN
        posts = [post for post in self.visible_posts() if self._changed(post) >= since]
        posts.sort(key=self._changed, reverse=True)
        size = min(int(request.query.get("maxResults") or 10), 100, self.most)
        stuck = "stuck" in self._switches
        offset = int((request.query.get("token") or "at-0").removeprefix("at-"))
        start = 0 if stuck else offset
        page, rest = posts[start : start + size], posts[start + size :]
        self.finish_page(rest)
        if not page:
            return {}  # Google leaves out `reviews` when there are none
        reviews: list[JsonValue] = [self._review(post) for post in page]
        if self._fires("malformed"):
            reviews.insert(1, {"reviewId": None, "comments": []})
        body: dict[str, JsonValue] = {"reviews": reviews}
        if rest or stuck:
            body["tokenPagination"] = {"nextPageToken": f"at-{offset + size}"}
        return body

    def _review(self, post: SandboxPost) -> JsonObject:
        now = self.clock.now()
        language = post.labels.language
        user_comment: JsonObject = {
            # A review without a title begins with the tab that would follow the title.
            "text": f"{post.title or ''}\t{text_at(post, now)}",
            "lastModified": _timestamp(self._changed(post)),
            "starRating": stars(post),
            "reviewerLanguage": "en" if language.endswith("-Latn") else language,
            "device": "sandbox",
            "androidOsVersion": 34,
            "appVersionCode": 41,
            "appVersionName": "4.1",
            "thumbsUpCount": self.city.metrics(post, now).get("likes", 0),
            "thumbsDownCount": 0,
            "deviceMetadata": {"productName": "sandbox", "manufacturer": "Sandbox"},
        }
        comments: list[JsonObject] = [{"userComment": user_comment}]
        if post.id in self._answered:
            text = self._answered[post.id]
            answer: JsonObject = {"text": text, "lastModified": _timestamp(now)}
            comments.append({"developerComment": answer})
        return {
            "reviewId": post.id,
            "authorName": post.author.name,
            "comments": comments,
        }

    def _changed(self, post: SandboxPost) -> datetime:
        changed = post.changed
        return changed[0] if changed and changed[0] <= self.clock.now() else post.at

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        return self.draft(text, at, review_id(at, n))


def _timestamp(moment: datetime) -> JsonObject:
    """Seconds are a string, as 64-bit integers are in Google's JSON."""
    return {"seconds": str(int(moment.timestamp())), "nanos": 0}


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": "google_play.reviews",
            "connector": "google_play",
            "kind": "reviews",
            "package": PACKAGE,
        }
    ]


PLATFORM = ServedPlatform(
    build=GooglePlayServer,
    sources=sources,
    shows=lambda city, post: ["google_play.reviews"],
    address=lambda post: (
        f"https://play.google.com/store/apps/details?id={PACKAGE}&reviewId={post.id}"
    ),
    origins=lambda city: (ORIGIN,),
    secrets=SECRETS,
    rules={"google_play": "reviews that were written or changed within seven days"},
    oldest={"google_play": SHOWN},
)
