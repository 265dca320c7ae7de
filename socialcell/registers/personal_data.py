"""Personal data in the law's registers: what it is for."""

from socialcell.db.personal_tables import ImpersonalTable, PersonalTable, impersonal
from socialcell.registers.model import (
    AccessEntry,
    BreachDuty,
    DataBreach,
    PrivacyNotice,
    RightsAccount,
    RightsNominee,
    RightsRequest,
    RightsStep,
)

_YEAR = "retention.request_days after the answer; kind, clocks and counts stay"

PERSONAL = (
    PersonalTable(
        RightsRequest,
        ("sealed", "answer", "citizen"),
        "citizens",
        "to answer a request, and to show that it was answered (encrypted)",
        "duty",
        _YEAR,
    ),
    PersonalTable(
        RightsAccount,
        ("person", "sealed"),
        "citizens",
        "which accounts a request is about (encrypted beside a keyed hash)",
        "duty",
        _YEAR,
    ),
    PersonalTable(
        RightsStep,
        ("note",),
        "citizens",
        "how an identity was checked, in our words",
        "duty",
        "stays",
    ),
    PersonalTable(
        RightsNominee,
        ("person", "sealed"),
        "citizens",
        "who may act for a person after death or incapacity (encrypted)",
        "duty",
        "a later nomination, or an erasure",
    ),
    PersonalTable(
        AccessEntry,
        ("actor", "operator_id", "os_user", "subject", "reason"),
        "operators",
        "who read what unmasked",
        "duty",
        "retention.access_days",
    ),
)
IMPERSONAL = (
    *impersonal(BreachDuty, DataBreach),
    ImpersonalTable(PrivacyNotice, "the text is our own, shown to everybody"),
)
