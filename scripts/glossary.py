"""Writes docs/glossary.md from socialcell/locale/glossary.yaml; --check only compares.

What the catalogs are checked for against the glossary is here as well:
`tests/ground/test_glossary.py` asserts that nothing is found.
"""

import argparse
import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "socialcell"
GLOSSARY = PACKAGE / "locale" / "glossary.yaml"
PAGE = ROOT / "docs" / "glossary.md"
TRANSLATIONS = ("mr", "hi")
LANGUAGES = ("en", *TRANSLATIONS)

# Files with labels and sentences that people read, beside the catalogs.
LABEL_FILES = (
    "language/data/vocabulary.yaml",
    "strategy.yaml",
    "campaigns/data/notices.yaml",
    "listening/data/owners.csv",
    "listening/data/areas.csv",
    "campaigns/data/days.csv",
)

# What a translator leaves as it is: placeholders, commands, options, settings and
# values with their punctuation, words in capitals.
AS_WRITTEN = re.compile(
    r"%\(\w+\)s|%%|\{\{?[^{}]*\}?\}|`[^`]*`|socialcell( [\w{}=|\":'…/-]+)+"
    r"|--[\w-]+|\w*[A-Z]{3,}\w*|\S*\w[._=/@:]\w\S*"
)

INTRODUCTION = """\
# Glossary

Made by `make docs` from `socialcell/locale/glossary.yaml`: change it there.

One word for one thing, in all letters, pages, exports and messages. How to add a term:
[CONTRIBUTING](../CONTRIBUTING.md#add-a-term).
"""


@dataclass(frozen=True)
class Term:
    """A term: its word in each language, and how sentences show it.

    `forms` are what stands in an English sentence; a translation has one of `stems`;
    `never` are regular expressions with the reason why they are not used.
    """

    id: str
    words: Mapping[str, str]
    forms: Sequence[str]
    stems: Mapping[str, Sequence[str]]
    never: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    note: str = ""
    reserved_for: str | None = None


@dataclass(frozen=True)
class Glossary:
    """The terms, names that are not translated, and (message, term) pairs left out."""

    terms: Sequence[Term]
    names: Sequence[str]
    exceptions: frozenset[tuple[str, str]]

    @cached_property
    def ids_by_form(self) -> Mapping[str, str]:
        """The id of the term that each form, in small letters, stands for."""
        return {
            form.lower(): term.id
            for term in self.terms
            for form in reversed(term.forms)
        }

    @cached_property
    def forms(self) -> re.Pattern[str]:
        """Any form. Of forms that overlap the longest counts: a ward office is no
        ward."""
        longest_first = sorted(self.ids_by_form, key=len, reverse=True)
        alternatives = "|".join(map(re.escape, longest_first))
        return re.compile(rf"(?<![\w-])({alternatives})(?![\w-])")


@dataclass(frozen=True)
class Text:
    """A message in all three languages; of several plural forms, all of them."""

    id: str
    by_language: Mapping[str, str]
    is_error: bool = False


def main() -> int:
    """Write the page; with --check, 1 if the page on disk differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    check = parser.parse_args().check
    page = render(load())
    if not check:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    sys.stderr.write("docs/glossary.md is not what the file says: run `make docs`.\n")
    return 1


def load() -> Glossary:
    """The glossary file, read."""
    content = yaml.safe_load(GLOSSARY.read_text(encoding="utf-8"))
    return Glossary(
        terms=[_term(id_, entry) for id_, entry in content["terms"].items()],
        names=content["names"],
        exceptions=frozenset(
            (entry["message"], entry["term"]) for entry in content["exceptions"]
        ),
    )


def _term(id_: str, entry: dict[str, Any]) -> Term:
    stems = entry.get("stems", {})
    return Term(
        id=id_,
        words={language: entry[language] for language in LANGUAGES},
        forms=entry.get("forms", [entry["en"]]),
        stems={
            language: stems.get(language, [entry[language]])
            for language in TRANSLATIONS
        },
        never=entry.get("never", {}),
        note=entry.get("note", ""),
        reserved_for=entry.get("for"),
    )


def texts() -> Iterator[Text]:
    """Every message of letters, exports and pages, and of the catalogs of errors."""
    for file in sorted((PACKAGE / "locale" / "mr" / "LC_MESSAGES").glob("*.po")):
        messages = {
            code: _catalog(PACKAGE / "locale" / code / "LC_MESSAGES" / file.name)
            for code in TRANSLATIONS
        }
        for ids, strings in messages["mr"].items():
            by_language = {"en": " ".join(ids), "mr": " ".join(strings)}
            by_language["hi"] = " ".join(messages["hi"][ids])
            yield Text(ids[0], by_language)
    for file in sorted((PACKAGE / "locale" / "en" / "errors").glob("*.po")):
        errors = {
            code: _catalog(PACKAGE / "locale" / code / "errors" / file.name)
            for code in LANGUAGES
        }
        for ids in errors["en"]:
            sentences = {code: " ".join(errors[code][ids]) for code in LANGUAGES}
            yield Text(ids[0], sentences, is_error=True)


def _catalog(file: Path) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Message ids → translations; of a message without plural, one of each."""
    catalog = read_po(io.BytesIO(file.read_bytes()))
    return {
        _together(message.id): _together(message.string)
        for message in catalog
        if message.id
    }


def _together(forms: str | Sequence[str] | None) -> tuple[str, ...]:
    return (forms,) if isinstance(forms, str) else tuple(forms or ())


def terms_of(text: Text, glossary: Glossary) -> dict[str, str]:
    """The terms of a text by id, with the form that stands in its English sentence."""
    english = AS_WRITTEN.sub(" ", text.by_language["en"])
    for name in glossary.names:
        english = english.replace(name, " ")
    forms = glossary.forms.findall(english.lower())
    return {glossary.ids_by_form[form]: form for form in forms}


def missing_words(glossary: Glossary) -> Iterator[str]:
    """Each translation that lacks the glossary's word for a term of its message."""
    terms = {term.id: term for term in glossary.terms}
    for text in texts():
        for id_, form in terms_of(text, glossary).items():
            term = terms[id_]
            if term.reserved_for or (text.id, id_) in glossary.exceptions:
                continue
            for language in TRANSLATIONS:
                if not _has_word(text, language, term):
                    words = " or ".join(term.stems[language])
                    translation = text.by_language[language]
                    yield f"{language} {text.id}: {form!r} needs {words}: {translation}"


def _has_word(text: Text, language: str, term: Term) -> bool:
    """Whether the translation has the term's word. A message of an error may leave the
    term in English where it names a setting."""
    translation = text.by_language[language]
    if any(stem in translation for stem in term.stems[language]):
        return True
    return text.is_error and any(
        re.search(rf"(?<!\w){re.escape(form)}(?!\w)", translation, re.IGNORECASE)
        for form in term.forms
    )


def forbidden_words(glossary: Glossary) -> Iterator[str]:
    """Each word of a catalog or a file of labels that the glossary forbids."""
    readable = [*_catalog_texts(), *label_texts()]
    for _, language, word, reason in _forbidden(glossary):
        for place, text_language, text in readable:
            if text_language == language and re.search(word, text):
                yield f"{place} ({language}): {word!r}, {reason}: {text}"


def _forbidden(glossary: Glossary) -> Iterator[tuple[Term, str, str, str]]:
    """Term, language, pattern and reason of every word that is not used."""
    for term in glossary.terms:
        for language, words in term.never.items():
            for word, reason in words.items():
                yield term, language, word, reason


def _catalog_texts() -> Iterator[tuple[str, str, str]]:
    for text in texts():
        for language, words in text.by_language.items():
            yield text.id, language, words


def label_texts() -> Iterator[tuple[str, str, str]]:
    """Place, language and text of every label that is given in three languages."""
    for name in LABEL_FILES:
        content = (PACKAGE / name).read_text(encoding="utf-8")
        if name.endswith(".csv"):
            yield from _labels_of_table(name, content)
        else:
            yield from _labels_within(name, yaml.safe_load(content))


def _labels_of_table(name: str, content: str) -> Iterator[tuple[str, str, str]]:
    for row in csv.DictReader(io.StringIO(content)):
        for column, text in row.items():
            if column.rpartition("_")[2] in LANGUAGES:
                yield name, column.rpartition("_")[2], text


def _labels_within(place: str, node: object) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, dict):
        for key, child in node.items():
            if key in LANGUAGES and isinstance(child, str):
                yield place, key, child
            else:
                yield from _labels_within(f"{place} {key}", child)


def used_terms(glossary: Glossary) -> set[str]:
    """The ids of the terms that stand in a message."""
    return {id_ for text in texts() for id_ in terms_of(text, glossary)}


def render(glossary: Glossary) -> str:
    """The page: a table of the terms, and what is not written for them."""
    rows = [_row(term) for term in glossary.terms]
    head = ["| English | Marathi | Hindi | note |", "|---|---|---|---|"]
    avoided = [
        f"| {term.words[language]} | {_plain(word)} | {reason} |"
        for term, language, word, reason in _forbidden(glossary)
    ]
    return "\n".join(
        [
            INTRODUCTION,
            *head,
            *rows,
            "\n## Not written\n",
            "| for | not | because |",
            "|---|---|---|",
            *avoided,
            "",
        ]
    )


def _row(term: Term) -> str:
    notes = [term.note, f"For the {term.reserved_for}." if term.reserved_for else ""]
    cells = [*(term.words[code] for code in LANGUAGES), " ".join(filter(None, notes))]
    return f"| {' | '.join(cells)} |"


def _plain(pattern: str) -> str:
    """A regular expression without what it looks for around the word."""
    return re.sub(r"\(\?<?!.*?\)", "", pattern)


if __name__ == "__main__":
    sys.exit(main())
