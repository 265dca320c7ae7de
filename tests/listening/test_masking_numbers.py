"""Numbers that stand for one person are hidden, and what looks like them is not."""

import sys
import time
import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell.listening.people.masking import unnamed
from socialcell.listening.people.masking_copy import has_digit
from socialcell.listening.people.masking_numbers import is_verhoeff

DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
# 9999 4105 7058 is a number of UIDAI's own documentation for tests.
AADHAAR = "999941057058"


@pytest.mark.parametrize(
    "text",
    [
        # telephones
        "98220\u00a012345",
        "98220\u202f12345",
        "98220,12345",
        "98220, 12345",
        "98220_12345",
        "98220*12345",
        "98220 - 12345",
        "98220 ** 12345",
        "9*8*2*2*0*1*2*3*4*5",
        "9, 8, 2, 2, 0, 1, 2, 3, 4, 5",
        "98-22-01-23-45",
        "+91*98220*12345",
        "(+91)\u00a098220_12345",
        "020,2447,1234",
        "९८२२०\u00a0१२३४५",
        "९८२२०,१२३४५",
        "+९१_९८२२०_१२३४५",
        # Aadhaar
        "9999 4105 7058",
        "9999-4105-7058",
        "999941057058",
        "९९९९ ४१०५ ७०५८",
        # PAN
        "ABCDE1234F",
        "abcde1234f",
        "ABCDE 1234 F",
        "ABCDE-१२३४-F",
        # vehicles
        "MH12AB1234",
        "mh12ab1234",
        "MH 12 AB 1234",
        "MH-12-AB-1234",
        "MH.12.AB.1234",
        "MH12 A 7",
        "mh 12 ab 1234",
        "MH 12 1234",
        "MH १२ AB १२३४",
        "ka 01 ab 1234",
        "22 BH 1234 AA",
        "एमएच १२ एबी १२३४",
        "एम.एच. १२ ए १२३४",
    ],
)
def test_a_number_of_a_person_is_hidden_however_it_is_written(text: str) -> None:
    assert unnamed(text).strip("(") == "•••"
    assert unnamed(f"see {text}, now") == "see " + (
        "(•••, now" if text.startswith("(") else "•••, now"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Aadhaar no. 2345 6789 1234", "Aadhaar no. •••"),
        ("२३४५६७८९१२३४ हा माझा आधार", "••• हा माझा आधार"),
        ("A/c no. 123456789012345, IFSC SBIN0001234", "A/c no. •••, IFSC •••"),
        ("12345678901 / HDFC0000123", "••• / •••"),
        ("खाते क्र. १२३४५६७८९०१", "खाते क्र. •••"),
        ("pan: abcde 1234 f", "pan: •••"),
        ("MH12AB1234ने धडक दिली", "•••ने धडक दिली"),
        ("9822012345, 9822012346", "•••, •••"),
    ],
)
def test_words_beside_a_number_say_what_it_is(text: str, shown: str) -> None:
    assert unnamed(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "asha[at]gmail.com",
        "asha [at] gmail.com",
        "asha(at)gmail(dot)com",
        "asha (at) mail dot co dot in",
        "asha {at} mail [dot] com",
        "asha at gmail dot com",
        "asha at gmail.com",
        "asha.k+pune AT gmail DOT com",
        "आशा (ॲट) डाक (डॉट) भारत",
    ],
)
def test_an_address_that_is_spelt_out_is_hidden(text: str) -> None:
    assert unnamed(text) == "•••@•••"
    assert unnamed(f"mail {text}") == "mail •••@•••"


@pytest.mark.parametrize(
    "text",
    [
        "wards 6,7,8,9,10,11,12 have no water",
        "wards 7, 12, 15, 21, 33, 5 have no water",
        "प्रभाग ६, ७, ८, ९, १०, ११, १२",
        "₹7,50,00,00,000 for the bridge, 9,822,012,345 litres a day",
        "₹2,34,56,78,90,123 of the budget",
        "7,50,000, 9,00,000 and 6,25,000 rupees",
        "on 9.1.2026 10.30 and on 01.02.2026 9.30",
        "on 21-11-2026 08.30, on 2026-11-21 08.30, on 9/1/2026, 10.30",
        "water 6.30 - 8.30, 10.00 only",
        "pincode 411038, MH 411038, पिन ४११०३८",
        "#MH12 is Pune, MH 12 and MH14",
        "helpline 1077, 112, 101, 1800 1030 222, 18002334151",
        "complaint no. 123456, token T-20261121-001, ticket 20261121/44",
        "post 1991000000000000001, 104857600123456_122100000000001",
        "https://news.example/articleshow/999941057058.cms",
        "123456789012 people",
        "the account of 20-11-2026 0830",
        "as 20 to 2000 people, or 12 in 1500, up 10 and 2000",
        "water 2026 a pipe, SINCE 2019 A YEAR",
        "एमएच १२ मध्ये ५ गाड्या",
        "meet at pune.gov.in, complained at the office, look at this dot",
    ],
)
def test_what_looks_like_a_number_of_a_person_stays(text: str) -> None:
    assert unnamed(text) == text


def test_a_check_digit_is_the_one_of_verhoeff() -> None:
    # 236 has the check digit 3: en.wikipedia.org/wiki/Verhoeff_algorithm
    assert [is_verhoeff([2, 3, 6, digit]) for digit in range(10)] == [
        digit == 3 for digit in range(10)
    ]
    assert is_verhoeff([int(sign) for sign in AADHAAR])


SEPARATORS = st.sampled_from(
    ["", " ", "-", ".", "\u00a0", "\u202f", "_", "*", "–", "‑", " - ", "\u200b", " * "]
)
CHUNKS = st.sampled_from([(10,), (5, 5), (3, 3, 4), (4, 3, 3), (4, 6), (1,) * 10])
SURROUNDINGS = st.sampled_from(["", " ", "call ", "फोन ", "\n", "(", "“", "#", "म"])


def cut(digits: str, chunks: tuple[int, ...], separator: str) -> str:
    pieces, rest = [], digits
    for length in chunks:
        pieces.append(rest[:length])
        rest = rest[length:]
    return separator.join(pieces)


@given(
    st.from_regex(r"[6-9][0-9]{9}", fullmatch=True),
    CHUNKS,
    SEPARATORS,
    SURROUNDINGS,
    SURROUNDINGS,
    st.booleans(),
)
def test_no_separator_lets_a_mobile_number_out(
    digits: str,
    chunks: tuple[int, ...],
    separator: str,
    before: str,
    behind: str,
    devanagari: bool,
) -> None:
    number = cut(digits, chunks, separator)

    found = unnamed(
        before + (number.translate(DEVANAGARI) if devanagari else number) + behind
    )

    assert found == f"{before}•••{behind}"


@given(
    st.from_regex(r"[2-9][0-9]{10}", fullmatch=True),
    st.sampled_from([(12,), (4, 4, 4)]),
    SEPARATORS,
    SURROUNDINGS,
)
def test_no_separator_lets_an_aadhaar_number_out(
    digits: str, chunks: tuple[int, ...], separator: str, before: str
) -> None:
    (check,) = (n for n in range(10) if is_verhoeff([*map(int, digits), n]))
    number = cut(f"{digits}{check}", chunks, separator)

    assert unnamed(f"{before}{number}") == f"{before}•••"


@given(
    st.sampled_from(["MH", "KA", "DL", "GJ"]),
    st.integers(1, 99),
    st.from_regex(r"[A-Z]{1,2}", fullmatch=True),
    st.integers(1, 9999),
    SEPARATORS,
    SURROUNDINGS,
)
def test_no_separator_lets_a_vehicle_out(
    state: str, office: int, series: str, n: int, separator: str, before: str
) -> None:
    number = separator.join((state, f"{office:02d}", series, f"{n:04d}"))

    assert unnamed(f"{before}{number}") == f"{before}•••"


@given(
    st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    st.sampled_from(["{:%d-%m-%Y}", "{:%d.%m.%Y}", "{:%d/%m/%Y}", "{:%Y-%m-%d}"]),
    st.sampled_from(["", " 08.30", ", 10.30", " 0830", " 08:30", " - 3"]),
    st.booleans(),
)
def test_a_date_and_its_time_are_no_number_of_a_person(
    day: date, form: str, moment: str, devanagari: bool
) -> None:
    text = form.format(day) + moment
    text = text.translate(DEVANAGARI) if devanagari else text

    assert unnamed(text) == text


@given(st.integers(0, 10**13), st.booleans())
def test_money_with_its_commas_is_no_number_of_a_person(
    amount: int, indian: bool
) -> None:
    text = f"₹{grouped(amount) if indian else f'{amount:,}'} spent"

    assert unnamed(text) == text


def grouped(amount: int) -> str:
    """As India groups: 12,34,56,789."""
    head, last = divmod(amount, 1000)
    if not head:
        return str(last)
    pieces = [f"{last:03d}"]
    while head >= 100:
        head, pair = divmod(head, 100)
        pieces.append(f"{pair:02d}")
    return ",".join(reversed([*pieces, str(head)]))


@given(st.sets(st.integers(1, 58), min_size=2, max_size=12), SEPARATORS)
def test_a_list_of_wards_is_no_number_of_a_person(
    wards: set[int], separator: str
) -> None:
    text = "wards " + (separator if separator.strip() else ", ").join(
        map(str, sorted(wards))
    )

    if len(wards) > 3:
        assert unnamed(text) == text


TEXTS = st.lists(
    st.sampled_from(
        ["98220", "12345", "9999 4105 7058", "MH", "12", "AB", "ABCDE", "1234", "F",
         "a/c", "SBIN0001234", " ", "-", ",", "*", "_", "at", "[at]", "dot",
         "gmail.com", "@", "x", "२", "आधार", "एमएच", "0", "+91", "\u00a0", "."]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(TEXTS)
def test_what_was_hidden_once_changes_no_more(text: str) -> None:
    once = unnamed(text)

    assert unnamed(once) == once


@pytest.mark.parametrize(
    "piece",
    ["9,", "98220,", "9_", "*", "9*", "\u00a09", "MH ", "MH 12 ", "MH12AB", "at ",
     "ABCDE123", "a/c ", "a/c 1", "SBIN0001234 1", "2345 ", "a at ", "a[at]", "एम",
     "a [at] b dot ", "एमएच १", "एम एच १२ ए", "1 ", "12345678 ", "1,", "1,00"],
)  # fmt: skip
def test_the_time_grows_with_the_length_of_a_hostile_text(piece: str) -> None:
    started = time.process_time()

    unnamed(piece * (100_000 // len(piece)))

    assert time.process_time() - started < 5  # about 0.2 s; a square would be minutes


def test_every_day_of_a_year_with_a_time_stays() -> None:
    first = date(2026, 1, 1)
    for n in range(365):
        text = f"{first + timedelta(days=n):%d.%m.%Y} 9.30"
        assert unnamed(text) == text


def test_every_sign_that_stands_for_a_digit_is_seen_as_one() -> None:
    signs = map(chr, range(sys.maxunicode + 1))

    assert [
        s for s in signs if (unicodedata.digit(s, None) is None) == has_digit(s)
    ] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # As few digits as a number of the kind has.
        ("PAN ABCDE1234F", "PAN •••"),
        ("ration card no 12345", "ration card no •••"),
        ("phone 24471234", "phone •••"),
        ("phone +12345678", "phone •••"),
        ("call 98220Ol23S, 98220Ol2l4", "call 98220Ol23S, •••"),
        ("call 98220OlIl4", "call •••"),
        ("98220/12345", "•••"),
        ("voter id ABC1234567", "voter id •••"),
        ("passport A1234567", "passport •••"),
        ("driving licence MH12 20110012345", "driving licence •••"),
        ("vid 1234567890123456", "vid •••"),
        ("khata 123456789", "khata •••"),
        ("card 4111 1111 1111 1111", "card •••"),
        ("SBIN0AB1234", "•••"),
        ("IFSC SBINOabcdef 1", "IFSC ••• 1"),
        ("27ABCPK1234F1ZA", "•••"),
        ("ka1a2", "•••"),
        ("lat: 8.520", "lat•••"),
        ("18°3′", "•••"),
        ("18º3′", "•••"),
        ("B-302 , Sai Residency", "••• , •••"),
        ('villa "Anand" 7', 'villa "•••" 7'),
        ("bungalow 'Anand' 7", "bungalow '•••' 7"),
        ("bunglow “Anand” 7", "bunglow “•••” 7"),
        ("बंगला ‘आनंद’ 7", "बंगला ‘•••’ 7"),
        ("GEO:18.5,73.8", "GEO:•••"),
        ("7JFJGRC2+XV", "•••"),
        ("my flat 7", "my flat •••"),
        ("h no 7", "h no •••"),
        ("born on 7 May", "born on •••"),
        # Letters that an expression which ignores case takes for i and s.
        ("my unİt 7", "my unİt •••"),
        ("ſadnika 7", "ſadnika •••"),
    ],
)
def test_the_shortest_number_of_each_kind_is_hidden(text: str, shown: str) -> None:
    assert unnamed(text) == shown
