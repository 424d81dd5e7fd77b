"""What the spending report answers."""

from datetime import date, datetime

from pydantic import BaseModel, Field


class SpendingByDay(BaseModel):
    """Calls of one day, model and outcome."""

    day: date = Field(description="UTC day.")
    model: str = Field(description="Model that answered, or was asked.")
    outcome: str = Field(description="`ok`, `failed` (not charged), `unknown` or `reserved`.")
    calls: int = Field(description="Paid calls.")
    usd: float | None = Field(description="Dollars; null where the price was not known.")


class KnownPrice(BaseModel):
    """One line of the price table."""

    model: str
    size: str
    usd: float = Field(description="Dollars for one image.")
    source: str = Field(description="Where the figure was read.")
    as_of: date = Field(description="When it was read.")


class SpendingReport(BaseModel):
    """What was spent, what is left, and what the cache saved."""

    lines: list[SpendingByDay] = Field(description="The newest day first.")
    calls_today: int = Field(description="Calls that count against today's limit.")
    calls_left_today: int = Field(description="Calls that may still be made today.")
    reserved: int = Field(description="Calls under way.")
    month_usd: float = Field(description="Dollars that count against this month's budget.")
    budget_usd: float | None = Field(description="This month's budget, where one is set.")
    budget_left_usd: float | None = Field(description="What is left of it.")
    served_from_cache: int = Field(description="Scenes served without a call, since the first.")
    saved_usd: float | None = Field(description="What those would have cost at today's price.")
    prices: list[KnownPrice] = Field(
        description="The price table's lines of the configured model, and of those in `lines`."
    )
    timestamp: datetime = Field(description="When this was added up (UTC).")
