"""A recording that is killed, at any moment, leaves each cassette as it was or as it was to be."""

import json
import os
import subprocess
import sys
from pathlib import Path

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
#: kill, at what step that was. With "steps" it is asked at each step; otherwise the time is drawn.
DRIVER = '''
import os, random, shutil, signal, sys, time
from pathlib import Path

import pytest

how, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
draw = random.Random(seed)


def record(edition):
    os.environ["EDITION"] = str(edition)
    options = ("-q", "-p", "no:cacheprovider", "--keyauth-record=all", "--keyauth-cassettes=cassettes")
    assert pytest.main([*options, "test_it.py"]) == 0


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


def kill_some_time():
    """Fork a process that records again and again, and kill it some time."""
    child = os.fork()
    if not child:
        for edition in (2, 1) * 1000:
            record(edition)
        os._exit(1)
    time.sleep(draw.uniform(0, 0.1))
    os.kill(child, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    return "some time"


sys.stdout.flush()
said = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
for edition in (2, 1):
    record(edition)
    shutil.copytree("cassettes", f"edition-{edition}")
for number in range(count):
    name = kill_after(number) if how == "steps" else kill_some_time()
    shutil.copytree("cassettes", f"killed-{number}")
    os.write(said, f"{name}\\n".encode())
    if how == "steps":
        shutil.rmtree("cassettes")
        shutil.copytree("edition-1", "cassettes")
        for draft in Path(f"killed-{number}").rglob(".*.draft"):
            shutil.copy(draft, Path("cassettes", *draft.parts[1:]))
record(2)
'''

STEPS = ["before open", "half of write", "before fsync", "after fsync", "before replace", "after replace"]


def run_driver(folder: Path, how: str, count: int, seed: int) -> list[str]:
    """Kill so many recordings in a folder; tells where each was."""
    command = [sys.executable, "-c", DRIVER, how, str(count), str(seed)]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


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


def test_a_recording_that_is_killed_at_each_step_leaves_every_cassette_old_or_new(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=TESTS)
    steps = run_driver(pytester.path, "steps", len(STEPS) + 2, seed=0)
    assert steps == [*STEPS, *STEPS[:2]]
    left = [editions_of(pytester.path, number) for number in range(len(steps))]
    assert [editions for editions, _ in left] == [*[[1, 1, 1]] * 5, *[[2, 1, 1]] * 3]
    # Drafts stay until their cassette is recorded anew; nobody looks at what has such a name.
    assert [len(drafts) for _, drafts in left] == [0, 1, 2, 3, 4, 4, 0, 1]
    assert all(name.endswith(".draft") for _, drafts in left for name in drafts)
    assert files(pytester.path / "cassettes") == files(pytester.path / "edition-2")  # the next recording sweeps up


@pytest.mark.parametrize("count", [25, pytest.param(150, marks=pytest.mark.slow)])
def test_a_recording_that_is_killed_at_any_moment_leaves_every_cassette_old_or_new(
    pytester: pytest.Pytester, count: int
) -> None:
    pytester.makepyfile(test_it=TESTS)
    assert len(run_driver(pytester.path, "any", count, seed=count)) == count
    left = [editions_of(pytester.path, number) for number in range(count)]
    assert len({tuple(editions) for editions, _ in left}) > 1  # they were not all killed where nothing was done
    assert files(pytester.path / "cassettes") == files(pytester.path / "edition-2")
