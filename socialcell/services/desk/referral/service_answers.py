"""Matters of the Right to Services Act: recognised, and answered with their appeal."""

from dataclasses import dataclass

from socialcell import db, i18n
from socialcell.desk import rts_services
from socialcell.desk.rts_services import RtsService
from socialcell.desk.store import cases
from socialcell.desk.store import referrals as store
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.listening.store.mentions import mention_queries
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_drafts
from socialcell.services.desk.answers.answer_drafts import AnswerDraft, DraftResult
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step


@dataclass(frozen=True)
class ServiceAnswer:
    """The service that a case is about, and the answer that names the appeal."""

    service: RtsService
    draft: DraftResult


def suggest_service(context: Context, number: str) -> RtsService | None:
    """The service that the post of a case says is late or refused; None: none."""
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        assert case.id is not None
        mention_id = store.first_mention(session, case.id)
        row = mention_queries.mention(session, mention_id) if mention_id else None
        text = row.text if row is not None else case.summary
    return rts_services.suggest_service(text or "")


def answer_service(
    context: Context, number: str, service_id: str | None = None, rev: int | None = None
) -> ServiceAnswer:
    """Enter the service that a case is about, and draft the answer that tells of the
    appeal. Such a case is no grievance: it does not go to PMC Care.

    CaseChangedError; errors of `require_case` and `draft_answer`. UsageError: no such
    service, or none that the post names.
    """
    service = (
        rts_services.find_service(service_id)
        if service_id is not None
        else suggest_service(context, number)
    )
    if service is None:
        raise UsageError("deskclosing.names_no_service", number=number)
    texts = {
        code: rts_services.appeal_text(service, i18n.language(code))
        for code in i18n.CODES
    }
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.TRIAGE, case)
        detail = {"before": case.service, "service": service.id}
        case.service = service.id
        draft = StepDraft("service", context.actor.name, detail=detail)
        enter_step(context, session, case, draft)
        answer = AnswerDraft(texts=texts)
        draft_result = answer_drafts.draft_in(context, session, case, answer)
    return ServiceAnswer(service, draft_result)
