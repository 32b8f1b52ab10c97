"""In the emulators no secret is compared but in constant time: nothing else that decides looks at one.

Closed world: whatever compares a secret, or looks for one, is on the list of what may, with the reason.
"""

import ast
import hmac
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jwt.algorithms import HMACAlgorithm

from pytest_keyauth import emulator
from pytest_keyauth.emulator.comparison import is_same

FOLDER = Path(emulator.__file__).parent

#: How values that are secret, or that hold one, are called.
SECRETS = {
    *("api_key", "authorization", "claimed", "given", "header", "nonce", "pair", "parts", "rest", "secret"),
    *("signature", "signing_key", "token", "used"),
}

#: What tells by its time how far two texts agree, or whether one is among others.
LOOKING = {"count", "endswith", "find", "get", "index", "pop", "removeprefix", "setdefault", "startswith"}

#: What makes a value that may be looked for: nobody can choose a digest, so that a time tells nothing of the secret.
DIGESTING = {"_digest"}

#: What may: by file, the expressions, each with the reason. None holds a guess against what is stored.
ALLOWED = {
    "keyfax/authorization.py": {
        "'=' in evidence.nonce": "what the caller has said, and no secret of ours",
        "len(evidence.parts) != form.count(':') + 1": "how many parts there are",
    },
    "keyfax/keys.py": {
        "used in pairs": "two pairs of ours: the one that was used was verified before",
        "pairs.index(used)": "the same",
    },
    "keyfax/store.py": {"pairs[0] is not pair": "whether it is the same object"},
}


def hits(source: str) -> Iterator[str]:
    """The expressions of a source that compare something secret, or look for it."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare(left=left, comparators=right):
                if not all(isinstance(part, ast.Constant) for part in right) and any(map(is_secret, (left, *right))):
                    yield ast.unparse(node)
            case ast.Subscript(slice=index) if is_secret(index):
                yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(value=value, attr=name), args=arguments) if name in LOOKING:
                if any(map(is_secret, (value, *arguments))):
                    yield ast.unparse(node)


def is_secret(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_") in SECRETS
        case ast.Call(func=ast.Name(id=name)) if name in DIGESTING:
            return False
        case ast.Call(func=called, args=arguments):
            return any(map(is_secret, arguments)) or (isinstance(called, ast.Attribute) and is_secret(called.value))
        case ast.Subscript(value=value):
            return is_secret(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(map(is_secret, parts))
        case ast.JoinedStr(values=parts):
            return any(is_secret(part.value) for part in parts if isinstance(part, ast.FormattedValue))
        case ast.BinOp(left=left, right=right):
            return is_secret(left) or is_secret(right)
    return False


def test_no_secret_is_compared_in_another_way_than_by_its_digest_or_in_constant_time() -> None:
    found = {path.relative_to(FOLDER).as_posix(): set(hits(path.read_text())) for path in FOLDER.rglob("*.py")}
    assert {name: texts for name, texts in found.items() if texts} == {
        name: set(reasons) for name, reasons in ALLOWED.items()
    }


@pytest.mark.parametrize(
    "source",
    [
        "token == self.token",
        "if self._accounts[token]: pass",
        "self._accounts.get(token)",
        "request.header('Authorization') in {f'Bearer {token}'}",
        "header.startswith(self.prefix)",
        "evidence.signature[:8] != other",
        "self.token in (None, asked.token)",
        "(api_key, nonce) in self._known",
        "self._nonces.setdefault(api_key + nonce, 1)",
        "signature.encode() == expected",
        "[pair for pair in pairs if pair.api_key == name]",
    ],
)
def test_the_guard_sees_what_it_looks_for(source: str) -> None:
    assert list(hits(source))


@pytest.mark.parametrize(
    "source",
    ["is_same(pair.api_key, api_key)", "self._accounts.get(_digest(token))", "scheme == 'Basic'", "token is None"],
)
def test_the_guard_lets_constant_time_digests_and_what_is_no_secret_be(source: str) -> None:
    assert not list(hits(source))


@pytest.mark.parametrize(
    ("expected", "given", "same"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a", "", False),
        ("", "", True),
        ("é\udcff", "é\udcff", True),
        ("e", "é", False),
    ],
)
def test_secrets_are_the_same_or_not_whatever_they_are_made_of(expected: str, given: str, same: bool) -> None:
    assert is_same(expected, given) is same


@pytest.mark.parametrize("function", [is_same, HMACAlgorithm.verify])
def test_the_comparison_is_that_of_the_standard_library(function: Callable[..., bool]) -> None:
    assert "compare_digest(" in inspect.getsource(function)
    assert inspect.getmodule(function).__dict__.get("compare_digest", hmac.compare_digest) is hmac.compare_digest
