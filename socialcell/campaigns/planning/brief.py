"""The brief of an initiative: one YAML file, validated when it is read."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from socialcell.campaigns.creators.creator import FORMATS
from socialcell.campaigns.links.utm_naming import CHANNELS
from socialcell.campaigns.links.utm_naming import normalise_name as named
from socialcell.config import read_as
from socialcell.errors import ConfigError, SocialcellError, UnreadableValue
from socialcell.settings.section import ConfigSection
from socialcell.text import clean_text

Lang = Literal["mr", "hi", "en"]
_MAX_DAYS = 92
_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
Name = Annotated[str, Field(min_length=1, max_length=100)]


class BriefError(SocialcellError):
    """The file of an initiative cannot be used: where, and what is wrong."""


class BriefAsset(ConfigSection):
    """A message to be posted: words by language, format, channels and how often.

    `least` and `most` count creators; without `start` and `end` it may be said on all
    days of the initiative, at `at` o'clock in Pune. Posted by the creator, who names
    the cell; or by the `cell`, which tags the creator.
    """

    name: Name
    format: str = "post"
    channels: tuple[str, ...] = Field(min_length=1)
    words: dict[Lang, str] = Field(min_length=1)
    start: date | None = None
    end: date | None = None
    at: str = Field(default="18:30", pattern=_TIME)
    least: int = Field(default=0, ge=0, le=500)
    most: int = Field(default=5, ge=1, le=500)
    posted_by: Literal["creator", "cell"] = "creator"

    @field_validator("format")
    @classmethod
    def _a_format(cls, format_: str) -> str:
        return _one_of(format_, FORMATS)

    @field_validator("channels")
    @classmethod
    def _known(cls, channels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_one_of(channel, tuple(CHANNELS)) for channel in channels)

    @field_validator("words")
    @classmethod
    def _clean(cls, texts: dict[Lang, str]) -> dict[Lang, str]:
        words = {lang: clean_text(text).strip() for lang, text in texts.items()}
        if empty := [lang for lang, text in words.items() if not text]:
            raise UnreadableValue("plans.empty_words", language=empty[0])
        return words

    @model_validator(mode="after")
    def _in_order(self) -> "BriefAsset":
        if self.most < self.least:
            raise UnreadableValue(
                "plans.least_above_most", least=self.least, most=self.most
            )
        return self


class Draw(ConfigSection):
    """A random draw. `wards`: each ward is drawn into one of `waves`, which
    begin `days` apart; with `hold` the last wave never begins. `switchback`: spans of
    `days` are drawn, half of them with tags and half without."""

    kind: Literal["wards", "switchback"]
    seed: int = Field(default=1, ge=0, lt=2**31)
    days: int = Field(default=7, ge=1, le=31)
    waves: int = Field(default=2, ge=2, le=10)
    hold: bool = True


class CampaignBrief(ConfigSection):
    """An initiative: goal, audience, wards, days, budget, landing pages and assets."""

    campaign: Name
    initiative: Name
    goal: Name = "activated_users"
    audience: str = ""
    wards: tuple[str, ...] = ()
    ward_least: int = Field(default=1, ge=0, le=100)
    languages: dict[Lang, Annotated[int, Field(ge=0, le=100)]] = Field(
        default_factory=dict
    )
    start: date
    end: date
    budget: int = Field(ge=0, le=10**10)
    web: str
    android: str | None = None
    ios: str | None = None
    assets: tuple[BriefAsset, ...] = Field(min_length=1, max_length=500)
    creators: tuple[str, ...] = ()
    posts_each: int = Field(default=1, ge=1, le=30)
    seen: float = Field(default=0.3, gt=0, lt=1)
    blackout: tuple[date, ...] = ()
    open_on: tuple[date, ...] = ()
    draw: Draw | None = None

    @model_validator(mode="after")
    def _whole(self) -> "CampaignBrief":
        if self.end < self.start:
            raise UnreadableValue(
                "plans.end_before_start", start=self.start, end=self.end
            )
        if (self.end - self.start).days >= _MAX_DAYS:
            raise UnreadableValue("plans.long_initiative", limit=_MAX_DAYS)
        if sum(self.languages.values()) > 100:
            raise UnreadableValue("plans.shares_above_all")
        names: set[str] = set()
        for asset in self.assets:
            if named(asset.name, "asset") in names:
                raise UnreadableValue("plans.asset_twice", asset=asset.name)
            names.add(named(asset.name, "asset"))
            first, last = asset.start or self.start, asset.end or self.end
            if not self.start <= first <= last <= self.end:
                raise UnreadableValue(
                    "plans.asset_outside",
                    asset=asset.name,
                    first=first,
                    last=last,
                    start=self.start,
                    end=self.end,
                )
        if self.draw and self.draw.kind == "wards" and len(self.wards) < 2:
            raise UnreadableValue("plans.draw_of_one_ward")
        return self


def read_brief(path: Path) -> CampaignBrief:
    """The initiative of a YAML file. BriefError lists every problem with its line."""
    try:
        return read_as(path, CampaignBrief)
    except ConfigError as error:
        raise BriefError(error.message.code, **error.message.parameters) from None


def _one_of(word: str, choices: tuple[str, ...]) -> str:
    if word not in choices:
        raise UnreadableValue("plans.no_choice", text=word, choices=choices)
    return word
