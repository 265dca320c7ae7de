"""Every publisher over the wire: posts, answers, deletes, finds; and its failures."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.publisher import PostReference, Publisher, UnconfirmedCall
from tests.services.publishing.conftest import PICTURE, PLATFORMS, Town

WORDS = "पाणीपुरवठा बंद & इतर: गुरुवारी 27 Nov https://go.city.example/r/k7m2p"
MINUTE = timedelta(minutes=1)
FINDING = ("x", "facebook", "instagram")


@pytest.fixture
def database_url(empty_database: Path, tmp_path: Path) -> str:
    """Publishers know no database."""
    path = tmp_path / "workspace" / "socialcell.db"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    shutil.copy(empty_database, path)
    return f"sqlite:///{path}"


def picture(platform: str) -> str | None:
    return PICTURE if platform == "instagram" else None


def post(to: Publisher, words: str = WORDS) -> PostReference:
    media = picture(to.platform)
    return to.post(words, media, to.prepare(words, media))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_words_are_posted_as_they_are_and_have_an_id(town: Town, platform: str) -> None:
    to = town.publisher(platform)

    made = post(to)

    assert town.copies(platform, WORDS) == 1
    assert made.id
    assert to.check().ok, to.check().message


@pytest.mark.parametrize("platform", ["facebook", "telegram"])
def test_a_picture_goes_with_the_words(town: Town, platform: str) -> None:
    town.publisher(platform).post(WORDS, PICTURE, None)

    assert town.copies(platform, WORDS) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_post_is_taken_back_and_taking_back_twice_is_no_error(
    town: Town, platform: str
) -> None:
    to = town.publisher(platform)
    made = post(to)
    town.clock.advance(MINUTE)

    to.delete(made.id)
    to.delete(made.id)

    assert town.copies(platform, WORDS) == 0


@pytest.mark.parametrize("platform", ["x", "facebook", "telegram"])
def test_a_post_is_answered(town: Town, platform: str) -> None:
    to = town.publisher(platform)
    made = post(to)
    town.clock.advance(MINUTE)

    to.reply(made.id, "दुरुस्ती: शुक्रवारी", None)

    assert town.stands(platform)[-2:] == [WORDS, "दुरुस्ती: शुक्रवारी"]


def test_a_comment_on_instagram_is_answered(town: Town) -> None:
    served = town.sandbox.platform("instagram")
    comment = served.comment("कधी येणार पाणी?")
    to = town.publisher("instagram")

    to.reply(comment, "शुक्रवारी सकाळी", None)

    town.clock.advance(MINUTE)
    (found,) = to.find("शुक्रवारी सकाळी", None, town.clock.now() - 2 * MINUTE, comment)
    assert served.visible.by_id[found.id].reply_to == comment


@pytest.mark.parametrize("platform", FINDING)
def test_a_post_is_found_by_its_words_in_its_time_and_no_other(
    town: Town, platform: str
) -> None:
    to, media = town.publisher(platform), picture(platform)
    began = town.clock.now()
    key = to.prepare(WORDS, media)
    before = list(to.find(WORDS, key, began, None))
    made = to.post(WORDS, media, key)
    town.clock.advance(60 * MINUTE)

    found = to.find(WORDS, key, began, None)

    assert before == []
    assert [one.id for one in found] == [made.id]
    if platform != "instagram":  # which would be asked for the container's words
        assert list(to.find("पाणी आले", key, began, None)) == []
        late = to.find(WORDS, key, town.clock.now() - 10 * MINUTE, None)
        assert list(late) == []


@pytest.mark.parametrize("platform", ["x", "facebook"])
def test_an_answer_is_found_below_what_it_answers_only(
    town: Town, platform: str
) -> None:
    to = town.publisher(platform)
    began = town.clock.now()
    first, second = post(to), post(to, "दुसरी सूचना")
    answer = to.reply(first.id, "दुरुस्ती: शुक्रवारी", None)
    town.clock.advance(MINUTE)

    def below(id_: str | None) -> list[str]:
        return [one.id for one in to.find("दुरुस्ती: शुक्रवारी", None, began, id_)]

    assert below(first.id) == [answer.id]
    assert below(second.id) == []
    assert below(None) == []


def test_a_visitor_who_copies_the_words_is_not_taken_for_the_page(town: Town) -> None:
    town.sandbox.platform("facebook").publish(WORDS)

    found = town.publisher("facebook").find(WORDS, None, town.clock.now(), None)

    assert list(found) == []


def test_a_citizen_who_copies_an_answer_is_not_taken_for_the_page(town: Town) -> None:
    to = town.publisher("facebook")
    made = post(to)
    town.clock.advance(MINUTE)
    town.sandbox.platform("facebook").comment("धन्यवाद", below=made.id)
    town.clock.advance(MINUTE)

    found = to.find("धन्यवाद", None, town.clock.now() - 5 * MINUTE, made.id)

    assert list(found) == []


def test_telegram_says_that_it_cannot_tell(town: Town) -> None:
    to = town.publisher("telegram")

    assert not to.can_find
    with pytest.raises(ConnectorError, match="cannot read"):
        to.find(WORDS, None, town.clock.now(), None)


@pytest.mark.parametrize(
    ("platform", "fault"),
    [
        *((platform, "lose_answer") for platform in PLATFORMS),
        # Of Instagram it would meet the harmless question before the post.
        *((platform, "drop_connection") for platform in ("x", "facebook", "telegram")),
    ],
)
def test_a_lost_answer_says_that_nobody_knows(
    town: Town, platform: str, fault: str
) -> None:
    to, media = town.publisher(platform), picture(platform)
    post(to, "First")  # whatever is asked before the first post is known now
    key = to.prepare(WORDS, media)
    getattr(town.sandbox.platform(platform), fault)()

    with pytest.raises(UnconfirmedCall):
        to.post(WORDS, media, key)

    assert town.copies(platform, WORDS) == (1 if fault == "lose_answer" else 0)


@pytest.mark.parametrize("platform", ["x", "facebook", "telegram"])
def test_the_platforms_own_trouble_leaves_it_open_whether_it_heard(
    town: Town, platform: str
) -> None:
    to = town.publisher(platform)
    post(to, "First")
    town.sandbox.platform(platform).server_error()

    with pytest.raises(UnconfirmedCall) as raised:
        to.post(WORDS, None, None)

    assert raised.value.kind is Kind.TRANSIENT


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("expire_token", Kind.AUTH),
        ("missing_permission", Kind.ACCESS),
        ("limit", Kind.RATE),
    ],
)
def test_a_refusal_is_certain_and_names_its_kind(
    town: Town, platform: str, fault: str, kind: Kind
) -> None:
    to, media = town.publisher(platform), picture(platform)
    post(to, "First")
    key = to.prepare(WORDS, media)
    getattr(town.sandbox.platform(platform), fault)()

    with pytest.raises(ConnectorError) as raised:
        to.post(WORDS, media, key)

    assert not isinstance(raised.value, UnconfirmedCall)
    assert raised.value.kind is kind
    assert (raised.value.until is not None) == (kind is Kind.RATE)
    assert town.copies(platform, WORDS) == 0


@pytest.mark.parametrize(
    ("platform", "scope"),
    [
        ("facebook", "pages_manage_posts"),
        ("instagram", "instagram_content_publish"),
    ],
)
def test_a_token_that_may_only_read_is_said_so_before_anything_is_posted(
    town: Town, platform: str, scope: str
) -> None:
    town.sandbox.platform(platform).withdraw(scope)

    health = town.publisher(platform).check()

    assert not health.ok
    assert scope in health.message


def test_keys_of_x_that_sign_wrongly_are_not_accepted(town: Town) -> None:
    secrets = town.context.workspace.folder / "secrets"
    (secrets / "x_access_secret").write_text("another\n")

    health = town.publisher("x").check()

    assert (health.ok, health.kind) == (False, Kind.AUTH)


def test_what_x_calls_a_duplicate_may_be_a_post_of_ours_that_was_lost(
    town: Town,
) -> None:
    to = town.publisher("x")
    post(to)
    town.clock.advance(MINUTE)

    with pytest.raises(UnconfirmedCall, match="duplicate"):
        post(to)

    assert town.copies("x", WORDS) == 1


def test_a_container_is_published_once_however_often_it_is_asked(town: Town) -> None:
    to = town.publisher("instagram")
    key = to.prepare(WORDS, PICTURE)
    to.post(WORDS, PICTURE, key)
    town.clock.advance(MINUTE)

    with pytest.raises(UnconfirmedCall):
        to.post(WORDS, PICTURE, key)

    assert town.copies("instagram", WORDS) == 1


def test_instagram_is_asked_later_while_it_fetches_the_picture(town: Town) -> None:
    to = town.publisher("instagram")
    key = to.prepare(WORDS, PICTURE)
    town.sandbox.platform("instagram").containers.fetch_slowly(1)

    with pytest.raises(ConnectorError) as raised:
        to.post(WORDS, PICTURE, key)
    to.post(WORDS, PICTURE, key)

    assert raised.value.kind is Kind.RATE
    assert town.copies("instagram", WORDS) == 1


def test_a_container_of_yesterday_is_of_no_use(town: Town) -> None:
    to = town.publisher("instagram")
    key = to.prepare(WORDS, PICTURE)
    town.clock.advance(timedelta(hours=25))

    with pytest.raises(ConnectorError) as raised:
        to.post(WORDS, PICTURE, key)

    assert raised.value.kind is Kind.GONE
    assert list(to.find(WORDS, key, town.clock.now(), None)) == []


def test_no_secret_is_in_what_telegram_fails_with(town: Town) -> None:
    token = town.sandbox.secrets["telegram_publisher_token"]
    to = town.publisher("telegram")
    town.sandbox.platform("telegram").drop_connection()

    with pytest.raises(UnconfirmedCall) as raised:
        post(to)

    assert token not in str(raised.value)


def test_nothing_was_asked_where_there_was_no_connection(town: Town) -> None:
    origins = dict.fromkeys(("https://api.telegram.org",), "http://127.0.0.1:9")
    town.context.base_urls.update(origins)

    with pytest.raises(ConnectorError) as raised:
        post(town.publisher("telegram"))

    assert raised.value.kind is Kind.RATE
    assert not isinstance(raised.value, UnconfirmedCall)
