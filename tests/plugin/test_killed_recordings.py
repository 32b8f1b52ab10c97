"""A recording that is killed, at any moment, leaves each cassette as it was or as it was to be."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes that it has forked")

#: What is recorded differs with the environment, so that a file tells by which recording it was written.
TESTS = """
    import os

    import pytest

    @pytest.mark.keyauth_cassette
    @pytest.mark.parametrize("name", ["a", "b", "c"])
    def test_it(keytrac, name):
        for number in range(int(os.environ["EDITION"])):
            keytrac.get("/users", params={"name": f"{name}{number}" * 200})
"""

#: Records in processes that it forks, since they have all that takes time to import, and kills them. Prints, for each
#: kill, at what step that was. The first ones are killed
#: at each step in turn, the others some time.
DRIVER = '''
import os, random, shutil, signal, sys, time
from pathlib import Path

import pytest

step_count, count = int(sys.argv[1]), int(sys.argv[2])
draw = random.Random(count)


def record(edition):
    os.environ["EDITION"] = str(edition)
    plugins = ("pytest_keyauth", "no:cacheprovider", "no:unraisableexception")
    options = [f"-p{name}" for name in plugins]
    assert pytest.main([*options, "--keyauth-record=all", "test_it.py"]) == 0


def report_steps(told, asked):
    """Stop before and after each thing that a recording does to a file, until the other process lets it go on."""

    def step(name):
        os.write(told, name.encode().ljust(16))
        os.read(asked, 1)

    def stopping(name, call):
        def stopped(*arguments, **keywords):
            step("before " + name)
            result = call(*arguments, **keywords)
            step("after " + name)
            return result

        return stopped

    class Slow:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def __getattr__(self, name):
            return getattr(self.file, name)

        def write(self, content):
            self.file.write(content[: len(content) // 2])
            self.file.flush()
            step("half of write")
            self.file.write(content[len(content) // 2 :])

    opened = Path.open

    def open_slowly(path, mode="r", *arguments, **keywords):
        if not path.name.endswith(".draft"):
            return opened(path, mode, *arguments, **keywords)
        step("before open")
        return Slow(opened(path, mode, *arguments, **keywords))

    Path.open = open_slowly
    os.fsync = stopping("fsync", os.fsync)
    Path.replace = stopping("replace", Path.replace)


def kill_after(steps):
    """Fork a process that records, let it do so many steps, and kill it."""
    told, tell = os.pipe()
    asked, ask = os.pipe()
    child = os.fork()
    if not child:
        report_steps(tell, asked)
        record(2)
        os._exit(1)
    for _ in range(steps):
        os.read(told, 16)
        os.write(ask, b".")
    name = os.read(told, 16).decode().strip()
    os.kill(child, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    for end in (told, tell, asked, ask):
        os.close(end)
    return name


def kill_some_time(first):
    """Fork a process that records again and again, and kill it some time after it has kept a cassette."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        replace = Path.replace

        def replace_and_tell(path, target):
            replace(path, target)
            os.write(tell, b".")

        Path.replace = replace_and_tell
        for edition in (first, 3 - first) * 1000:
            record(edition)
        os._exit(1)
    os.read(told, 1)
    time.sleep(draw.uniform(0, 0.05))
    os.kill(child, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    os.close(told)
    os.close(tell)
    return "some time"


sys.stdout.flush()
said = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
for edition in (2, 1):
    record(edition)
    shutil.copytree("cassettes", f"edition-{edition}")
for number in range(step_count + count):
    name = kill_after(number) if number < step_count else kill_some_time(1 + number % 2)
    shutil.copytree("cassettes", f"killed-{number}")
    os.write(said, f"{name}\\n".encode())
    if number < step_count:
        shutil.rmtree("cassettes")
        shutil.copytree("edition-1", "cassettes")
        for draft in Path(f"killed-{number}").rglob(".*.draft"):
            shutil.copy(draft, Path("cassettes", *draft.parts[1:]))
record(2)
'''

STEPS = ["before open", "half of write", "before fsync", "after fsync", "before replace", "after replace"]


def run_driver(folder: Path, step_count: int, count: int) -> list[str]:
    """Kill so many recordings in a folder, at each step and some time; tells where each was."""
    (folder / "test_it.py").write_text(dedent(TESTS), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]", encoding="utf-8")
    command = [sys.executable, "-c", DRIVER, str(step_count), str(count)]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # quicker, so that more happens between kills
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder in which recordings were killed, and at what steps."""
    folder = tmp_path_factory.mktemp("killed")
    return folder, run_driver(folder, len(STEPS) + 2, 10)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def split_drafts(content: dict[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """Whole cassettes, and what is left of others."""
    whole = {name: text for name, text in content.items() if name.endswith(".yaml")}
    return whole, [name for name in content if name not in whole]


def editions_of(folder: Path, number: int) -> tuple[list[int], list[str]]:
    """Of which edition each cassette is after a kill, and the drafts that are left. All cassettes are whole."""
    editions = {edition: files(folder / f"edition-{edition}") for edition in (1, 2)}
    assert len(editions[1]) == 3
    cassettes, drafts = split_drafts(files(folder / f"killed-{number}"))
    assert set(cassettes) == set(editions[1])
    for content in cassettes.values():
        assert len(yaml.load(content, Loader=yaml.CSafeLoader)["interactions"]) in (1, 2)
        assert json.loads(content)["keyauth"]["format"] == 1
    found = []
    for name, content in sorted(cassettes.items()):
        found += [edition for edition in editions if editions[edition][name] == content]
    assert len(found) == 3
    return found, drafts


@pytest.mark.slow
def test_a_recording_that_is_killed_at_each_step_leaves_every_cassette_old_or_new(
    killed: tuple[Path, list[str]],
) -> None:
    folder, steps = killed
    expected = [*STEPS, *STEPS[:2]]  # of the first cassette, and some of the second
    assert steps[: len(expected)] == expected
    left = [editions_of(folder, number) for number in range(len(expected))]
    assert [editions for editions, _ in left] == [*[[1, 1, 1]] * 5, *[[2, 1, 1]] * 3]
    # Drafts stay until their cassette is recorded anew; nobody looks at what has such a name.
    assert [len(drafts) for _, drafts in left] == [0, 1, 2, 3, 4, 4, 0, 1]
    assert all(name.endswith(".draft") for _, drafts in left for name in drafts)


def test_a_recording_that_is_killed_at_any_moment_leaves_every_cassette_old_or_new(
    killed: tuple[Path, list[str]],
) -> None:
    folder, steps = killed
    left = [editions_of(folder, number)[0] for number, step in enumerate(steps) if step == "some time"]
    assert len(left) == 10
    assert len({tuple(editions) for editions in left}) > 1  # they were killed where something was done


def test_the_next_recording_sweeps_up_what_killed_ones_have_left(killed: tuple[Path, list[str]]) -> None:
    folder, _ = killed
    assert files(folder / "cassettes") == files(folder / "edition-2")


@pytest.mark.slow
def test_many_recordings_that_are_killed_at_any_moment_leave_every_cassette_old_or_new(tmp_path: Path) -> None:
    run_driver(tmp_path, 0, 300)
    for number in range(300):
        editions_of(tmp_path, number)
    assert files(tmp_path / "cassettes") == files(tmp_path / "edition-2")
