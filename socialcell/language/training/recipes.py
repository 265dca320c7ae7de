"""Which files make which model, under which licence, and what is held out of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from socialcell.language.ngram_features import Grams
from socialcell.language.training.cards import DataFacts

SENTIMENT = {"neg": "negative", "neu": "neutral", "pos": "positive"}
_GRAMS = Grams(chars=(2, 5), words=2, bits=18)
_SOUND_GRAMS = Grams(chars=(2, 5), words=2, bits=18, sounds=(2, 4))  # spelled at will
LANGUAGES = ("en", "hi", "mr", "hi-Latn", "mr-Latn")
_L3CUBE = "CC BY-NC-SA 4.0"
_UNSTATED = "no licence stated; research use only"


@dataclass(frozen=True, slots=True)
class PostSource:
    """One file of labelled posts.

    One of `hold_out` posts measures the model (0: none). `most` caps classes that
    would drown the others; `label` is given to posts of a file made for another task;
    `only` keeps the posts that the language model takes for that language. Each post of
    a small set counts `times` so that it is heard beside a large one. `in_package`
    stands for our own posts, labelled with the languages their files are named after.
    """

    file: str
    origin: str
    licence: str
    hold_out: int = 0
    most: Mapping[str, int] = field(default_factory=dict)
    label: str | None = None
    only: str | None = None
    times: int = 1
    in_package: bool = False

    def facts(self) -> DataFacts:
        """What a card says of it."""
        return {"file": self.file, "origin": self.origin, "licence": self.licence}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One linear model: `measures` are files that are held out whole."""

    name: str
    task: str
    folder: str  # of the licence: open or nc
    licence: str
    classes: tuple[str, ...]
    sources: tuple[PostSource, ...]
    measures: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)  # of the files, to ours
    grams: Grams = _GRAMS
    cost: float = 0.3
    cuts: bool = False  # also train on the first words of each post


def _sentiment(
    language: str,
    licence: str,
    sources: tuple[PostSource, ...],
    *measures: str,
    grams: Grams = _GRAMS,
    cost: float = 0.3,
) -> Recipe:
    return Recipe(
        name=f"sentiment-{language}",
        task="sentiment",
        folder="nc",
        licence=licence,
        classes=tuple(SENTIMENT.values()),
        sources=sources,
        measures=tuple(f"sentiment/{name}_val.jsonl" for name in measures),
        labels=SENTIMENT,
        grams=grams,
        cost=cost,
    )


_MAHASENT = "L3Cube-MahaSent-MD (l3cube-pune/MarathiNLP)"
_MUMBAI = PostSource(
    "topic/en_mumbai_complaint_train.jsonl",
    "Mumbai complaint tweets (pratiksha-naikk)",
    "GPL-3.0",
    hold_out=6,
)
_BENGALURU = PostSource(
    "topic/en_bengaluru_civic_train.jsonl",
    "Bengaluru civic complaints (ShriyaShankar/mini-project)",
    "MIT",
    hold_out=8,
)

RECIPES: tuple[Recipe, ...] = (
    Recipe(
        name="language",
        task="language",
        folder="nc",
        licence=f"{_L3CUBE}; parts: {_UNSTATED}; GPL-3.0",
        classes=LANGUAGES,
        sources=(
            PostSource(
                "langid/langid_5way_train.jsonl",
                "built from the sentiment sets of this folder",
                f"{_L3CUBE}; parts: {_UNSTATED}",
                hold_out=10,
            ),
            PostSource(
                _MUMBAI.file, _MUMBAI.origin, _MUMBAI.licence, hold_out=6, label="en"
            ),
            PostSource(
                _BENGALURU.file,
                _BENGALURU.origin,
                _BENGALURU.licence,
                hold_out=2,
                most={"en": 1500},
                label="en",
            ),
            # Short and colloquial Marathi, of which the first file has little.
            PostSource(
                "sentiment/mr_mahasent_st_train.jsonl",
                _MAHASENT,
                _L3CUBE,
                most={"mr": 3000},
                label="mr",
            ),
            # What citizens write to a city, in all five.
            PostSource(
                "labels/once (in the package)",
                "invented civic posts; the language is the name of the file",
                "as the code",
                hold_out=10,
                in_package=True,
            ),
        ),
        grams=Grams(chars=(1, 4), words=1, bits=17),
        cuts=True,
    ),
    _sentiment(
        "mr",
        _L3CUBE,
        (
            *(
                PostSource(
                    f"sentiment/mr_mahasent_{kind}_train.jsonl", _MAHASENT, _L3CUBE
                )
                for kind in ("gt", "mr", "st")
            ),
            PostSource(
                "sentiment/mr_mahasent_pt_val.jsonl",
                _MAHASENT,
                _L3CUBE,
                hold_out=5,
                times=2,
            ),
            PostSource(
                "sentiment/mr_mahasent_pt_extra.jsonl",
                "L3CubeMahaSent, extra posts (l3cube-pune/MarathiNLP)",
                _L3CUBE,
                most={"pos": 300},
            ),
        ),
        "mr_mahasent_gt",
        "mr_mahasent_mr",
        "mr_mahasent_st",
    ),
    _sentiment(
        "mr-Latn",
        _L3CUBE,
        (
            PostSource(
                "sentiment/mrlatn_mesent_train.jsonl",
                "L3Cube-MeSent (l3cube-pune/MarathiNLP)",
                _L3CUBE,
            ),
        ),
        "mrlatn_mesent",
        grams=_SOUND_GRAMS,
    ),
    _sentiment(
        "hi",
        _UNSTATED,
        (
            PostSource(
                "sentiment/hi_tweets_train.jsonl",
                "Hindi tweets (yashkataruka/NLP-Project)",
                _UNSTATED,
                hold_out=8,
            ),
        ),
    ),
    _sentiment(
        "hi-Latn",
        _UNSTATED,
        (
            PostSource(
                "sentiment/hilatn_sentimix_train.jsonl",
                "SentiMix, SemEval-2020 task 9",
                _UNSTATED,
            ),
        ),
        "hilatn_sentimix",
        grams=_SOUND_GRAMS,
        cost=0.1,
    ),
    _sentiment(
        "en",
        f"research use; the texts must not be passed on; parts: {_L3CUBE}",
        (
            PostSource(
                "sentiment/en_semeval_train.jsonl",
                "SemEval 2013 to 2016, task A",
                "research use; the texts must not be passed on",
            ),
            # English as it is written in India, found among the romanised posts.
            PostSource(
                "sentiment/mrlatn_mesent_train.jsonl",
                "L3Cube-MeSent (l3cube-pune/MarathiNLP), posts in English",
                _L3CUBE,
                only="en",
            ),
            PostSource(
                "sentiment/hilatn_sentimix_train.jsonl",
                "SentiMix, SemEval-2020 task 9, posts in English",
                _UNSTATED,
                only="en",
            ),
        ),
        "en_semeval",
    ),
    Recipe(
        name="complaint",
        task="complaint",
        folder="nc",
        licence="GPL-3.0",
        classes=("complaint", "other"),
        sources=(_MUMBAI,),
    ),
    Recipe(
        name="topics9",
        task="topics9",
        folder="open",
        licence="MIT",
        classes=(
            "Air",
            "Plastic",
            "Potholes",
            "Sanitation",
            "Sewage",
            "Streetlights",
            "Traffic/Parking",
            "Waste/Garbage",
            "Water",
        ),
        sources=(_BENGALURU,),
        grams=Grams(chars=(2, 5), words=2, bits=17),
    ),
)


@dataclass(frozen=True, slots=True)
class TaggerRecipe:
    """One tagger of names, from CoNLL files."""

    name: str
    folder: str
    licence: str
    sources: tuple[PostSource, ...]


TAGGERS: tuple[TaggerRecipe, ...] = (
    TaggerRecipe(
        name="entities-mr",
        folder="nc",
        licence=_L3CUBE,
        sources=(
            PostSource(
                "ner/mr_mahasocialner_valid.conll",
                "L3Cube-MahaSocialNER (l3cube-pune/MarathiNLP)",
                _L3CUBE,
                hold_out=8,
            ),
            PostSource(
                "ner/mr_mahaner_valid.conll",
                "L3Cube-MahaNER (l3cube-pune/MarathiNLP)",
                _L3CUBE,
                hold_out=8,
            ),
        ),
    ),
    TaggerRecipe(
        name="entities-hi",
        folder="open",
        licence="CC BY-SA 4.0",
        sources=(
            PostSource(
                "ner/hi_hiner_split_train.conll",
                "HiNER, collapsed (cfiltnlp/HiNER)",
                "CC BY-SA 4.0",
                hold_out=10,
            ),
        ),
    ),
)

# What the nets of danger learn from beside invented posts: what people wrote to cities,
# and about anything. The last are files that measure.
CITY_TEXTS = (_MUMBAI, _BENGALURU)
_OF_FEELINGS = tuple(recipe for recipe in RECIPES if recipe.task == "sentiment")
TALK_TEXTS = tuple(
    source
    for recipe in _OF_FEELINGS
    for source in recipe.sources
    if source.only is None and source.file.endswith("_train.jsonl")
)
TALK_MEASURES = tuple(file for recipe in _OF_FEELINGS for file in recipe.measures)
