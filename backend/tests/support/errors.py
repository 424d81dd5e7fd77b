"""One helper asserts the error body, wherever an error comes from."""

from typing import Any

import httpx


def assert_error(response: httpx.Response, status: int, reason: str | None = None) -> Any:
    """Assert status and documented body; gives the body for more assertions."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == {"status", "code", "message", "detail", "request_id"}
    assert body["status"] == "error"
    assert body["code"] == status
    assert isinstance(body["message"], str)
    assert body["message"]
    assert body["request_id"] == response.headers["X-Request-ID"]
    if status in {429, 503}:
        assert int(response.headers["Retry-After"]) >= 1
    if status == 422 and reason is None:
        assert all(problem["message"] for problem in body["detail"]["errors"])
    if reason is not None:
        assert body["detail"]["reason"] == reason
    return body
