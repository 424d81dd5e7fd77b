"""Files outside the folders that are served stay unread."""

from itertools import product

from tests.attacks.conftest import ONE_AFTER_THE_OTHER, UnderAttack
from tests.support.raw_http import HOST, exchange
from tests.support.server_process import ServerProcess

pytestmark = ONE_AFTER_THE_OTHER

STEPS = [
    *(b"..", b"%2e%2e", b"%252e%252e", b".%2e", b"..;", b"...."),
    *(b"%c0%ae%c0%ae", b"..%00", b"\\..", b"..%5c.."),
]
FOLDERS = [b"/images/full", b"/images", b"/game", b"/game/js", b"/docs/vendor", b"/docs/assets"]
TARGETS = [b"game.db", b"etc/passwd"]
SECRETS = [b"SQLite format 3", b"root:"]


def test_no_way_out(victim: ServerProcess, under_attack: UnderAttack) -> None:
    with under_attack():
        for folder, step, slash, target in product(FOLDERS, STEPS, (b"/", b"%2f"), TARGETS):
            path = folder + slash + slash.join([step] * 4) + slash + target
            request = b"GET " + path + b" HTTP/1.1\r\nConnection: close\r\n" + HOST
            answer = exchange(victim.url, request + b"\r\n")
            assert answer.status in {400, 404, 422}, path
            assert not any(secret in answer.data for secret in SECRETS)
