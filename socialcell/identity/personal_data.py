"""Personal data in the tables of operators: what it is for."""

from socialcell.db.personal_tables import ImpersonalTable, PersonalTable, impersonal
from socialcell.identity.model import (
    ApiToken,
    OneTimeCode,
    Operator,
    OperatorSession,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
)

_STAYS = "stays, as the audit log names the operator by number"

PERSONAL = (
    PersonalTable(
        Operator,
        ("name", "name_key", "password_hash", "language"),
        "operators",
        "to know who acts, and who may approve",
        "employment",
        _STAYS,
    ),
    PersonalTable(
        OperatorSession,
        ("os_user", "shell", "client", "known_by"),
        "operators",
        "who had signed in, from which account and browser",
        "employment",
        _STAYS,
    ),
    PersonalTable(
        SecondFactor,
        ("secret",),
        "operators",
        "to check a second factor (encrypted)",
        "employment",
        "until it is reset",
    ),
    PersonalTable(
        RoleGrant,
        ("operator_id",),
        "operators",
        "what each may do, from when until when",
        "employment",
        _STAYS,
    ),
)
IMPERSONAL = (
    *impersonal(OneTimeCode, RecoveryCode),
    ImpersonalTable(ApiToken, "the name is the program's"),
)
