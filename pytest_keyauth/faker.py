"""A Faker provider: typists, keystroke samples, and what consumers of KeyTrac and Keyfax store or send.

Needs Faker: `pip install "pytest-keyauth[faker]"`. ::

    from faker import Faker

    fake = Faker("de_DE", includes=["pytest_keyauth.faker"])
    fake.seed_instance(7)
    fake.keytrac_submission()  # {"user_id": "…", "samples": ["firefox/38.0#m=0#…", "firefox/38.0#m=0#…"]}

or, for a Faker that is there already, such as the one of pytest's fixture `faker`::

    import pytest_keyauth.faker

    faker.add_provider(pytest_keyauth.faker.Provider)

All values follow from Faker's seed. Whatever looks like a secret is made up and opens nothing.
"""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

try:
    from faker.providers import BaseProvider
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'pytest_keyauth.faker needs Faker: pip install "pytest-keyauth[faker]"', name=error.name
    ) from error

from pytest_keyauth.emulator.keyfax.keys import make_key_pair
from pytest_keyauth.emulator.keyfax.startup import MODES
from pytest_keyauth.emulator.keytrac.dates import format_created, format_listed_activity
from pytest_keyauth.keystrokes.casting import Device, Mode, cast
from pytest_keyauth.keystrokes.layouts import UnknownLayoutError, find_layout
from pytest_keyauth.keystrokes.typist import RecordingTimes, Typist

if TYPE_CHECKING:
    from pytest_keyauth.keyfax import KeyfaxCredentials

__all__ = ["Provider"]

_FALLBACK = "en_US"  # Faker's own default
_FIRST_MOMENT, _YEARS = datetime(2016, 1, 1, tzinfo=UTC), 9  # the same in every year that tests run in
_MS_PER_DAY = 24 * 60 * 60 * 1000
_LONGEST_ACTIVITY_DAYS = 300

# Plain letters, which every layout has. The shortest sentence of them is long enough to enrol with.
_WORDS = (
    "apple", "autumn", "baker", "basket", "blanket", "bridge", "butter", "candle",
    "carpet", "chapel", "cherry", "copper", "corner", "cotton", "evening", "feather",
    "ferry", "finger", "forest", "garden", "ginger", "harbour", "honey", "island",
    "kettle", "kitchen", "ladder", "lantern", "letter", "market", "meadow", "mirror",
    "morning", "mountain", "orchard", "paper", "parcel", "pepper", "pillow", "quarry",
    "railway", "river", "saddle", "shadow", "silver", "summer", "thunder", "ticket",
    "valley", "velvet", "village", "waggon", "whistle", "window", "winter", "yellow",
)  # fmt: skip
_FEWEST_WORDS, _MOST_WORDS = 9, 14

_STAGES = ("DEV", "LIVE", "TEST", "TRAINING", "UAT")
_MOST_HOSTS_OF_A_STAGE = 20
_PLACES = ("Abc", "Ashbrook", "Birchfield", "Elmgate", "Foxhollow", "Millbank", "Oakmere", "Rowanside")
_LANDLORDS = ("Homes", "Housing", "Lettings", "Living")
_USERS = ("Contractor", "Portal", "Staff", "Tenant")


class Provider(BaseProvider):
    """People who type, their recordings, and made-up data of the KeyTrac and Keyfax APIs."""

    def typist(self, mode: Mode = "distinct", language: str | None = None, device: Device = "desktop") -> Typist:
        """Generate a person who types: ``typist.types("Der Text")`` is a new recording in their own rhythm.

        The keyboard is that of ``language``, a tag such as ``en-GB``; by default that of the locale, or the US one
        where there is none for it. Each typist is drawn on their own: for several whose rhythms are surely well apart
        there are the fixture ``typists`` and ``pytest_keyauth.keystrokes.cast``. Raises ValueError for a mode, language
        or device that there is not.

        :sample:
        :sample: mode="realistic", language="fr", device="mobile"
        """
        seed = f"faker {self.generator.random.getrandbits(64)}"
        [person] = cast(1, seed, mode=mode, language=language or self._find_language(), device=device)
        return replace(person, clock=RecordingTimes(self._make_moment()))

    def keystroke_sample(self, text: str | None = None, typist: Typist | None = None) -> str:
        """Generate a recording of a text for AnyText, by default of a made-up sentence by somebody new.

        Raises ValueError for an empty text, and for a character that no key of the typist's layout writes.

        :sample: text="The ferry is late."
        """
        typist = typist or self.typist()
        return typist.types(self._make_sentence() if text is None else text)

    def masked_keystroke_sample(self, password: str | None = None, typist: Typist | None = None) -> str:
        """Generate a masked recording of a password, by default of a made-up one by somebody new.

        Raises ValueError for an empty password.

        :sample: password="kiesel-27"
        """
        typist = typist or self.typist()
        return typist.password(self._make_password() if password is None else password)

    def keytrac_user_id(self) -> str:
        """Generate the identifier of a KeyTrac user: 36 characters.

        :sample:
        """
        return self._make_identifier()

    def keytrac_token(self) -> str:
        """Generate the authentication token of a KeyTrac account: 36 characters, made up.

        :sample:
        """
        return self._make_identifier()

    def keytrac_user(self) -> dict[str, str]:
        """Generate a user as KeyTrac lists them: ``identifier``, ``created_at`` and, for most, ``last_activity``.

        :sample:
        """
        created_at = self._make_moment()
        user = {"identifier": self.keytrac_user_id(), "created_at": format_created(created_at)}
        if self.random_digit() > 1:  # the others never did anything: the document's second user has no activity either
            idle = timedelta(milliseconds=self.random_int(1, _LONGEST_ACTIVITY_DAYS * _MS_PER_DAY))
            user["last_activity"] = format_listed_activity(created_at + idle)
        return user

    def keytrac_submission(
        self, user_id: str | None = None, count: int = 2, typist: Typist | None = None
    ) -> dict[str, Any]:
        """Generate the JSON body that enrols or authenticates for AnyText: ``count`` samples of one person.

        Each sample is of another sentence, long enough to enrol with. Raises ValueError for a count below 1.

        :sample: count=1
        """
        _check_count(count)
        typist = typist or self.typist()
        samples = [self.keystroke_sample(typist=typist) for _ in range(count)]
        return {"user_id": user_id or self.keytrac_user_id(), "samples": samples}

    def masked_keytrac_submission(
        self, user_id: str | None = None, count: int = 2, typist: Typist | None = None, password: str | None = None
    ) -> dict[str, Any]:
        """Generate the JSON body that enrols or authenticates with a password: ``count`` samples of one person.

        All samples are of the same password. Raises ValueError for a count below 1 and for an empty password.

        :sample: count=1
        """
        _check_count(count)
        typist = typist or self.typist()
        password = self._make_password() if password is None else password
        samples = [typist.password(password) for _ in range(count)]
        return {"user_id": user_id or self.keytrac_user_id(), "samples": samples}

    def keyfax_host(self) -> str:
        """Generate the name of a host that calls Keyfax, such as LIVE or TEST_03.

        :sample:
        """
        stage = self.random_element(_STAGES)
        number = self.random_int(0, _MOST_HOSTS_OF_A_STAGE)
        return f"{stage}_{number:02d}" if number else stage

    def keyfax_credentials(self, host: str | None = None) -> "KeyfaxCredentials":
        """Generate credentials of a host, with made-up keys that show in no representation.

        Raises CredentialsError for a host name that the Authorization header cannot carry.

        :sample: host="LIVE"
        """
        from pytest_keyauth.keyfax import KeyfaxCredentials  # it brings httpx along

        pair = make_key_pair(host or self.keyfax_host(), self.generator.random)
        return KeyfaxCredentials(pair.host, pair.api_key, pair.signing_key)

    def keyfax_company(self) -> str:
        """Generate a company, which is a configuration code such as AbcHousing_Staff_Live.

        :sample:
        """
        landlord = self.random_element(_PLACES) + self.random_element(_LANDLORDS)
        return f"{landlord}_{self.random_element(_USERS)}_{self.random_element(('Live', 'Test'))}"

    def keyfax_start_up_data(self, mode: str | None = None, company: str | None = None) -> dict[str, dict[str, str]]:
        """Generate start-up data of a Keyfax session, as JSON items ``{"value": …}``.

        A session is launched only for a ``company`` that the installation has. Raises ValueError for a ``mode`` that is
        none of RD, FL, ROL and EOL.

        :sample: mode="ROL"
        """
        if mode is not None and mode not in MODES:
            raise ValueError(f"mode={mode!r}: expected one of {', '.join(MODES)}, or None for any of them")
        values = {
            "mode": mode or self.random_element(MODES),
            "userName": self.numerify("operator-####"),
            "password": self._make_password(),
            "company": company or self.keyfax_company(),
            "scriptSet": f"{self.random_element(_WORDS).capitalize()}Repairs",
            "originatingSystem": f"{self.random_element(_WORDS).capitalize()}Desk",
        }
        return {name: {"value": value} for name, value in values.items()}

    def keyfax_session_guid(self) -> str:
        """Generate the guid of a Keyfax session.

        :sample:
        """
        return self._make_identifier()

    def _find_language(self) -> str:
        """The language of the keyboard for Faker's locale; the US one where there is no keyboard for it."""
        try:
            return find_layout(self._find_locale()).language
        except UnknownLayoutError:
            return find_layout(_FALLBACK).language

    def _find_locale(self) -> str:
        """The locale that this Faker was made for.

        Faker does not tell it to a provider that is added later. What it set at each of its own is that locale, or a
        default of Faker's or of that provider's module.
        """
        for provider in self.generator.get_providers():
            module = sys.modules.get(provider.__provider__)
            locale: str | None = provider.__lang__
            if locale and locale not in (_FALLBACK, getattr(module, "default_locale", None)):
                return locale
        return _FALLBACK

    def _make_identifier(self) -> str:
        return str(UUID(int=self.generator.random.getrandbits(128), version=4))

    def _make_moment(self) -> datetime:
        return _FIRST_MOMENT + timedelta(milliseconds=self.random_int(0, _YEARS * 365 * _MS_PER_DAY))

    def _make_sentence(self) -> str:
        words = self.random_sample(_WORDS, self.random_int(_FEWEST_WORDS, _MOST_WORDS))
        return f"{' '.join(words)}.".capitalize()

    def _make_password(self) -> str:
        return self.numerify(f"{self.random_element(_WORDS)}-%#")


def _check_count(count: int) -> None:
    if count < 1:
        raise ValueError(f"count={count!r}: a submission has at least 1 sample")
