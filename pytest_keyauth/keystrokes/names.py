"""Names for made-up people: Faker's, where Faker is installed, and otherwise some of our own."""

from functools import lru_cache

__all__ = ["find_name"]

_NAMES = (
    "Alma Birkhain", "Bruno Felsner", "Clara Moosgrund", "Dario Winterlich",
    "Edda Kranzfeld", "Falk Ostermoor", "Greta Silbersee", "Hanno Tiefbrunn",
    "Ilka Morgenroth", "Joris Lindacker", "Kaja Sandberger", "Levin Hagedank",
    "Malin Eschweg", "Nils Rabenhorst", "Oda Feuerbach", "Piet Wiesenrain",
    "Quirin Talheimer", "Romy Kieselbach", "Sander Nebelung", "Thea Goldammer",
    "Ulf Steinkamp", "Viola Herbstritt", "Wanja Auental", "Xenia Brombeer",
    "Yorick Dornfeld", "Zita Abendrot", "Anton Mühlgraben", "Berit Schneewind",
    "Caspar Lerchenau", "Dörte Weidenhof", "Emil Hasenklee", "Frauke Bernstein",
    "Gero Nachtigall", "Hilde Sonntager", "Iven Buchfink", "Jette Marschner",
)  # fmt: skip

# Faker has names by country; of a language without one it takes the largest.
_LOCALES = {
    "de": "de_DE", "de-CH": "de_CH", "en-US": "en_US", "en-GB": "en_GB", "fr": "fr_FR", "es": "es_ES",
    "it": "it_IT", "pt": "pt_PT", "pl": "pl_PL", "sv": "sv_SE", "da": "da_DK", "nb": "no_NO",
}  # fmt: skip


@lru_cache(maxsize=4096)
def find_name(language: str, seed: int | str, number: int) -> str:
    """The name of a person; the same one always, as long as Faker is there or is not."""
    try:
        from faker import Faker
    except ImportError:
        name = _NAMES[number % len(_NAMES)]  # a name of their own for everybody of a cast
        return name if number < len(_NAMES) else f"{name} {number // len(_NAMES) + 1}"
    faker = Faker(_LOCALES.get(language, "en_US"))
    faker.seed_instance(f"{seed}")
    return f"{faker.first_name()} {faker.last_name()}"
