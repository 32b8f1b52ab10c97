"""Packs the cassettes for the wheel: a thousand files there would cost each start of pytest up to 20 ms."""

import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FIRST_TIME = (1980, 1, 1, 0, 0, 0)  # the same cassettes are the same archive


class CassettePacker(BuildHookInterface):  # type: ignore[type-arg]
    """Puts ``cassettes/`` into the wheel as ``pytest_keyauth/cassettes.zip``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the archive; an editable install reads the folder."""
        if version == "editable":
            return
        folder = Path(self.root, "cassettes")
        archive = Path(self.directory, "cassettes.zip")
        archive.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(folder.rglob("*.yaml")):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), FIRST_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, path.read_bytes())
        build_data["force_include"][str(archive)] = "pytest_keyauth/cassettes.zip"
