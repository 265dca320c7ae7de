"""Influencers: candidates ranked for a subject, each score explained; one of them."""

from operator import itemgetter

from socialcell.clock import IST
from socialcell.errors import SocialcellError, UsageError
from socialcell.i18n import Language
from socialcell.language import lexicon
from socialcell.listening.areas.area_table import names
from socialcell.message_catalog import Message
from socialcell.roles import Permission
from socialcell.services import areas
from socialcell.services.creators import influencer_ranking
from socialcell.services.creators.candidate_facts import RankingRequest
from socialcell.web.console.campaigns.campaign_words import CampaignWords
from socialcell.web.console.campaigns.creator_words import CreatorWords
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Row, Screen

_PATH = "/influencers"
_AT_ONCE = 25
_LANGUAGES = ("mr", "hi", "en")


def show_ranking(request: PageRequest) -> Answer:
    """Candidates for a subject in their order. For approvers of the settings; noted."""
    ranking_request = _request(request)
    ranking, fault, ward = None, "", ",".join(ranking_request.wards)
    try:
        ranking = influencer_ranking.rank(request.context, ranking_request, _AT_ONCE)
    except UsageError as error:
        fault = request.say(error.message)
    return WebPage(
        "influencers.html",
        {
            "ranking": ranking,
            "fault": fault,
            "words": " ".join(ranking_request.words),
            "topic": ranking_request.topics[0] if ranking_request.topics else "",
            "ward": ward,
            "wards": _wards(request, ward),
            "language": ranking_request.languages[0]
            if ranking_request.languages
            else "",
            "topics": [
                (id_, names[request.lang.code])
                for id_, names in lexicon.vocabulary("topic").items()
            ],
            "spoken": _LANGUAGES,
            "suffix": f"?{request.query}" if str(request.query) else "",
        }
        | _words(request),
    )


def _wards(request: PageRequest, chosen: str) -> list[tuple[str, str]]:
    """Ward offices to choose from by name; several that an address names stand as one
    choice."""
    today = request.context.clock.now().astimezone(IST).date()
    offices = [
        (office.id, names(office)[request.lang.code])
        for office in areas.list_areas(request.context, today, "ward_office")
    ]
    offices.sort(key=itemgetter(1))
    is_listed = chosen in ("", *(id_ for id_, _name in offices))
    return offices if is_listed else [(chosen, chosen), *offices]


def _request(request: PageRequest) -> RankingRequest:
    query = request.query
    words, topic = query.get("q", "").strip()[:200], query.get("topic", "")
    wards = [ward.strip() for ward in query.get("ward", "").split(",")]
    language = query.get("language", "")
    return RankingRequest(
        words=(words,) if words else (),
        topics=(topic,) if topic else (),
        wards=tuple(ward for ward in wards if ward),
        languages=(language,) if language in _LANGUAGES else (),
    )


def _words(request: PageRequest) -> dict[str, object]:
    return {
        "w": PublishingWords(request.lang),
        "c": CampaignWords(request.lang),
        "k": CreatorWords(request.lang),
        "say": lambda why: request.say(_grouped(why, request.lang)),
    }


def _grouped(message: Message, lang: Language) -> Message:
    """A message that counts followers, with its count as the page writes numbers."""
    followers = message.parameters.get("followers")
    if not isinstance(followers, int):
        return message
    parts = {**message.parameters, "followers": lang.number(followers)}
    return Message(message.code, parts)


def show_candidate(request: PageRequest) -> Answer:
    """A creator or an account, with all that is held of it. For approvers; noted."""
    name = str(request.params["name"])
    try:
        detail = influencer_ranking.find_candidate(
            request.context, name, _request(request)
        )
    except SocialcellError as error:
        if error.message.code in ("creators.no_candidate", "creators.no_creator"):
            raise NotFound from None
        raise
    return WebPage(
        "influencer.html",
        {"name": name, "detail": detail} | _words(request),
    )


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.APPROVE, show_ranking),
    Screen(f"{_PATH}/{{name}}", Permission.APPROVE, show_candidate),
)
