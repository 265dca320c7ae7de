"""Mark photos of a case public: whoever has a field link of the case sees these."""

from socialcell import db
from socialcell.desk.store import cases, closures
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk import case_leases
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step


def mark_photo(
    context: Context,
    number: str,
    photo: int,
    *,
    public: bool,
    checked: bool = False,
    rev: int | None = None,
) -> bool:
    """Say whether a photo of a case may be shown without signing in; whether that is
    new. No photo is public before somebody says so. Audited.

    `checked`: whoever acts has looked, and no face, number plate, name, number of a
    house or telephone can be read in it; without that nothing becomes public.
    UsageError: not checked, no such case, or no such photo in it. CaseChangedError.
    Errors of `require_case` and `require_free`.
    """
    if public and not checked:
        raise UsageError("deskclosing.photo_not_checked", photo=photo)
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.CLAIM_DONE, case)
        case_leases.require_free(context, session, case)
        row = closures.photo_of(session, case.id or 0, photo)
        if row is None:
            raise UsageError("deskclosing.no_such_photo", number=number, photo=photo)
        if row.is_public == public:
            return False
        row.is_public = public
        detail: JsonObject = {"photo": photo, "sha256": row.sha256}
        kind = "photo_public" if public else "photo_private"
        enter_step(
            context, session, case, StepDraft(kind, context.actor.name, detail=detail)
        )
        now = context.clock.now()
        audit.append(session, context.actor, f"case.{kind}", case.number, detail, now)
        return True
