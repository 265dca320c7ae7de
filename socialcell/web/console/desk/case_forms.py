"""Forms of one case, and what is shown when somebody changed it in the meantime."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from socialcell.desk.case_states import CaseState
from socialcell.views.desk.case_view import CaseHistory, StepView
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import PageRequest

_Id = Annotated[str, Field(max_length=200)]
_Reason = Annotated[str, Field(max_length=500)]
_Degrees = Annotated[str, Field(max_length=30)]
_Rev = Annotated[int, Field(ge=0, le=2**31)]


class CaseForm(Form):
    """What every form of a case carries: its revision when it was read."""

    rev: _Rev


class NoteForm(CaseForm):
    """A note for colleagues."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class TriageForm(CaseForm):
    """What a person decides about a case; "": nothing is known of it. Without latitude
    and longitude its point stays as it is."""

    kind: _Id
    priority: _Id
    topic: _Id = ""
    area: _Id = ""
    place: Annotated[str, Field(max_length=300)] = ""
    latitude: _Degrees = ""
    longitude: _Degrees = ""
    owner: _Id = ""
    summary: Annotated[str, Field(max_length=200)] = ""


class StateForm(CaseForm):
    """Where a case stands from now on."""

    state: CaseState
    reason: _Reason = ""


class AssignForm(CaseForm):
    """Who has a case from now on; "": nobody by name, the team as it is."""

    to: _Id = ""
    team: _Id = ""
    reason: _Reason = ""


class SimilarForm(CaseForm):
    """Whether another case is the same as this one."""

    other: _Id
    same: Literal["yes", "no"]


class SplitForm(CaseForm):
    """A conversation that is to be a case of its own."""

    contact: Annotated[int, Field(ge=1, le=2**62)]
    reason: _Reason = ""


class CaseReasonForm(CaseForm):
    """Something that is undone, and why."""

    reason: _Reason = ""


@dataclass(frozen=True)
class CaseChange:
    """What others did to a case since somebody began a form."""

    steps: tuple[StepView, ...]

    def changed(self, step: StepView) -> dict[str, tuple[str, str]]:
        """What a step of triage changed: as it was and as it is, by field."""
        changed = step.detail.get("changed")
        if not isinstance(changed, dict):
            return {}
        return {
            name: (str(values.get("was") or ""), str(values.get("now") or ""))
            for name, values in changed.items()
            if isinstance(values, dict)
        }

    def typed_here(self, typed: Mapping[str, str]) -> dict[str, str]:
        """The fields of a form without those that stand as they were before others
        changed them: nobody touched these in the form, and they show the change."""
        before: dict[str, str] = {}
        for step in self.steps:
            for name, (was, _now) in self.changed(step).items():
                before.setdefault(name, was)
        return {
            name: text
            for name, text in typed.items()
            if name not in before or text != before[name]
        }


def changes_since(request: PageRequest, page: CaseHistory) -> CaseChange | None:
    """What was done to a case since the form that was sent was read; None: nothing, or
    no form was sent. Every step makes the revision one more."""
    text = request.typed.get("rev", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return None
    count = page.case.rev - int(text)
    if count <= 0 or not request.problems:
        return None
    return CaseChange(tuple(page.steps[-count:]))
