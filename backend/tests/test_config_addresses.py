"""Settings that are addresses: normalised where they have several spellings, or refused."""

import pytest

from app.config import load_settings
from tests.support.refusal import refusal


class TestHost:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "LocalHost"])
    def test_loopback_needs_no_token(self, host: str) -> None:
        found = load_settings(host=host)
        assert found.listens_on_loopback

    @pytest.mark.parametrize(
        "host", ["0.0.0.0", "::", "192.168.1.5", "game.example", "localhost.example", "127.0.0.1.x"]
    )
    def test_beyond_needs_a_token(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        message = refusal(monkeypatch, HOST=host)
        assert message == (
            f"HOST={host!r} listens beyond this machine, which needs ADMIN_TOKEN to be set"
        )
        monkeypatch.setenv("ADMIN_TOKEN", "hush")
        assert not load_settings().listens_on_loopback

    def test_beyond_without_a_token_for_who_says_so(self) -> None:
        found = load_settings(host="0.0.0.0", trust_local_network="true")
        assert not found.listens_on_loopback
        assert not found.welcomes_loopback_pages

    def test_an_empty_token_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "needs ADMIN_TOKEN" in refusal(monkeypatch, HOST="0.0.0.0", ADMIN_TOKEN="")


class TestOrigins:
    @pytest.mark.parametrize(
        "origin", ["https://a.example", "http://localhost:5173", "http://[::1]"]
    )
    def test_allowed(self, origin: str) -> None:
        assert load_settings(allowed_origins=origin).allowed_origins == (origin,)

    @pytest.mark.parametrize(
        ("written", "sent"),
        [
            ("HTTPS://A.Example", "https://a.example"),
            ("https://a.example:443", "https://a.example"),
            ("http://a.example:80", "http://a.example"),
            ("https://a.example:80", "https://a.example:80"),
            ("https://a.example.", "https://a.example"),
            ("http://[0:0:0::1]:8080", "http://[::1]:8080"),
            ("https://m\u00fcnchen.example", "https://xn--mnchen-3ya.example"),
        ],
    )
    def test_take_the_spelling_that_browsers_send(self, written: str, sent: str) -> None:
        assert load_settings(allowed_origins=written).allowed_origins == (sent,)

    @pytest.mark.parametrize(
        "origin",
        [
            "*",
            "a.example",
            "https://a.example/",
            "https://a.example/path",
            "https://a.example?q",
            "ftp://a.example",
            "https://",
            "http://:80",
            "null",
            "https://user@a.example",
            "https://a.example:99999",
            "http://2130706433",
            "http://[fe80::1%eth0]",
        ],
    )
    def test_refused(self, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
        message = refusal(monkeypatch, ALLOWED_ORIGINS=origin)
        assert message.startswith(f"ALLOWED_ORIGINS is {origin!r}, which is not allowed: ")
        assert "https://example.org" in message

    def test_one_bad_among_good(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "ALLOWED_ORIGINS" in refusal(monkeypatch, ALLOWED_ORIGINS="https://a.example,b")


class TestProxies:
    def test_addresses_and_networks(self) -> None:
        found = load_settings(trusted_proxies="127.0.0.1, 10.0.0.0/8, ::1, 10.1.2.3/8")
        assert found.trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1", "10.0.0.0/8")

    @pytest.mark.parametrize("proxy", ["*", "proxy.example", "10.0.0.0/33", "300.0.0.1"])
    def test_others_are_refused(self, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
        message = refusal(monkeypatch, TRUSTED_PROXIES=proxy)
        assert message.startswith(f"TRUSTED_PROXIES is {proxy!r}, which is not allowed: ")
        assert "\n" not in message


class TestRootPath:
    @pytest.mark.parametrize(
        ("written", "path"),
        [("/ember", "/ember"), ("ember/", "/ember"), ("/a/b-c", "/a/b-c"), ("/", ""), ("", "")],
    )
    def test_has_one_spelling(self, written: str, path: str) -> None:
        assert load_settings(root_path=written).root_path == path

    @pytest.mark.parametrize(
        "path",
        ["/game", "/api/v1", "/images", "/a b", "/../x", "/a//b", "http://x.example/a", "/a?b"],
    )
    def test_others_are_refused(self, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        message = refusal(monkeypatch, ROOT_PATH=path)
        assert message.startswith(f"ROOT_PATH is {path!r}, which is not allowed: must ")


class TestAllowedHosts:
    def test_names_addresses_and_everything_below(self) -> None:
        found = load_settings(allowed_hosts="Game.Example, *.a-b.example, 10.0.0.1, [::1], ::2, *")
        assert found.allowed_hosts == (
            *("game.example", "*.a-b.example", "10.0.0.1"),
            *("::1", "::2", "*"),
        )

    def test_take_the_spelling_that_is_compared(self) -> None:
        written = "Game.Example., 2001:DB8:0::7, m\u00fcnchen.example, *.M\u00fcnchen.example"
        assert load_settings(allowed_hosts=written).allowed_hosts == (
            *("game.example", "2001:db8::7"),
            *("xn--mnchen-3ya.example", "*.xn--mnchen-3ya.example"),
        )

    @pytest.mark.parametrize(
        "host",
        [
            "https://game.example",
            "game.example:8000",
            "a..b",
            "a b",
            "10.0.0.300",
            "**",
            "*.*",
            "a/b",
            ".example.org",
            "*example.org",
            "*.10.0.0.1",
            "2130706433",
            "0x7f.1",
            "fe80::1%eth0",
        ],
    )
    def test_others_are_refused(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        message = refusal(monkeypatch, ALLOWED_HOSTS=host)
        assert message.startswith(
            f"ALLOWED_HOSTS is {host!r}, which is not allowed: each must be a bare name "
        )
