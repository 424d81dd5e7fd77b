#!/usr/bin/env bash
# While uvicorn waits for one silent worker it hears no signal: a stop is late, and starts one more.
#
# Versions: uvicorn 0.54.0; Python 3.11 on Linux; seen 2026-12-01.
# The supervisor asks its workers one by one how they are, and waits up to
# timeout_worker_healthcheck (5 s by itself) for each; signals lie in a queue meanwhile. SIGTERM in
# that time is heard only after the wait is over, the worker is killed and another one is started.
# A worker that is only paused (SIGSTOP, a debugger, a frozen container) is killed too.
# Matters to us: that option is 60 s here, and comes on top of the time that a stop may take.
# In the library: supervisors.multiprocess.Multiprocess.run and keep_subprocess_alive.
# Output seen: SIGTERM sent; "Child process died", a third worker, then "Received SIGTERM, exiting".
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uvicorn==0.54.0 h11==0.16.0

cd "$folder"
cat >nothing.py <<'EOF'
async def app(scope, receive, send):
    pass
EOF
venv/bin/python - <<'EOF'
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

COMMAND = [sys.executable, "-u", "-m", "uvicorn", "nothing:app", "--port", "0", "--workers", "2"]
COMMAND += ["--timeout-worker-healthcheck", "8", "--no-use-colors"]


def go_on(worker):
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGCONT)


def run(*, silence):
    """Start two workers, pause one of them if wanted, send SIGTERM, and tell what followed."""
    with subprocess.Popen(COMMAND, stderr=subprocess.PIPE, text=True) as server:
        workers = []
        while len(workers) < 2:
            line = server.stderr.readline()
            if not line:
                sys.exit("uvicorn does not start as it did.")
            workers += map(int, re.findall(r"Started server process \[(\d+)]", line))
        if silence:
            os.kill(workers[0], signal.SIGSTOP)
            # Only of use if uvicorn has changed: a paused worker must not stay behind.
            rescue = threading.Timer(60, go_on, workers[:1])
            rescue.daemon = True
            rescue.start()
        time.sleep(2)  # the supervisor asks twice a second
        server.send_signal(signal.SIGTERM)
        rest, code = server.stderr.read(), server.wait()
    events = re.findall(r"died|Started server process|Received SIGTERM", rest)
    before_heard = events[: events.index("Received SIGTERM")]
    return "died" in before_heard, rest.count("Started server process"), code


seen = {"both answer": run(silence=False), "one is silent": run(silence=True)}
for case, result in seen.items():
    print(f"{case}: killed one before it heard SIGTERM, new workers, status = {result}")
if seen != {"both answer": (False, 0, 0), "one is silent": (True, 1, 0)}:
    sys.exit("uvicorn's supervisor treats a silent worker, or a stop, in another way than it did.")
EOF
echo "as found"
