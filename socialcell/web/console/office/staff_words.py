"""Words of the pages about staff: roles and what they may do, states."""

from socialcell.i18n import Language
from socialcell.roles import Role


def role_name(role: str, lang: Language) -> str:
    """A role in words; one that is none any more stays as it is."""
    _ = lang.gettext
    names: dict[str, str] = {
        Role.VIEWER: _("Viewer"),
        Role.AGENCY: _("Agency"),
        Role.OPERATOR: _("Operator"),
        Role.DEPARTMENT: _("Department"),
        Role.APPROVER: _("Approver"),
        Role.LEAD: _("Lead of the cell"),
        Role.DPO: _("Data protection officer"),
        Role.AUDITOR: _("Auditor"),
        Role.ADMIN: _("Administrator"),
    }
    return names.get(role, role)


def role_effect(role: Role, lang: Language) -> str:
    """What a role may do."""
    _ = lang.gettext
    return {
        Role.VIEWER: _("reads mentions without names, and figures"),
        Role.AGENCY: _("reads, and writes drafts"),
        Role.OPERATOR: _("reads, corrects readings, takes charge, writes drafts"),
        Role.DEPARTMENT: _("the same, for its own place"),
        Role.APPROVER: _("reads, writes drafts, approves what another wrote"),
        Role.LEAD: _("all of this, leads incidents and turns the switch"),
        Role.DPO: _("reads, exports and erases what is held of a person"),
        Role.AUDITOR: _("reads mentions and the audit log"),
        Role.ADMIN: _("staff, sources and settings, and the audit log"),
    }[role]


def operator_state(state: str, lang: Language) -> str:
    """The state of an operator in words."""
    _ = lang.gettext
    return {
        "active": _("active"),
        "no_password": _("has no password yet"),
        "waits": _("waits for a second person"),
        "disabled": _("disabled"),
    }.get(state, state)


def grant_state(state: str, lang: Language) -> str:
    """The state of a role of an operator in words."""
    _ = lang.gettext
    return {
        "in_force": _("counts"),
        "waits": _("waits for a second person"),
        "later": _("counts later"),
        "ended": _("has ended"),
        "revoked": _("was taken back"),
    }.get(state, state)
