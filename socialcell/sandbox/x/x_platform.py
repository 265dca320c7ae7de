"""The sources of the sandbox's city on X: its mentions, and a search."""

from collections.abc import Mapping

from socialcell.clock import Clock
from socialcell.sandbox.city import City
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.world.people import CITY_HANDLE
from socialcell.sandbox.x import x_json, x_query
from socialcell.sandbox.x.x_server import XServer
from socialcell.sandbox.x.x_world import MENTIONS_REACH, SEARCH_REACH, index_entry
from socialcell.sandbox.x.x_writes import KEYS

SEARCH_QUERY = (
    "(pune OR punekar OR punekars OR punekaranno OR puneri OR punyat OR punyala "
    "OR पुणे OR पुण्यात OR पुण्याची OR पुण्याचे OR पुण्याच्या OR पुणेकर OR पुणेकरांनी "
    "OR पुणेकरांनो OR #PuneRains OR #PuneFloods OR #PuneCity OR #PunePMC OR pmc "
    "OR महापालिका OR महानगरपालिका OR khadakwasla OR खडकवासला) "
    f"-is:retweet -from:{CITY_HANDLE}"
)


def build(city: City, clock: Clock, secrets: Mapping[str, str]) -> XServer:
    return XServer(
        city, clock, secrets["x_bearer"], {key: secrets[key] for key in KEYS}
    )


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": "x.mentions",
            "connector": "x",
            "kind": "mentions",
            "user_id": x_json.user_id(city.people.city),
            "handle": CITY_HANDLE,
        },
        {"name": "x.search", "connector": "x", "kind": "search", "query": SEARCH_QUERY},
    ]


def shows(city: City, post: SandboxPost) -> list[str]:
    """None for reposts and the account's own posts."""
    if post.reposts is not None or post.author is city.people.city:
        return []
    source_names = ["x.mentions"] if x_json.mentions_city(post.text) else []
    if x_query.parse(SEARCH_QUERY)(index_entry(city, post)):
        source_names.append("x.search")
    return source_names


def address(post: SandboxPost) -> str:
    return f"https://x.com/{post.author.handle}/status/{post.id}"


PLATFORM = ServedPlatform(
    build=build,
    sources=sources,
    shows=shows,
    address=address,
    origins=lambda city: ("https://api.x.com",),
    secrets=("x_bearer", *KEYS),
    rules={
        "x.search": f"visible posts of the last {SEARCH_REACH.days} days, no reposts",
        "x.mentions": f"the newest {MENTIONS_REACH} visible posts that mention "
        "the account",
    },
    reach={"x.mentions": MENTIONS_REACH},
    oldest={"x.search": SEARCH_REACH},
)
