from hashlib import sha256
from pathlib import Path

import pytest


@pytest.fixture
def note(request):
    """Note what a test was given, for other runs to be held against."""

    def write(*texts):
        folder = Path("data")
        folder.mkdir(exist_ok=True)
        name = request.node.name.replace("/", "_")
        (folder / name).write_text(sha256(repr(texts).encode()).hexdigest())

    return write
