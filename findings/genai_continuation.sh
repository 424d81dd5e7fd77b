#!/usr/bin/env bash
# google-genai makes a second paid call by itself, and drops the first answer when that one fails.
#
# Versions: google-genai 3.4.0, pydantic 2.14.3, httpx2 2.16.2; Python 3.11; seen 2026-12-01.
# An answer with a continuationToken and no finishReason (or CONTINUATION) is asked to go on, on
# by default, though nobody asked for retries. A 503 for the second call is raised like one for
# the first: what was made and billed is gone, and nothing in the error tells so.
# Matters to us: we repeat a call after a 503, which would pay a third time.
# In the library: _extra_utils.should_enable_automatic_continuation and should_continue_generation.
# Output seen: default 2 calls, 2 pictures, 2580 tokens; then a 503: 2 calls, ServerError, no
# partial answer; automatic_continuation=False or should_return_http_response=True: 1 call.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q google-genai==3.4.0 pydantic==2.14.3 httpx2==2.16.2

"$folder/venv/bin/python" - <<'EOF'
import base64
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from google import genai
from google.genai import errors, types

answers = []
calls = []


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        calls.append(self.rfile.read(int(self.headers["Content-Length"])))
        status, body = answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Model)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = genai.Client(
    vertexai=False,
    api_key="none",
    http_options=types.HttpOptions(
        base_url=f"http://127.0.0.1:{server.server_port}",
        timeout=60_000,
        client_args={"trust_env": False},
    ),
)


def picture(**more):
    blob = {"mimeType": "image/png", "data": base64.b64encode(b"pixels").decode()}
    content = {"role": "model", "parts": [{"inlineData": blob}]}
    return 200, {
        "candidates": [{"content": content, **more}],
        "usageMetadata": {"candidatesTokenCount": 1290},
    }


FIRST = picture(continuationToken=base64.b64encode(b"more").decode())
LAST = picture(finishReason="STOP")
BUSY = 503, {"error": {"code": 503, "status": "UNAVAILABLE", "message": "busy"}}


def ask(second, **config):
    answers[:] = [FIRST, second]
    calls.clear()
    try:
        answer = client.models.generate_content(
            model="painter", contents="a mill", config=types.GenerateContentConfig(**config)
        )
    except errors.APIError as error:
        partial = [name for name in vars(error) if "partial" in name]
        return len(calls), f"{type(error).__name__} {error.code}", partial
    if answer.candidates is None:
        return len(calls), "raw"
    parts = answer.candidates[0].content.parts
    return len(calls), f"pictures: {len(parts)}", answer.usage_metadata.candidates_token_count


seen = {
    "default": ask(LAST),
    "default, then a 503": ask(BUSY),
    "automatic_continuation=False": ask(LAST, automatic_continuation=False),
    "should_return_http_response=True": ask(LAST, should_return_http_response=True),
}
expected = {
    "default": (2, "pictures: 2", 2580),
    "default, then a 503": (2, "ServerError 503", []),
    "automatic_continuation=False": (1, "pictures: 1", 1290),
    "should_return_http_response=True": (1, "raw"),
}
for case, result in seen.items():
    print(f"{case}: calls, answer = {result}")
if seen != expected:
    sys.exit("google-genai continues unfinished answers in another way than it did.")
EOF
echo "as found"
