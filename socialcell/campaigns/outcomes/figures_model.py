"""The tables of campaigns: daily figures of ads, search results and app stores.

A row is one day of one campaign, query, page or cut. `key` is a hash of the columns
that identify it (texts of queries and pages are longer than an index may hold).
Networks and stores restate their figures: `first` then keeps the measures as they were
stored first, `restated_at` when they last
changed, `restatements` how often. NULL is not reported, never 0.
"""

from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from socialcell.db import BigId

Measure: TypeAlias = bool | int | float | dict[str, float] | None
"""A figure of a row; `installs` are by conversion action. None is not reported."""

Measures: TypeAlias = dict[str, Measure]
"""The figures of a row by the name of their column."""

FIRST_FIGURES = JSON(none_as_null=True)  # measures as they were stored first


class AdDay(SQLModel, table=True):
    """A day of a campaign, ad group or ad, on the account's own clocks (`zone`).

    `installs` holds conversions by action type; rows of different levels, and types
    that overlap, are never added up.
    """

    __tablename__ = "ad_fact"
    __table_args__ = (Index("ad_fact_by_day", "day", "level"),)
    key: str = Field(primary_key=True)
    network: str  # google_ads | meta_ads
    account: str
    level: str  # campaign | ad_group | ad
    campaign: str
    ad_group: str | None = None
    ad: str | None = None
    day: date
    zone: str
    currency: str
    campaign_name: str
    ad_group_name: str | None = None
    ad_name: str | None = None
    impressions: int | None = Field(default=None, sa_type=BigId)
    reach: int | None = Field(default=None, sa_type=BigId)
    clicks: int | None = Field(default=None, sa_type=BigId)
    link_clicks: int | None = Field(default=None, sa_type=BigId)
    video_views: int | None = Field(default=None, sa_type=BigId)
    cost_micros: int | None = Field(default=None, sa_type=BigId)
    conversions: float | None = None
    installs: dict[str, float] = Field(sa_column=Column(JSON, nullable=False))
    stored_at: datetime
    restated_at: datetime | None = None
    restatements: int = 0
    first: Measures | None = Field(default=None, sa_type=FIRST_FIGURES)


class SearchDay(SQLModel, table=True):
    """A day of a site's search results for one query or page, or in all."""

    __tablename__ = "search_fact"
    __table_args__ = (Index("search_fact_by_day", "site", "dimension", "day"),)
    key: str = Field(primary_key=True)
    site: str
    dimension: str  # query | page | total
    value: str  # the query or the page; "" in all
    day: date  # Pacific
    clicks: int | None = Field(default=None, sa_type=BigId)
    impressions: int | None = Field(default=None, sa_type=BigId)
    position: float | None = None
    final: bool
    stored_at: datetime
    restated_at: datetime | None = None
    restatements: int = 0
    first: Measures | None = Field(default=None, sa_type=FIRST_FIGURES)


class StoreDay(SQLModel, table=True):
    """A day of one figure of an app store, in the store's zone, for one cut of it.

    `definition` is the store's own name of what it counts: figures of different
    definitions are never compared or added. `withheld`: kept back by a threshold.
    """

    __tablename__ = "store_fact"
    __table_args__ = (Index("store_fact_by_day", "store", "metric", "day"),)
    key: str = Field(primary_key=True)
    store: str  # google_play | app_store
    app: str
    metric: str
    definition: str
    dimension: str  # total, or the names of the cut, with commas
    cut: str  # "", the value, or a JSON list of the values
    day: date
    zone: str
    value: int | None = Field(default=None, sa_type=BigId)
    withheld: bool
    stored_at: datetime
    restated_at: datetime | None = None
    restatements: int = 0
    first: Measures | None = Field(default=None, sa_type=FIRST_FIGURES)
