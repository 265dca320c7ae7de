"""How a case comes to its end: said to be done, given to an engineer by link, passed to
another body, and taken back."""

from typing import Annotated

from pydantic import Field

from socialcell.errors import UsageError
from socialcell.roles import Permission
from socialcell.services.desk import field_links
from socialcell.services.desk.closing import case_closing
from socialcell.services.desk.closing.case_closing import DoneEvidence
from socialcell.services.desk.photos import case_photos
from socialcell.services.desk.referral import referrals
from socialcell.web.console.desk.case_forms import CaseForm, changes_since
from socialcell.web.console.desk.case_pages import PATH, read_case, read_history
from socialcell.web.console.desk.desk_words import few_desk_words, load_desk_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, Row, Screen

_WAYS = ("tag", "e-mail", "portal", "phone")


class DoneForm(CaseForm):
    """What shows that the work is done: words, or the number of a photo."""

    words: Annotated[str, Field(max_length=2000)] = ""
    photo: OptionalText = None
    care_line: Annotated[str, Field(max_length=500)] = ""


class FieldLinkForm(CaseForm):
    """For which office or function a field link is."""

    made_for: Annotated[str, Field(min_length=3, max_length=80)]


class ReferForm(CaseForm):
    """The body that a case is passed to; empty: the one that the register names."""

    body: OptionalText = None
    way: OptionalText = None


class BodyAnswerForm(CaseForm):
    """What the other body answered."""

    answer: Annotated[str, Field(min_length=1, max_length=2000)]


class ComeBackForm(CaseForm):
    """Whose a case is that came back, and why."""

    owner: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


def _number(request: PageRequest) -> str:
    return str(request.params["number"])


def show_done(request: PageRequest) -> Answer:
    """Say that the work is done, with evidence; everybody is asked then."""
    page, words = read_case(request), few_desk_words(request.context, request.lang, ())
    _ = request.lang.gettext
    photos = [file for file in page.files if file.kind == "photo"]
    return WebPage(
        "desk/case_done.html",
        {
            "page": page,
            "w": words,
            "changed": changes_since(request, page),
            "photos": [
                ("", _("none")),
                *(
                    (
                        str(photo.id),
                        _("Photo of %(at)s", at=request.lang.when(photo.added_at)),
                    )
                    for photo in photos
                ),
            ],
            "least": case_closing.LEAST_WORDS,
        },
    )


def act_done(request: PageRequest, form: DoneForm) -> Answer:
    """Claim a case done: its contacts are asked."""
    photo = form.photo
    is_number = photo is not None and photo.isascii() and photo.isdecimal()
    evidence = DoneEvidence(
        words=form.words,
        photo=int(photo) if photo is not None and is_number else None,
        care_line=form.care_line,
        picture=request.file.read() if request.file else b"",
    )
    asked = case_closing.claim_done(
        request.context, _number(request), evidence, form.rev
    )
    notice = request.lang.gettext(
        "Said to be done. Nobody can be asked in writing: whoever may be called stands "
        "under Calls."
    )
    if asked:
        notice = request.lang.ngettext(
            "Said to be done. %(n)s conversation is asked whether it is solved.",
            "Said to be done. %(n)s conversations are asked whether it is solved.",
            asked,
        )
    return RedirectTo(f"/cases/{_number(request)}", notice)


def show_field_link(request: PageRequest) -> Answer:
    """Give a link to an engineer on the spot."""
    return _field_link_page(request, None)


def _field_link_page(request: PageRequest, made: field_links.MadeLink | None) -> Answer:
    page = read_history(request)
    return WebPage(
        "desk/case_field_link.html",
        {
            "page": page,
            "w": few_desk_words(request.context, request.lang, ()),
            "changed": changes_since(request, page),
            "made": made,
        },
    )


def act_field_link(request: PageRequest, form: FieldLinkForm) -> Answer:
    """Make the link; its address is shown this once."""
    made = field_links.make_link(
        request.context, _number(request), form.made_for, form.rev
    )
    return _field_link_page(request, made)


def show_refer(request: PageRequest) -> Answer:
    """Pass a case to the body that it belongs to; or note its answer, or take the case
    back."""
    page, words = read_history(request), load_desk_words(request.context, request.lang)
    _ = request.lang.gettext
    return WebPage(
        "desk/case_refer.html",
        {
            "page": page,
            "w": words,
            "changed": changes_since(request, page),
            "is_referred": page.case.state == "referred",
            "bodies": [("", _("the one that the register names")), *words.bodies()],
            "ways": [
                ("", _("as the register says")),
                *((way, words.way(way)) for way in _WAYS),
            ],
            "departments": words.departments(),
        },
    )


def act_refer(request: PageRequest, form: ReferForm) -> Answer:
    """Pass the case on; the sentence for the citizens is drafted."""
    lang = request.lang
    try:
        result = referrals.refer(
            request.context,
            _number(request),
            body=form.body,
            way=form.way,
            rev=form.rev,
        )
    except UsageError as error:
        if error.message.code != "deskclosing.no_body":
            raise
        text = lang.gettext("The register names no other body for this case: name it.")
        raise FormRefused(("body", text)) from None
    notice = lang.gettext(
        "Referred. Its answer is due %(at)s.", at=lang.when(result.due_at)
    )
    if result.answer is not None:
        notice += " " + lang.gettext("The sentence for the citizens has been drafted.")
    return RedirectTo(f"/cases/{_number(request)}", notice)


def act_body_answer(request: PageRequest, form: BodyAnswerForm) -> Answer:
    """Note what the body answered."""
    referrals.enter_body_answer(
        request.context, _number(request), form.answer, form.rev
    )
    notice = request.lang.gettext("The body's answer stands in the case.")
    return RedirectTo(f"/cases/{_number(request)}", notice)


def act_come_back(request: PageRequest, form: ComeBackForm) -> Answer:
    """Take the case back for a department."""
    referrals.come_back(
        request.context, _number(request), form.owner, form.reason, form.rev
    )
    notice = request.lang.gettext("The case is the city's own again.")
    return RedirectTo(f"/cases/{_number(request)}", notice)


_CLAIM, _TRIAGE = Permission.CLAIM_DONE, Permission.TRIAGE
ROWS: tuple[Row, ...] = (
    Screen(f"{PATH}/done", _CLAIM, show_done, is_scoped=True),
    Action(
        f"{PATH}/done",
        _CLAIM,
        DoneForm,
        act_done,
        show_done,
        is_scoped=True,
        most_file=case_photos.MOST_BYTES,
    ),
    Screen(f"{PATH}/field-link", _CLAIM, show_field_link, is_scoped=True),
    Action(
        f"{PATH}/field-link",
        _CLAIM,
        FieldLinkForm,
        act_field_link,
        show_field_link,
        True,
    ),
    Screen(f"{PATH}/refer", _TRIAGE, show_refer, is_scoped=True),
    Action(f"{PATH}/refer", _TRIAGE, ReferForm, act_refer, show_refer, True),
    Action(
        f"{PATH}/body-answer",
        _TRIAGE,
        BodyAnswerForm,
        act_body_answer,
        show_refer,
        True,
    ),
    Action(f"{PATH}/come-back", _TRIAGE, ComeBackForm, act_come_back, show_refer, True),
)
