"""The price table: whole, with a source for each line."""

import pytest

from app.config import Settings
from app.services.billing.prices import MICRO, PRICES, price_of


def test_every_line_has_a_price_and_says_where_it_is_from() -> None:
    for (model, size), price in PRICES.items():
        assert 0 < price.micro_usd < MICRO, (model, size)
        assert price.source
        assert price.as_of.year >= 2026


def test_the_default_model_is_known() -> None:
    assert price_of(Settings.model_fields["gemini_model"].default, None) == 33_600


@pytest.mark.parametrize(
    ("model", "size"),
    [("gemini-3-pro-image-tomorrow", None), ("gemini-2.5-flash-image", "4K"), ("", "1K")],
)
def test_nobody_guesses(model: str, size: str | None) -> None:
    assert price_of(model, size) is None


def test_size_matters() -> None:
    prices = [price_of("gemini-3.1-flash-image", size) for size in ("512", None, "2K", "4K")]
    assert prices == sorted(prices, key=lambda price: price or 0)
    assert len(set(prices)) == 4
