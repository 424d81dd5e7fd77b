#!/usr/bin/env bash
# Installing aiohttp beside google-genai makes it send a paid request twice.
#
# Versions: google-genai 3.4.0, httpx2 2.16.2, aiohttp 3.14.5; Python 3.11; seen 2026-12-01.
# The SDK's client for asyncio changes to aiohttp where it can be imported, whoever installed it.
# On that way alone it repeats a POST once, after 1 to 10 seconds, when the connection ends
# without an answer, and raises the second error only. httpx2 asks once. attempts=1 ends it.
# Matters to us: a picture may have been made before the connection broke; each try is billed.
# In the library: _api_client.BaseApiClient._async_request_once, its parameter implicit_retry.
# Output seen: without aiohttp 1 call, RemoteProtocolError; with it 2 equal calls,
# ServerDisconnectedError; with it and attempts=1, or with a client of httpx2's passed in: 1 call.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"

cat >"$folder/ask.py" <<'EOF'
import asyncio
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
from google import genai
from google.genai import types

calls = []


class HangsUp(BaseHTTPRequestHandler):
    def do_POST(self):
        calls.append(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), HangsUp)
threading.Thread(target=server.serve_forever, daemon=True).start()


async def ask(**options):
    calls.clear()
    client = genai.Client(
        vertexai=False,
        api_key="none",
        http_options=types.HttpOptions(
            base_url=f"http://127.0.0.1:{server.server_port}", timeout=60_000, **options
        ),
    )
    try:
        await client.aio.models.generate_content(model="painter", contents="a mill")
    except Exception as error:
        return len(calls), len(set(calls)), type(error).__name__
    finally:
        await client.aio.aclose()


NO_PROXY = {"trust_env": False}
with_aiohttp = sys.argv[1] == "with aiohttp"
once = (1, 1, "ServerDisconnectedError" if with_aiohttp else "RemoteProtocolError")
seen = {
    "default": asyncio.run(ask(async_client_args=NO_PROXY)),
    "attempts=1": asyncio.run(
        ask(async_client_args=NO_PROXY, retry_options=types.HttpRetryOptions(attempts=1))
    ),
    "httpx2 passed in": asyncio.run(
        ask(httpx_async_client=httpx2.AsyncClient(trust_env=False))
    ),
}
expected = {
    "default": (2, 1, "ServerDisconnectedError") if with_aiohttp else once,
    "attempts=1": once,
    "httpx2 passed in": (1, 1, "RemoteProtocolError"),
}
for case, result in seen.items():
    print(f"{sys.argv[1]}, {case}: calls, different ones, error = {result}")
if seen != expected:
    sys.exit("google-genai repeats a broken call in another way than it did.")
EOF
"$folder/venv/bin/pip" install -q google-genai==3.4.0 httpx2==2.16.2
"$folder/venv/bin/python" "$folder/ask.py" "without aiohttp"
"$folder/venv/bin/pip" install -q aiohttp==3.14.5
"$folder/venv/bin/python" "$folder/ask.py" "with aiohttp"
echo "as found"
