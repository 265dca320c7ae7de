"""The addresses of mentions and figures."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Security

from socialcell.listening.day_ranges import day_end, day_start
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.roles import TokenScope
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.mentions import mention_figures, mention_search
from socialcell.services.mentions.page_cursor import cursor_text, read_cursor
from socialcell.services.operators.token_admission import Admission
from socialcell.web.api.access import Check
from socialcell.web.api.fields import RowId
from socialcell.web.api.figure_answers import FigureParameters, FiguresAnswer
from socialcell.web.api.mention_answers import (
    MentionAnswer,
    MentionConditions,
    MentionDetailAnswer,
    MentionParameters,
    MentionsAnswer,
    QuerySuggestion,
)
from socialcell.web.api.operations import PREFIX, responses

_OWN = {"limit", "cursor", "by", "q", "since", "until"}


def mention_router(context: Context, check: Check) -> APIRouter:
    """GET mentions, mentions/{id} and figures."""
    router = APIRouter(prefix=PREFIX)

    @router.get(
        "/mentions",
        operation_id="listMentions",
        summary="Mentions, newest first",
        tags=["mentions"],
        responses=responses(),
    )
    def list_mentions(
        parameters: Annotated[MentionParameters, Query()],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.MENTIONS.value])
        ],
    ) -> MentionsAnswer:
        return _mention_page(context, parameters, admission)

    @router.get(
        "/mentions/{mention}",
        operation_id="showMention",
        summary="One mention with all that is stored about it",
        tags=["mentions"],
        responses=responses(with_404=True),
    )
    def show_mention(
        mention: Annotated[RowId, Path(description="Its id.", examples=[17])],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.MENTIONS.value])
        ],
    ) -> MentionDetailAnswer:
        people = pseudonyms.load_people(context)
        document = mention_search.show_mention(
            context, people, mention, admission.places
        )
        return MentionDetailAnswer.model_validate(document)

    @router.get(
        "/figures",
        operation_id="countMentions",
        summary="Counts of mentions with their coverage",
        description=(
            "Of whole hours that are over: without `since` and `until` of the last "
            f"seven days, of at most {mention_figures.LONGEST} days."
        ),
        tags=["figures"],
        responses=responses(),
    )
    def count_mentions(
        parameters: Annotated[FigureParameters, Query()],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.FIGURES.value])
        ],
    ) -> FiguresAnswer:
        people = pseudonyms.load_people(context)
        request = _request(context, people, parameters, counts_only=True)
        document = mention_figures.count_figures(
            context, request, parameters.by, admission.place
        )
        return FiguresAnswer.model_validate(document)

    return router


def _mention_page(
    context: Context, parameters: MentionParameters, admission: Admission
) -> MentionsAnswer:
    people = pseudonyms.load_people(context)
    cursor = None if parameters.cursor is None else read_cursor(parameters.cursor)
    every = _request(context, people, parameters)
    request = replace(every, limit=parameters.limit, places=admission.places)
    rows, following = mention_search.list_page(context, people, request, cursor)
    total = suggestion = None
    if parameters.cursor is None:
        total = mention_search.count(context, request)
    if total == 0 and parameters.q is not None:
        wide = mention_search.widen(context, request, parameters.q)
        suggestion = wide and QuerySuggestion(query=wide.query, total=wide.total)
    return MentionsAnswer(
        mentions=[MentionAnswer.model_validate(row) for row in rows],
        total=total,
        next=cursor_text(following),
        suggestion=suggestion,
    )


def _request(
    context: Context,
    people: People,
    parameters: MentionConditions,
    *,
    counts_only: bool = False,
) -> MentionFilter:
    """What is asked for. UsageError names a parameter that cannot be read."""
    now = context.clock.now()
    if parameters.since is not None:
        day_start(parameters.since, "since", now)
    if parameters.until is not None:
        day_end(parameters.until, "until", now)
    return mention_search.read_request(
        context,
        people,
        parameters.q,
        since=parameters.since,
        until=parameters.until,
        counts_only=counts_only,
        **parameters.model_dump(exclude=_OWN),
    )
