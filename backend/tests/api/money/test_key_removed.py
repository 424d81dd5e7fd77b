"""The key is taken away: what was paid for stays, until somebody asks for another image."""

from app.config import Settings
from tests.api.conftest import Restart
from tests.api.money.test_warm_jobs import warm
from tests.conftest import GEMINI_KEY
from tests.support.gemini_answers import SMALL
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import LONG_AGO, MAINTENANCE, ask_scene, execute, row_count


def expire_all(settings: Settings) -> None:
    execute(settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)


def test_expired_picture_is_served_and_kept(open_server: Restart, gemini: GeminiStandin) -> None:
    gemini.answer_always(SMALL)
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        paid = ask_scene(server.client, "Mill")
    expire_all(server.settings)
    with open_server() as server:
        for fallback in ("false", "true"):
            shown = ask_scene(server.client, "Mill", allow_fallback=fallback)
            assert (shown["id"], shown["served"]) == (paid["id"], "cached")
            assert shown["expires_at"] is None
        assert warm(server.client, "Mill", dry_run="true").json()["estimate"]["cached"] == 1
        cleaned = server.client.post(f"{MAINTENANCE}/cleanup/expired-cache").json()
        assert cleaned["deleted"] == 0
        assert row_count(server.settings) == 1


def test_model_renews_it_when_the_key_is_back(open_server: Restart, gemini: GeminiStandin) -> None:
    gemini.answer_always(SMALL)
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        paid = ask_scene(server.client, "Mill")
    expire_all(server.settings)
    with open_server() as server:
        assert ask_scene(server.client, "Mill")["id"] == paid["id"]
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        assert ask_scene(server.client, "Mill")["served"] == "generated"
    assert len(gemini.calls) == 2


def test_painted_anew_only_where_it_is_asked_for(
    open_server: Restart, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        paid = ask_scene(server.client, "Mill")
    with open_server() as server:
        anew = ask_scene(server.client, "Mill", force_regenerate="true")
        assert (anew["served"], anew["model_used"]) == ("generated", "pixel-artist")
        assert ask_scene(server.client, "Mill")["id"] == anew["id"]
        kept = server.client.get(f"/api/v1/images/{paid['id']}")
        assert kept.status_code == 200, "the paid image stays in the library"
