"""What the lanes start from: a consumer's project, and what its runs come to without any neighbour."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from project import CONSUMER, RECORDING, REPLAYING, Expected, Project


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Project]:
    """Make the consumer's project beside neighbours: `project("xdist")`."""

    def make(*neighbours: str) -> Project:
        folder = shutil.copytree(CONSUMER, tmp_path / "consumer")
        return Project(folder, neighbours)

    return make


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    folder = shutil.copytree(CONSUMER, tmp_path_factory.mktemp("alone") / "consumer")
    project = Project(folder)
    recorded = project.run(*RECORDING)
    assert recorded.code == 0, recorded.said
    data, cassettes = project.data(), project.cassettes()
    replayed = project.run(*REPLAYING)
    assert replayed.code == 0, replayed.said
    return Expected(recorded, replayed, data, cassettes)


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
