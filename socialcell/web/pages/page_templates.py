"""Pages from templates: everything that is put into them is escaped."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from html import unescape
from importlib import resources
from typing import TypeAlias

from jinja2 import (
    ChoiceLoader,
    Environment,
    PackageLoader,
    StrictUndefined,
    select_autoescape,
)

from socialcell import i18n
from socialcell.web.pages import addresses, form_guard
from socialcell.web.pages.answers import Part, WebPage
from socialcell.web.pages.page_request import PageRequest

_LABEL = re.compile(r'<label for="f-([^"]+)">(.*?)</label>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FLOOR = "socialcell.web.pages"
ShellValues: TypeAlias = Callable[[PageRequest], Mapping[str, object]]
"""What the shell of a site says around each page: who is signed in, navigation."""


@dataclass(frozen=True)
class PageTemplates:
    """The templates of a site: those of its `package`, and those of all pages."""

    package: str
    shell: ShellValues

    @cached_property
    def _environments(self) -> Mapping[str, Environment]:
        return {code: self._environment(code) for code in i18n.CODES}

    def _environment(self, code: str) -> Environment:
        lang = i18n.language(code)
        environment = Environment(
            loader=ChoiceLoader([PackageLoader(self.package), PackageLoader(_FLOOR)]),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            auto_reload=False,  # else each page asks the disk for the age of its files
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            _=lang.gettext,
            n_=lang.ngettext,
            lang=lang,
            languages=addresses.NAMES,
            static=static_address,
        )
        environment.filters.update(
            digits=lambda number: lang.digits(str(number)),
            number=lang.number,
            when=lang.when,
            moment=lang.moment,
            clock=lang.clock,
            field_labels=field_labels,
        )
        return environment

    def render(self, page: WebPage, request: PageRequest, once: str) -> str:
        """A page as HTML. `once`: the key of its forms."""
        code = request.lang.code
        template = self._environments[code].get_template(page.template)
        return template.render(
            request=request,
            visitor=request.visitor,
            to=lambda path: addresses.address(code, path),
            form_token=form_guard.form_token(request.token),
            once=once,
            other_languages=other_languages(request),
            notice=request.notice,
            problems=request.problems,
            typed=request.typed,
            now=request.context.clock.now(),
            **self.shell(request),
            **page.values,
        )


def field_labels(html: str) -> Mapping[str, str]:
    """The labels of a page's fields, by the names of these."""
    return {
        name: unescape(_TAG.sub("", label)).strip()
        for name, label in _LABEL.findall(html)
    }


def other_languages(request: PageRequest) -> Sequence[tuple[str, str, str]]:
    """Code, name and address of this page in each language."""
    path = addresses.with_query(request.page_path or request.path, request.query)
    return [
        (code, name, addresses.address(code, path))
        for code, name in addresses.NAMES.items()
    ]


@dataclass(frozen=True)
class StaticFiles:
    """The sheet and the script of all pages, by name, with a hash of each."""

    files: Mapping[str, Part]
    hashes: Mapping[str, str]


def _load_static() -> StaticFiles:
    folder = resources.files(_FLOOR) / "static"
    kinds = {"pages.css": "text/css", "pages.js": "text/javascript"}
    files = {
        name: Part((folder / name).read_bytes(), kind) for name, kind in kinds.items()
    }
    hashes = {name: sha256(part.body).hexdigest()[:12] for name, part in files.items()}
    return StaticFiles(files, hashes)


STATIC = _load_static()


def static_address(name: str) -> str:
    """The address of a static file, another one for each content."""
    return f"/static/{STATIC.hashes[name]}/{name}"
