#!/usr/bin/env bash
# google-genai reads base64 in every form but one: with line breaks the whole answer is lost.
#
# Versions: google-genai 3.4.0, pydantic 2.14.3, httpx2 2.16.2; Python 3.11; seen 2026-12-01.
# Matters to us: such an answer has status 200 and is billed. With should_return_http_response
# the SDK reads nothing at all: the body is there, and all typed fields are None without a word.
# In the library: types.Blob.data under GenerateContentResponse._from_response;
# models.Models._generate_content returns early for should_return_http_response.
# Output seen: plain, URL-safe and unpadded give the picture; line breaks give ValidationError;
# raw gives the body and no candidates.
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
from google.genai import types

PICTURE = bytes(range(256))
answer = b""


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(answer)

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


def ask(data, **config):
    global answer
    part = {"inlineData": {"mimeType": "image/png", "data": data}}
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}
    answer = json.dumps({"candidates": [candidate]}).encode()
    return client.models.generate_content(
        model="painter", contents="a mill", config=types.GenerateContentConfig(**config)
    )


def outcome(data):
    try:
        blob = ask(data).candidates[0].content.parts[0].inline_data
    except ValueError as error:
        return type(error).__name__
    return "the picture" if blob.data == PICTURE else "other bytes"


plain = base64.b64encode(PICTURE).decode()
broken = base64.encodebytes(PICTURE).decode()  # a line break after each 76 letters
raw = ask(broken, should_return_http_response=True)
seen = {
    "plain": outcome(plain),
    "URL-safe": outcome(base64.urlsafe_b64encode(PICTURE).decode()),
    "unpadded": outcome(plain.rstrip("=")),
    "line breaks": outcome(broken),
    "raw, the body": raw.sdk_http_response.body == answer.decode(),
    "raw, the candidates": raw.candidates,
}
expected = {
    "plain": "the picture",
    "URL-safe": "the picture",
    "unpadded": "the picture",
    "line breaks": "ValidationError",
    "raw, the body": True,
    "raw, the candidates": None,
}
for case, result in seen.items():
    print(f"{case}: {result}")
if seen != expected:
    sys.exit("google-genai reads the forms of base64, or raw answers, in another way than it did.")
EOF
echo "as found"
