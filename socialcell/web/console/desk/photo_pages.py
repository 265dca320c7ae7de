"""Who may see a photo of a case: the staff, or whoever has a field link of it."""

from typing import Literal

from socialcell.roles import Permission
from socialcell.services.desk.photos import public_photos
from socialcell.views.desk.case_view import CaseFileView, CasePage
from socialcell.web.console.desk.case_forms import CaseForm, changes_since
from socialcell.web.console.desk.case_pages import PATH, read_case
from socialcell.web.console.desk.desk_words import few_desk_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused, NotFound
from socialcell.web.pages.screens import Action, Row, Screen


class PhotoForm(CaseForm):
    """Who may see a photo from now on; `checked`: whoever acts has looked at it."""

    readers: Literal["staff", "everybody"]
    checked: Literal["", "yes"] = ""


def show_readers(request: PageRequest) -> Answer:
    """Who may see a photo, and what to look for before others may."""
    page = read_case(request)
    return WebPage(
        "desk/photo_public.html",
        {
            "page": page,
            "photo": _photo(request, page),
            "w": few_desk_words(request.context, request.lang, ()),
            "changed": changes_since(request, page),
        },
    )


def act_readers(request: PageRequest, form: PhotoForm) -> Answer:
    """Mark a photo public, or take that back."""
    _ = request.lang.gettext
    is_public = form.readers == "everybody"
    if is_public and not form.checked:
        raise FormRefused(("checked", _("Say that you have looked at the photo.")))
    public_photos.mark_photo(
        request.context,
        str(request.params["number"]),
        _photo(request, read_case(request)).id,
        public=is_public,
        checked=bool(form.checked),
        rev=form.rev,
    )
    notice = (
        _("The photo is public: whoever has a field link of this case sees it.")
        if is_public
        else _("The photo is private: the staff alone see it.")
    )
    return RedirectTo(f"/cases/{request.params['number']}", notice)


def _photo(request: PageRequest, page: CasePage) -> CaseFileView:
    photo = request.number("photo")
    for file in page.files:
        if file.id == photo and file.kind == "photo":
            return file
    raise NotFound


_PUBLIC = f"{PATH}/photos/{{photo:number}}/public"
_MARK = Permission.CLAIM_DONE
ROWS: tuple[Row, ...] = (
    Screen(_PUBLIC, _MARK, show_readers, is_scoped=True),
    Action(_PUBLIC, _MARK, PhotoForm, act_readers, show_readers, True),
)
