#!/usr/bin/env bash
# uvicorn opens another door, and ends with another status, for one worker than for several.
#
# Versions: uvicorn 0.54.0; Python 3.11 on Linux; seen 2026-12-01.
# host "::" with one worker takes IPv6 only, because asyncio sets IPV6_V6ONLY; with two workers
# uvicorn binds the socket itself and IPv4 comes in too, as "::ffff:127.0.0.1". After SIGTERM one
# worker ends by that very signal (-15, 143 in a shell), two end with 0.
# Matters to us: WORKERS would change who can connect, and how a trusted proxy's address looks.
# In the library: server.Server.startup and capture_signals, config.Config.bind_socket.
# Output seen: 1 worker: refused, -15; 2 workers: ::ffff:127.0.0.1, 0. Needs IPv6 on loopback.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uvicorn==0.54.0 h11==0.16.0

cd "$folder"
cat >peer.py <<'EOF'
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["client"][0].encode()})
EOF
venv/bin/python - <<'EOF'
import signal
import socket
import subprocess
import sys
import time
import urllib.request

open_url = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def peer(host, port):
    """The address of this client as the server sees it."""
    try:
        with open_url(f"http://{host}:{port}/", timeout=60) as answer:
            return answer.read().decode()
    except OSError:
        return "refused"


def serve(workers):
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "peer:app", "--host", "::", "--port", str(port)]
    command += ["--workers", str(workers), "--log-level", "error"]
    with subprocess.Popen(command) as server:
        end = time.monotonic() + 60
        while peer("[::1]", port) == "refused" and time.monotonic() < end:
            time.sleep(0.1)
        over_6, over_4 = peer("[::1]", port), peer("127.0.0.1", port)
        server.send_signal(signal.SIGTERM)
        return over_6, over_4, server.wait(60)


seen = {"1 worker": serve(1), "2 workers": serve(2)}
expected = {"1 worker": ("::1", "refused", -15), "2 workers": ("::1", "::ffff:127.0.0.1", 0)}
for case, result in seen.items():
    print(f"{case}: over IPv6, over IPv4, exit status = {result}")
if seen != expected:
    sys.exit("uvicorn binds '::' or ends in another way than it did.")
EOF
echo "as found"
