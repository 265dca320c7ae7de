"""What the sandbox's city government listens to: one row a source."""

from collections.abc import Sequence
from typing import Any

from socialcell.sandbox import x_shape
from socialcell.sandbox.city import City
from socialcell.sandbox.elsewhere import SUBREDDIT, WIDER
from socialcell.sandbox.people import CITY_HANDLE

PLATFORMS = ("x", "rss", "reddit", "mastodon")
SEARCH_QUERY = (
    "(pune OR punekar OR punekars OR punekaranno OR puneri OR punyat OR punyala "
    "OR पुणे OR पुण्यात OR पुण्याची OR पुण्याचे OR पुण्याच्या OR पुणेकर OR पुणेकरांनी "
    "OR पुणेकरांनो OR #PuneRains OR #PuneFloods OR #PuneCity OR #PunePMC OR pmc "
    "OR महापालिका OR महानगरपालिका OR khadakwasla OR खडकवासला) "
    f"-is:retweet -from:{CITY_HANDLE}"
)
REDDIT_QUERY = "pune OR punekar OR punekars OR pmc OR पुणे OR पुण्यात OR पुणेकर"
HASHTAGS = {"mastodon.pune": "Pune", "mastodon.pune-mr": "पुणे"}


def sources(city: City, platforms: Sequence[str] = PLATFORMS) -> list[dict[str, Any]]:
    """The sources of a city: name, connector, kind, and what that kind needs."""
    rows: list[dict[str, Any]] = [
        {
            "name": "x.mentions",
            "connector": "x",
            "kind": "mentions",
            "user_id": x_shape.user_id(city.people.city),
            "handle": CITY_HANDLE,
        },
        {"name": "x.search", "connector": "x", "kind": "search", "query": SEARCH_QUERY},
        *(
            {
                "name": f"rss.{paper.slug}",
                "connector": "rss",
                "kind": "feed",
                "url": paper.url,
                "title": paper.name,
                "language": paper.language,
            }
            for paper in city.papers
        ),
        {
            "name": "reddit.new",
            "connector": "reddit",
            "kind": "new",
            "subreddit": SUBREDDIT,
        },
        {
            "name": "reddit.search",
            "connector": "reddit",
            "kind": "search",
            "subreddit": WIDER,
            "query": REDDIT_QUERY,
        },
        *(
            {"name": name, "connector": "mastodon", "kind": "tag", "hashtag": hashtag}
            for name, hashtag in HASHTAGS.items()
        ),
    ]
    return [row for row in rows if row["connector"] in platforms]
