"""The made-up sentences that samples are of, each of about 90 characters, and texts of a wanted length."""

from itertools import cycle, islice

__all__ = ["PASSWORD", "SENTENCES", "password_of", "sentence", "text_of"]

PASSWORD = "kiesel-27"
"""What masked samples are of where nothing else is asked for: 9 characters."""

SENTENCES = (
    "Der Nebel liegt noch auf den Wiesen, als Anna die Fähre am anderen Ufer zum ersten Mal sieht.",
    "The baker in our street opens at six, and by seven there is never a single roll left to buy.",
    "Im Keller steht seit Jahren ein Fahrrad, das niemand fährt und von dem sich keiner trennt.",
    "Before the storm came in, we carried the chairs inside and closed every window of the house.",
    "Wer den Schlüssel zum Garten sucht, findet ihn meist unter dem dritten Topf neben der Treppe.",
    "My neighbour keeps eleven hens, two of them white, and he knows each of them by its own name.",
    "Nach dem Konzert gingen wir zu Fuß durch die leere Stadt und sprachen kaum ein Wort dabei.",
    "The last bus to the harbour leaves at ten; after that you have to walk along the old railway.",
    "Auf dem Markt gibt es heute Birnen, Quitten und Honig, aber leider keinen frischen Käse mehr.",
    "She wrote the letter twice, once in anger and once with care, and posted only the second one.",
    "Oben auf dem Berg weht ein kalter Wind, doch die Aussicht auf den See lohnt jeden Schritt.",
    "If the lamp at the gate is lit, somebody is home; if it is dark, leave the parcel on the bench.",
    "Das alte Klavier im Saal klingt verstimmt, und trotzdem spielt der Junge jeden Abend darauf.",
    "Our ferry was late again, so we played cards on the pier until the gulls had eaten our bread.",
    "Mein Onkel sammelt Uhren, die nicht mehr gehen, und weiß von jeder, wem sie früher gehörte.",
    "A narrow path leads from the mill to the chapel, and in spring it is covered with blossom.",
)


def sentence(number: int) -> str:
    """The sentence of that number; they come round again after the last."""
    return SENTENCES[number % len(SENTENCES)]


def text_of(length: int, number: int) -> str:
    """A text of exactly so many characters, beginning with the sentence of that number."""
    enough = length // min(map(len, SENTENCES)) + 1
    return " ".join(sentence(number + more) for more in range(enough))[:length]


def password_of(length: int) -> str:
    """A password of exactly so many characters: the usual one for its length."""
    return "".join(islice(cycle(PASSWORD), length))
