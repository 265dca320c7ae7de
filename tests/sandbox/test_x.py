"""X as the real client library meets it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import tweepy

from socialcell.clock import FixedClock
from socialcell.sandbox import City, Sandbox, visible
from socialcell.sandbox.truth import metrics

FIELDS = {
    "tweet_fields": [
        "created_at", "lang", "public_metrics", "referenced_tweets",
        "conversation_id", "geo", "entities", "edit_controls", "in_reply_to_user_id",
    ],
    "expansions": ["author_id", "geo.place_id", "referenced_tweets.id"],
    "user_fields": ["username", "location", "public_metrics", "verified_type"],
    "place_fields": ["full_name", "geo", "place_type", "country_code"],
}  # fmt: skip


def query(sandbox: Sandbox) -> str:
    return str(next(s["query"] for s in sandbox.sources if s["name"] == "x.search"))


def account(sandbox: Sandbox) -> str:
    return str(next(s["user_id"] for s in sandbox.sources if s["name"] == "x.mentions"))


def pages(ask: Callable[..., Any], token: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    following = None
    while True:
        given = {token: following} if following else {}
        found.append(ask(max_results=100, **options, **given).json())
        following = found[-1]["meta"].get("next_token")
        if following is None:
            return found


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for page in found for item in page.get("data", [])]


def test_tweepy_pages_through_the_search_and_gets_what_the_truth_says(
    sandbox: Sandbox, client: tweepy.Client, whole: dict[str, Any], city: City
) -> None:
    asked = query(sandbox)
    found = pages(client.search_recent_tweets, "next_token", query=asked, **FIELDS)
    assert len(found) > 5
    assert len(set(ids(found))) == len(ids(found))
    assert set(ids(found)) == visible(whole, "x.search", city.end)
    assert ids(found) == sorted(ids(found), key=int, reverse=True)
    assert found[0]["meta"]["newest_id"] == ids(found)[0]
    assert found[0]["meta"]["oldest_id"] == found[0]["data"][-1]["id"]


def test_tweepy_pages_through_the_mentions(
    sandbox: Sandbox, client: tweepy.Client, whole: dict[str, Any], city: City
) -> None:
    found = pages(client.get_users_mentions, "pagination_token", id=account(sandbox))
    assert set(ids(found)) == visible(whole, "x.mentions", city.end)
    assert len(ids(found)) == 800


def test_asking_since_an_id_gives_only_what_is_newer(
    sandbox: Sandbox, client: tweepy.Client, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=-6))
    asked = query(sandbox)
    newest = client.search_recent_tweets(asked).json()["meta"]["newest_id"]
    assert client.search_recent_tweets(asked, since_id=newest).json() == {
        "meta": {"result_count": 0}
    }
    clock.advance(timedelta(hours=6))
    found = pages(
        client.search_recent_tweets, "next_token", query=asked, since_id=newest
    )
    assert found[0]["meta"]["result_count"] > 0
    assert all(int(id_) > int(newest) for id_ in ids(found))


def test_until_an_id_goes_on_where_a_broken_pull_stopped(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    asked = query(sandbox)
    first, second = pages(client.search_recent_tweets, "next_token", query=asked)[:2]
    bottom = first["meta"]["oldest_id"]
    again = client.search_recent_tweets(asked, max_results=100, until_id=bottom).json()
    assert ids([again]) == ids([second])


def test_a_token_gives_the_same_page_again(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    asked = query(sandbox)
    token = client.search_recent_tweets(asked).json()["meta"]["next_token"]
    first = client.search_recent_tweets(asked, next_token=token).json()
    assert client.search_recent_tweets(asked, next_token=token).json() == first


@pytest.mark.parametrize("name", ["since_id", "until_id"])
def test_an_id_older_than_seven_days_is_refused_by_name(
    sandbox: Sandbox, client: tweepy.Client, city: City, name: str
) -> None:
    old = next(p.id for p in city.posts if p.platform == "x")
    with pytest.raises(tweepy.BadRequest) as refused:
        client.search_recent_tweets(query(sandbox), **{name: old})
    assert name in refused.value.api_messages[0]


def test_bounds_by_id_and_by_time_do_not_mix(
    sandbox: Sandbox, client: tweepy.Client, city: City
) -> None:
    with pytest.raises(tweepy.BadRequest):
        client.search_recent_tweets(
            "pune", since_id=city.posts[-1].id, start_time=city.end - timedelta(days=1)
        )


def test_bounds_by_time_are_half_open(client: tweepy.Client, city: City) -> None:
    start, end = city.end - timedelta(hours=9), city.end - timedelta(hours=3)
    options = {"query": "pune", "start_time": start, "end_time": end}
    found = pages(client.search_recent_tweets, "next_token", **options)
    times = [city.by_id["x", id_].at for id_ in ids(found)]
    assert times
    assert all(start <= at < end for at in times)


def test_a_search_may_not_start_before_seven_days(
    client: tweepy.Client, city: City
) -> None:
    with pytest.raises(tweepy.BadRequest, match="start_time"):
        client.search_recent_tweets("pune", start_time=city.end - timedelta(days=8))


def test_a_query_that_cannot_be_read_is_refused(client: tweepy.Client) -> None:
    with pytest.raises(tweepy.BadRequest, match="invalid operator"):
        client.search_recent_tweets("pune weather:sunny")


def test_only_the_fields_asked_for_come(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    bare = client.search_recent_tweets(query(sandbox)).json()
    assert set(bare) == {"data", "meta"}
    for item in bare["data"]:
        assert set(item) == {"id", "text", "edit_history_tweet_ids"}
    dated = client.search_recent_tweets("pune", tweet_fields=["created_at"]).json()
    assert "created_at" in dated["data"][0]
    assert "lang" not in dated["data"][0]


def test_an_unknown_field_is_refused(client: tweepy.Client) -> None:
    with pytest.raises(tweepy.BadRequest, match=r"tweet\.fields"):
        client.search_recent_tweets("pune", tweet_fields=["colour"])


def test_authors_places_and_references_are_included(
    sandbox: Sandbox, client: tweepy.Client, city: City
) -> None:
    found = pages(
        client.search_recent_tweets, "next_token", query=query(sandbox), **FIELDS
    )
    places = 0
    for page in found:
        users = {user["id"] for user in page["includes"]["users"]}
        assert {item["author_id"] for item in page["data"]} <= users
        known = {item["id"] for item in page["includes"].get("tweets", [])}
        known |= {error["value"] for error in page.get("errors", [])}
        for item in page["data"]:
            for reference in item.get("referenced_tweets", []):
                assert reference["id"] in known
            if "geo" in item:
                places += 1
                place = next(
                    p
                    for p in page["includes"]["places"]
                    if p["id"] == item["geo"]["place_id"]
                )
                west, south, east, north = place["geo"]["bbox"]
                assert west < east
                assert south < north
    assert places > 0


def test_engagement_on_the_wire_is_what_the_truth_computes(
    sandbox: Sandbox, client: tweepy.Client, whole: dict[str, Any], clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=-5))
    page = client.search_recent_tweets(
        query(sandbox), max_results=100, tweet_fields=["public_metrics"]
    ).json()
    known = {item["id"]: item for item in whole["items"]}
    for item in page["data"]:
        told = metrics(known[item["id"]], clock.now())
        assert item["public_metrics"] == {f"{n}_count": c for n, c in told.items()}


def test_entities_point_into_the_text_by_code_points(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    found = pages(
        client.get_users_mentions,
        "pagination_token",
        id=account(sandbox),
        tweet_fields=["entities"],
    )
    seen = set()
    for item in (item for page in found for item in page["data"]):
        for kind, name, mark in (
            ("hashtags", "tag", "#"),
            ("mentions", "username", "@"),
            ("urls", "url", ""),
        ):
            for entity in item.get("entities", {}).get(kind, []):
                seen.add(kind)
                text = item["text"][entity["start"] : entity["end"]]
                assert text.lower() == mark + entity[name].lower()
    assert seen == {"hashtags", "mentions", "urls"}


def test_an_edited_post_is_found_once_and_names_its_versions(
    client: tweepy.Client, city: City, clock: FixedClock
) -> None:
    newer = next(
        p
        for p in reversed(city.posts)
        if len(p.versions) > 1 and p.ends is None and p.at < city.end
    )
    older = city.by_id["x", newer.versions[0]]
    clock.set(newer.at)
    both = client.get_tweets([older.id, newer.id]).json()["data"]
    for item in both:
        assert item["edit_history_tweet_ids"] == [older.id, newer.id]
    clock.set(newer.at - timedelta(seconds=1))
    before = client.get_tweets([older.id, newer.id]).json()
    assert [item["edit_history_tweet_ids"] for item in before["data"]] == [[older.id]]
    assert before["errors"][0]["resource_id"] == newer.id


def test_a_removed_post_comes_back_as_an_error_of_a_lookup(
    client: tweepy.Client, city: City
) -> None:
    removed = next(p for p in city.posts if p.removed and p.removed < city.end)
    body = client.get_tweets([removed.id]).json()
    assert "data" not in body
    assert body["errors"][0]["value"] == removed.id
    assert body["errors"][0]["type"].endswith("/resource-not-found")


def test_the_years_old_video_can_be_looked_up_and_not_found(
    client: tweepy.Client, city: City
) -> None:
    video = city.background[0]
    body = client.get_tweets([video.id], tweet_fields=["created_at"]).json()
    assert body["data"][0]["created_at"].startswith("2022-")


def test_accounts_are_looked_up_by_name_and_their_reach_grows(
    client: tweepy.Client, clock: FixedClock, sandbox: Sandbox
) -> None:
    def followers() -> int:
        answer = client.get_user(
            username="punecitydemo", user_fields=["public_metrics"]
        )
        data = answer.json()["data"]
        assert data["id"] == account(sandbox)
        return int(data["public_metrics"]["followers_count"])

    now = followers()
    clock.advance(timedelta(days=-10))
    assert followers() < now
    missing = client.get_user(username="nobody_here").json()
    assert missing["errors"][0]["parameter"] == "username"


def test_every_answer_says_what_is_left_of_the_window(
    sandbox: Sandbox, client: tweepy.Client, clock: FixedClock
) -> None:
    first = client.search_recent_tweets("pune").headers
    second = client.search_recent_tweets("pune").headers
    assert first["x-rate-limit-limit"] == "450"
    assert int(first["x-rate-limit-remaining"]) == 449
    assert int(second["x-rate-limit-remaining"]) == 448
    reset = datetime.fromtimestamp(int(first["x-rate-limit-reset"]), UTC)
    assert clock.now() < reset <= clock.now() + timedelta(minutes=15)


def test_the_window_of_450_requests_ends_in_429_until_it_passes(
    get: Callable[..., requests.Response], clock: FixedClock
) -> None:
    path = "/2/tweets/search/recent?query=nobodywritesthis"
    statuses = {get("x", path).status_code for _ in range(450)}
    assert statuses == {200}
    refused = get("x", path)
    assert refused.status_code == 429
    clock.set(datetime.fromtimestamp(int(refused.headers["x-rate-limit-reset"]), UTC))
    assert get("x", path).status_code == 200


def test_a_wrong_token_is_refused(get: Callable[..., requests.Response]) -> None:
    answer = get("x", "/2/tweets/search/recent?query=pune", Authorization="Bearer no")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Unauthorized"


def test_after_the_renaming_x_speaks_of_posts(
    sandbox: Sandbox, get: Callable[..., requests.Response]
) -> None:
    sandbox.platform("x").dialect = "post"
    path = (
        "/2/tweets/search/recent?query=pune%20is:quote"
        "&post.fields=public_metrics,referenced_posts&expansions=referenced_posts.id"
    )
    body = get("x", path).json()
    item = body["data"][0]
    assert "edit_history_post_ids" in item
    assert "repost_count" in item["public_metrics"]
    assert item["referenced_posts"][0]["type"] == "quoted"
    assert "posts" in body["includes"]
    assert "tweet" not in " ".join(item)


def test_addresses_are_the_platform_s_own(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    asked = query(sandbox)
    for page in pages(client.search_recent_tweets, "next_token", query=asked, **FIELDS):
        assert "127.0.0.1" not in str(page)
    assert "https://t.co/" in str(page)


def test_the_log_shows_what_the_client_sent(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    client.search_recent_tweets("पुणे", max_results=50)
    (line,) = sandbox.requests
    assert (line.platform, line.status) == ("x", 200)
    assert line.request.path == "/2/tweets/search/recent"
    assert line.request.query["query"] == "पुणे"
    assert line.request.query["max_results"] == "50"


def test_a_post_published_now_is_found_and_one_removed_is_not(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    x = sandbox.platform("x")
    id_ = x.publish("zebra crossing in Pune")
    assert ids([client.search_recent_tweets("zebra").json()]) == [id_]
    x.remove(id_)
    assert client.search_recent_tweets("zebra").json()["meta"]["result_count"] == 0
    with pytest.raises(KeyError):
        x.remove("1")


def test_a_long_post_is_whole_only_where_its_note_is_asked_for(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    text = "Water & mud on the lane < 1 m from #PuneRains @PuneCityDemo doors. " * 10
    id_ = sandbox.platform("x").publish(text)

    bare = client.get_tweet(id_).json()["data"]
    whole = client.get_tweet(id_, tweet_fields=["note_tweet", "entities"]).json()[
        "data"
    ]

    assert "note_tweet" not in bare
    assert bare["text"].startswith("Water &amp; mud on the lane &lt; 1 m from")
    assert bare["text"] == whole["text"]
    address = whole["entities"]["urls"][0]
    assert bare["text"].endswith(f"… {address['url']}")
    assert address["expanded_url"] == f"https://twitter.com/i/web/status/{id_}"
    note = whole["note_tweet"]
    assert note["text"].replace("&amp;", "&").replace("&lt;", "<") == text
    assert len(note["entities"]["hashtags"]) == 10
    for found in (whole, note):  # places count in the text as it is sent
        for tag in found["entities"]["hashtags"]:
            assert found["text"][tag["start"] : tag["end"]] == "#PuneRains"


def test_a_short_post_has_no_note(sandbox: Sandbox, client: tweepy.Client) -> None:
    id_ = sandbox.platform("x").publish("पाणी नाही " * 28)  # 280 signs

    data = client.get_tweet(id_, tweet_fields=["note_tweet"]).json()["data"]

    assert "note_tweet" not in data


def test_a_repost_is_cut_at_140_signs_and_its_original_is_not(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    x = sandbox.platform("x")
    said = "Water stands high in our lane. " * 8  # 248 signs
    original = x.publish(said)
    id_ = x.repost(original)

    body = client.get_tweet(id_, expansions=["referenced_tweets.id"]).json()

    text = body["data"]["text"]
    assert text.startswith("RT @")
    assert text.endswith("…")
    assert 138 <= len(text) <= 140
    assert body["includes"]["tweets"][0]["text"] == said
    assert "includes" not in client.get_tweet(id_).json()


def test_where_a_post_is_withheld_comes_when_it_is_asked_for(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    x = sandbox.platform("x")
    id_, other = x.publish("zebra crossing in Pune"), x.publish("zebra two in Pune")
    x.withhold(id_, "IN")

    assert "withheld" not in client.get_tweet(id_).json()["data"]
    found = client.search_recent_tweets("zebra", tweet_fields=["withheld"]).json()
    told = {item["id"]: item.get("withheld") for item in found["data"]}
    assert told == {
        id_: {"copyright": False, "country_codes": ["IN"], "scope": "tweet"},
        other: None,
    }
    with pytest.raises(KeyError):
        x.withhold("1", "IN")


def test_figures_of_an_old_version_stand_still_from_its_edit_on(
    client: tweepy.Client, city: City, clock: FixedClock
) -> None:
    older = next(p for p in city.posts if p.platform == "x" and p.replaced_by)
    edited = city.by_id["x", older.replaced_by or ""].at

    def views() -> int:
        fields = ["public_metrics"]
        data = client.get_tweet(older.id, tweet_fields=fields).json()["data"]
        return int(data["public_metrics"]["impression_count"])

    clock.set(edited)
    frozen = views()
    clock.advance(timedelta(days=2))

    assert views() == frozen
    assert city.metrics(older, clock.now())["impression"] > frozen
