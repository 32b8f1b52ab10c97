import pytest

#: Of the plugin's own; asyncio and httpx come with plugins of other packages where those are loaded.
HEAVY = ("faker", "httpx", "jwt", "numpy", "schemathesis", "uvicorn", "vcr", "yaml")


@pytest.mark.parametrize("option", ["--collect-only", "--fixtures"])
def test_a_run_that_asks_for_nothing_loads_nothing_heavy(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    """Pytest looks at every name that `dir` of a plugin tells: what is lazy must not be told there."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS")
    pytester.makeconftest(
        f"""
        import sys

        def pytest_unconfigure():
            loaded = [name for name in {HEAVY!r} if name in sys.modules]
            ours = ("pytest_keyauth.emulator", "pytest_keyauth.keystrokes")
            parts = [name for name in sys.modules if name.startswith(ours)]
            print("heavy:", loaded + parts)
        """
    )
    pytester.makepyfile("def test_nothing(): pass")
    run = pytester.runpytest_subprocess("-p", "pytest_keyauth", option)
    run.stdout.fnmatch_lines(["heavy: []"])
