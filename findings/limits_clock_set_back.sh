#!/usr/bin/env bash
# When the clock is set back, limits' memory storage locks clients out until it has caught up.
#
# Versions: limits 5.8.0, time-machine 3.6.0 (moves the clock); Python 3.11; seen 2026-12-01.
# Seconds of a window are counted on the wall's clock (time.time), not on a monotonic one. A
# clock that was an hour ahead and is corrected turns a limit of a minute into one of an hour,
# for fixed and moving windows; the sliding counter names its windows by the time and is not hit.
# Matters to us: on a computer whose clock is corrected back, players would be refused for as long.
# In the library: limits.storage.memory.MemoryStorage, Entry and acquire_entry.
# Output seen: two minutes after the only hit of a minute: free again; the same with the clock set
# back by an hour in between: refused, for more than 3,400 further seconds; after reset(): free.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q limits==5.8.0 time-machine==3.6.0

"$folder/venv/bin/python" - <<'EOF'
import sys
import time

import time_machine
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import (
    FixedWindowRateLimiter,
    MovingWindowRateLimiter,
    SlidingWindowCounterRateLimiter,
)

ONCE = RateLimitItemPerMinute(1)
STRATEGIES = {
    "fixed window": FixedWindowRateLimiter,
    "moving window": MovingWindowRateLimiter,
    "sliding counter": SlidingWindowCounterRateLimiter,
}


def after_two_minutes(strategy, set_back):
    storage = MemoryStorage()
    limiter = strategy(storage)
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        assert limiter.hit(ONCE, "client")
        assert not limiter.test(ONCE, "client")
        clock.shift(120 - set_back)
        is_free = limiter.test(ONCE, "client")
        is_far = limiter.get_window_stats(ONCE, "client").reset_time - time.time() > 3_400
        storage.reset()
        return is_free, is_far, limiter.test(ONCE, "client")


seen = {
    f"{name}, {case}": after_two_minutes(strategy, seconds)
    for name, strategy in STRATEGIES.items()
    for case, seconds in {"clock left alone": 0, "set back by an hour": 3600}.items()
}
expected = {
    "fixed window, clock left alone": (True, False, True),
    "fixed window, set back by an hour": (False, True, True),
    "moving window, clock left alone": (True, False, True),
    "moving window, set back by an hour": (False, True, True),
    "sliding counter, clock left alone": (True, False, True),
    "sliding counter, set back by an hour": (True, False, True),
}
for case, result in seen.items():
    print(f"{case}: free, reset is far, free after reset() = {result}")
if seen != expected:
    sys.exit("limits minds a clock that is set back in another way than it did.")
EOF
echo "as found"
