"""What a consumer's own tests can do with Keyfax."""

import pytest

OWN_SCHEME = """
    import hashlib
    import pytest

    class Sha512:
        def sign(self, request, signing_key):
            text = f"{signing_key}|{request.time_stamp}|{request.nonce}|{request.url}|{request.method}".encode()
            return hashlib.sha512(text + request.body).hexdigest()

    @pytest.fixture
    def keyfax_signature():
        return Sha512()
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "pytest_keyauth", "-W", "error", "--strict-markers", *arguments)


def test_a_consumer_s_signature_scheme_works_at_both_ends(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(OWN_SCHEME)
    pytester.makepyfile(
        """
        from pytest_keyauth.keyfax import KeyfaxBasic

        def test_signed(keyfax):
            assert len(keyfax.get("/api/v1/token").request.headers["Authorization"].split(":")[2]) == 128
            assert keyfax.post("/api/v1/startup", json=keyfax.get("/api/v1/startup").json()).status_code == 200

        def test_borne(keyfax_bearer):
            assert keyfax_bearer.post("/api/v1/token").status_code == 200

        def test_the_assumed_scheme_is_refused_then(keyfax, keyfax_credentials):
            assert keyfax.get("/api/v1/token", auth=KeyfaxBasic(keyfax_credentials)).status_code == 401
        """
    )
    run(pytester).assert_outcomes(passed=3)


def test_clients_sign_bear_and_can_do_without(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        def test_signed(keyfax):
            assert keyfax.get("/api/v1/token").status_code == 200
            assert keyfax.get("/api/v1/token", auth=None).status_code == 401

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        async def test_signed_async(async_keyfax):
            async with async_keyfax as keyfax:
                assert (await keyfax.post("/api/v1/key")).status_code == 201

        def test_a_sync_test_may_ask_for_the_async_client(async_keyfax):
            pass

        def test_borne(keyfax_bearer):
            assert keyfax_bearer.get("/api/v1/startup").request.headers["Authorization"].startswith("Bearer LIVE:")
        """
    )
    run(pytester).assert_outcomes(passed=4)


def test_each_test_has_a_keyfax_of_its_own_to_look_into(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_first(keyfax, keyfax_emulator):
            keyfax.post("/api/v1/key").raise_for_status()
            [mail] = keyfax_emulator.mailbox
            assert (mail.kind, mail.destination) == ("email", "keys@consumer.example")
            assert [exchange.operation for exchange in keyfax_emulator.requests] == ["resetKey"]

        def test_second(keyfax, keyfax_emulator):
            assert keyfax_emulator.mailbox == []
            assert len(keyfax_emulator.requests) == 0
            assert len(keyfax_emulator.keys(keyfax_emulator.host)) == 1

        def test_time(keyfax, keyfax_emulator):
            keyfax_emulator.clock.advance(minutes=6)
            assert keyfax.get("/api/v1/token").status_code == 401  # our own clock has stayed where it was
        """
    )
    run(pytester).assert_outcomes(passed=3)


def test_keys_show_in_no_output_of_a_failing_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(keyfax, keyfax_bearer, keyfax_credentials, keyfax_emulator, request):
            keyfax.post("/api/v1/key")
            keyfax_bearer.get("/api/v1/startup")
            [key] = [item.key for item in keyfax_emulator.mailbox]
            secrets = [keyfax_credentials.api_key, keyfax_credentials.signing_key, key.api_key, key.signing_key]
            (request.config.rootpath / "secrets").write_text(chr(10).join(secrets))
            del secrets, key
            assert (keyfax, keyfax_bearer, keyfax_credentials, keyfax_emulator, keyfax_emulator.mailbox) == ()
        """
    )
    result = run(pytester, "-vv", "--showlocals")
    result.assert_outcomes(failed=1)
    secrets = (pytester.path / "secrets").read_text().splitlines()
    assert len(secrets) == 4
    assert [secret for secret in secrets if secret in result.stdout.str()] == []
