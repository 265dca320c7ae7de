"""Made posts of a city in five kinds of language, the same for the same seed.

A post is one or two sentences about a problem at a place of the gazetteer, then words
drawn by rank (Zipf) from a vocabulary that is spelled out of syllables, and now and
then a handle, a hashtag, an address or an emoji. Nobody in it exists.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from socialcell.connectors.base import Metric, Record, RecordAuthor
from socialcell.language.names.places import places

END = datetime(2026, 11, 23, tzinfo=UTC)
DAYS = 365
MEAN_EXTRA_WORDS = 10.7
VOCABULARY = 20_000
PEOPLE_PER_POST = 0.1

# How often each language is written, and how its sentences go.
SHARES = {"mr": 0.3, "en": 0.25, "hi": 0.15, "mr-Latn": 0.15, "hi-Latn": 0.15}
SENTENCES = {
    "mr": (
        "{place} मध्ये {n} दिवसांपासून पाणी आले नाही.",
        "{place} येथे कचरा उचलला जात नाही, खूप दुर्गंधी येते.",
        "रस्त्यावर मोठे खड्डे पडले आहेत, {place} कडे कोणी लक्ष देत नाही.",
        "{place} परिसरात दिवे सुरू झाले, महापालिकेचे आभार.",
        "{place} चौकात वाहतूक कोंडी झाली आहे.",
        "आज {place} येथे आरोग्य शिबिर आहे का?",
    ),
    "en": (
        "No water in {place} for {n} days.",
        "Garbage is not collected near {place} and it stinks.",
        "Huge potholes on the road at {place}, please look into it.",
        "Thank you, the street lights in {place} work again.",
        "Traffic jam near {place} since morning.",
        "When will the property tax camp in {place} open?",
    ),
    "hi": (
        "{place} में {n} दिन से पानी नहीं आया है।",
        "{place} के पास कचरा पड़ा है, बहुत बदबू आती है।",
        "सड़क पर बड़े गड्ढे हैं, {place} की ओर कोई ध्यान नहीं देता।",
        "{place} की बत्तियाँ ठीक हो गईं, धन्यवाद।",
        "{place} चौराहे पर बहुत जाम लगा है।",
        "क्या {place} में आज टीकाकरण शिविर है?",
    ),
    "mr-Latn": (
        "{place} madhe {n} divas pani nahi ale.",
        "{place} javal kachra uchalla nahi, khup vaas yeto.",
        "Rastyavar motthe khadde ahet, {place} kade koni baghat nahi.",
        "{place} che dive suru zale, dhanyavad.",
        "{place} la khup traffic ahe aaj.",
        "{place} madhe camp kadhi ahe?",
    ),
    "hi-Latn": (
        "{place} mein {n} din se paani nahi aaya.",
        "{place} ke paas kachra pada hai, bahut badbu hai.",
        "Sadak par bade gaddhe hain, {place} ka koi dhyan nahi rakhta.",
        "{place} ki lights theek ho gayi, shukriya.",
        "{place} par bahut jam laga hai yaar.",
        "Kya {place} mein aaj camp hai?",
    ),
}
LATIN = "ka ra va ta na ma la sa pa ha ri ni ti ve do shi gu be jo dha"
ENGLISH = "ter on ing st re con tion ly ed pro ble im ent al per mo"
NAGARI = "क रा वि ता ना म ली स पु ह री नि टे वे दो शी गु बे जो धा"
EXTRAS = ("🙏", "😡", "#Pune", "#मनपा", "@cityhall", "https://city.example/p/{n}", "!!")
METRICS = (("like_count", "reactions"), ("reply_count", "comments"))


@dataclass(frozen=True)
class Words:
    """A vocabulary by rank, and how often each rank is drawn in sum (Zipf)."""

    ranked: list[str]
    cumulative: list[float]

    def some(self, rng: random.Random, n: int) -> list[str]:
        return rng.choices(self.ranked, cum_weights=self.cumulative, k=n)


def texts(n: int, seed: int = 7) -> Iterator[str]:
    """`n` posts, about 25 tokens each."""
    rng = random.Random(f"texts {seed}")
    latin, nagari, english = map(_vocabulary, (LATIN, NAGARI, ENGLISH))
    words = {"mr": nagari, "hi": nagari, "en": english}
    for _ in range(n):
        language = rng.choices([*SHARES], [*SHARES.values()])[0]
        yield _post(rng, language, words.get(language, latin))


def records(
    n: int, seed: int = 7, first: int = 0, different: int | None = None
) -> Iterator[Record]:
    """The posts as a platform gives them, over a year, by a tenth as many people.

    After `different` of them the texts come again, in the same order.
    """
    rng = random.Random(f"records {seed} {first}")
    step = timedelta(days=DAYS) / n
    people = max(1, round(n * PEOPLE_PER_POST))
    said = texts(n, seed)
    if different is not None and different < n:
        said = itertools.islice(itertools.cycle(texts(different, seed)), n)
    for at, text in enumerate(said):
        id_ = str(10**9 + first + at)
        uid = str(rng.randrange(people))
        yield Record(
            platform="x",
            external_id=id_,
            text=text,
            raw={"id": id_, "text": text, "author_id": uid, "lang": "und"},
            authored_at=END - timedelta(days=DAYS) + at * step,
            url=f"https://platform.example/{uid}/{id_}",
            author=RecordAuthor(uid, f"person{uid}", f"Person {uid}"),
            conversation=id_,
            metrics=tuple(
                Metric(name, rng.randrange(50), common) for name, common in METRICS
            ),
        )


def _post(rng: random.Random, language: str, words: Words) -> str:
    chosen = rng.sample(SENTENCES[language], rng.choice((1, 1, 2)))
    names = [_name(rng, language) for _ in chosen]
    said = [
        sentence.format(place=name, n=rng.randrange(2, 9))
        for sentence, name in zip(chosen, names, strict=True)
    ]
    said += words.some(rng, round(rng.expovariate(1 / MEAN_EXTRA_WORDS)))
    if rng.random() < 0.5:
        said.append(rng.choice(EXTRAS).format(n=rng.randrange(10**6)))
    return " ".join(said)


def _name(rng: random.Random, language: str) -> str:
    place = rng.choice(_PLACES)
    return {"mr": place.name_mr, "hi": place.name_hi}.get(language, place.name_en)


@cache
def _vocabulary(spelled: str) -> Words:
    """Different words by rank: the frequent ones are the short ones, as in life.

    They are the same for every seed: a city does not change its language.
    """
    syllables = spelled.split()
    rng = random.Random(f"words {spelled}")
    twos = ["".join(pair) for pair in itertools.product(syllables, repeat=2)]
    threes = ["".join(some) for some in itertools.product(syllables, repeat=3)]
    fours = ["".join(rng.choices(syllables, k=4)) for _ in range(VOCABULARY)]
    for some in (twos, threes, fours):
        rng.shuffle(some)
    ranked = list(dict.fromkeys([*twos, *threes, *fours]))[:VOCABULARY]
    weights = (1 / (rank + 10) for rank in range(len(ranked)))
    return Words(ranked, list(itertools.accumulate(weights)))


_PLACES = [place for place in places() if place.label == "PLACE"]
