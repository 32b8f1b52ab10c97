"""Secrets that are plain words: they are found as whole words, since they could be in any longer one.

Some words stand for a secret in documents, say what became of one, or are in every cassette. They are replaced in a
secret's place alone: else the documents could not be recorded in which they are prose.
"""

import re

from pytest_keyauth.recording.names import SECRET_KINDS, kind_by_name

__all__ = ["is_placeholder", "is_word", "whole_word"]

_WORD = re.compile("[A-Za-z]?[a-z]{0,10}|[A-Z]{1,8}")

_PLACEHOLDER = re.compile(
    "accepted|active|anonymous|anybody|apikey|boolean|changed|company|correct|default|deleted|denied|digest|"
    "disabled|enabled|enrolled|example|examples|expired|failed|filtered|hidden|inactive|incorrect|integer|"
    "invalid|locked|masked|missing|negotiate|nobody|nothing|number|object|optional|placeholder|private|public|"
    "redacted|rejected|removed|required|reset|revoked|sample|samples|somebody|someone|string|unknown|unlocked|"
    "unverified|user|username|valid|verified|whatever|wrong|"
    "accept|application|charset|claims|commands|content|contract|emulator|encoding|headers|interactions|"
    "keyauth|keyfax|keytrac|loopback|method|origin|recorded|request|response|status|version",
    re.IGNORECASE,
)


def is_word(text: str) -> bool:
    """Whether a text is written as words are: letters only, not many, and capitals where a word has them."""
    return _WORD.fullmatch(text) is not None


def is_placeholder(text: str) -> bool:
    """Whether a word stands for a secret in documents, or is in all of them."""
    return is_word(text) and (_PLACEHOLDER.fullmatch(text) is not None or kind_by_name(text) in SECRET_KINDS)


def whole_word(text: str) -> str:
    """The pattern of a word that is no part of a longer one; what ends before it may be an escape."""
    return rf"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{{2}})){text}(?![A-Za-z0-9])"
