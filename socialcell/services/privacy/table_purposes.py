"""Every table with its purpose and legal basis, as declared beside the models."""

from collections.abc import Sequence

from socialcell.campaigns import personal_data as campaigns
from socialcell.db.personal_tables import ImpersonalTable, PersonalTable
from socialcell.desk import personal_data as desk
from socialcell.identity import personal_data as identity
from socialcell.listening import personal_data as listening
from socialcell.ops.daemon_model import IMPERSONAL_DAEMON
from socialcell.ops.model import IMPERSONAL_RUNS, PERSONAL_RUNS
from socialcell.ops.outbox_model import IMPERSONAL_OUTBOX, PERSONAL_OUTBOX
from socialcell.ops.web.form_submissions import PERSONAL_FORMS
from socialcell.ops.web.refused_connections import IMPERSONAL_REFUSALS
from socialcell.ops.webhook_model import IMPERSONAL_WEBHOOKS, PERSONAL_WEBHOOKS
from socialcell.registers import personal_data as registers


def personal_tables() -> Sequence[PersonalTable]:
    """The tables that hold something about persons, by domain."""
    return (
        *listening.PERSONAL,
        *desk.PERSONAL,
        *campaigns.PERSONAL,
        *PERSONAL_WEBHOOKS,
        *PERSONAL_OUTBOX,
        *registers.PERSONAL,
        *identity.PERSONAL,
        *PERSONAL_RUNS,
        *PERSONAL_FORMS,
    )


def impersonal_tables() -> Sequence[ImpersonalTable]:
    """The others."""
    return (
        *listening.IMPERSONAL,
        *desk.IMPERSONAL,
        *campaigns.IMPERSONAL,
        *IMPERSONAL_WEBHOOKS,
        *IMPERSONAL_OUTBOX,
        *registers.IMPERSONAL,
        *identity.IMPERSONAL,
        *IMPERSONAL_RUNS,
        *IMPERSONAL_DAEMON,
        *IMPERSONAL_REFUSALS,
    )
