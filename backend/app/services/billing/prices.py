"""What an image costs, by model and size."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one image.

    Attributes:
        micro_usd: Millionths of a dollar for the image itself.
        source: Where the figure was read.
        as_of: When it was read.
    """

    micro_usd: int
    source: str
    as_of: date


_READ = date(2026, 11, 22)
_BANANA = "BerriAI/litellm discussion 44983: $30 per million image tokens"
_LITE = "promptfoo#9923, quoting Google's price page"
_PRO = "ai.google.dev price page, by way of third parties: $120 per million image tokens"
_FLASH = "docs.cloud.google.com, 3-1-flash-image: $60 per million image tokens"
_FLASH_25 = "1290 tokens at $30 per million image tokens"

# Without a size the model makes its smallest usual image, which is 1K.
DEFAULT_SIZE = "1K"
PRICES = MappingProxyType(
    {
        ("gemini-nano-banana-2.1", "1K"): Price(33_600, _BANANA, _READ),
        ("gemini-nano-banana-2.1", "4K"): Price(113_400, _BANANA, _READ),
        ("gemini-3.1-flash-lite-image", "1K"): Price(33_600, _LITE, _READ),
        ("gemini-3-pro-image", "1K"): Price(134_000, _PRO, _READ),
        ("gemini-3-pro-image", "2K"): Price(134_000, _PRO, _READ),
        ("gemini-3-pro-image", "4K"): Price(240_000, _PRO, _READ),
        ("gemini-3.1-flash-image", "512"): Price(45_000, _FLASH, _READ),
        ("gemini-3.1-flash-image", "1K"): Price(67_000, _FLASH, _READ),
        ("gemini-3.1-flash-image", "2K"): Price(101_000, _FLASH, _READ),
        ("gemini-3.1-flash-image", "4K"): Price(151_000, _FLASH, _READ),
        ("gemini-2.5-flash-image", "1K"): Price(39_000, _FLASH_25, _READ),
    }
)


def price_of(model: str, size: str | None) -> int | None:
    """Price of one image in millionths of a dollar; None where nobody knows it."""
    price = PRICES.get((model, size or DEFAULT_SIZE))
    return price.micro_usd if price else None
