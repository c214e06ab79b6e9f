"""The brand's names as a vocabulary without a database, for the pure tests of the grammar."""

from __future__ import annotations

from datetime import date

from core.chat.reading import Reading
from core.chat.understanding import understand
from core.chat.vocabulary import KnownProduct, KnownReseller, KnownStore, Vocabulary
from tests.chat.brand import PRODUCTS, RESELLERS, SHOP_LAST, STORES, TODAY

NAMES = {key: name for key, name, *_ in RESELLERS}
VOCABULARY = Vocabulary(
    resellers=tuple(KnownReseller(name, key, country, key == "online") for key, name, country, _ in RESELLERS),
    stores=tuple(KnownStore(name, NAMES[key], channel, city, country) for key, name, channel, city, country in STORES),
    products=tuple(KnownProduct(ean, code, name, category, kind) for ean, code, name, _, kind, category, _ in PRODUCTS),
    countries=("DE", "ES", "FR", "GB", "PL", "UA", "US", "ZA"),
    utm_sources=("google", "instagram", "newsletter"),
    first_day=date(2023, 11, 1),
    last_day=SHOP_LAST,
    shop_first_day=date(2023, 11, 1),
    through={"Liberty": date(2025, 3, 31), "Galilu": date(2025, 3, 31), "Online": SHOP_LAST},
    brand="NORDLYS Parfum",
)


def read(question: str, previous: Reading | None = None, today: date = TODAY) -> Reading:
    return understand(question, VOCABULARY, today, previous)


def frame_of(reading: Reading) -> tuple[object, ...]:
    """What must not change when the same thing is said otherwise: the operation and the query, or that nothing is answered."""
    if reading.refusal is not None:
        return ("refused", reading.refusal.kind)
    if reading.question_back is not None:
        return ("asked back",)
    return (reading.operation, reading.query)
