"""Names of the scripted answers, for the command line and for the stand-in's control path."""

from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_answers import Script

NAMED: dict[str, Script] = {
    "picture": gemini_answers.picture,
    "jpeg_picture": gemini_answers.jpeg_picture,
    "picture_after_text": gemini_answers.picture_after_text,
    "no_image_bytes": gemini_answers.no_image_bytes,
    "truncated_picture": gemini_answers.truncated_picture,
    "huge_picture": gemini_answers.huge_picture,
    "oversize_picture": gemini_answers.oversize_picture,
    "blocked_prompt": gemini_answers.blocked_prompt(),
    "blocked_image": gemini_answers.blocked_image(),
    "text_only": gemini_answers.TEXT_ONLY,
    "empty": gemini_answers.EMPTY,
    "quota_per_minute": gemini_failures.QUOTA_PER_MINUTE,
    "quota_per_day": gemini_failures.QUOTA_PER_DAY,
    "no_image_quota": gemini_failures.NO_IMAGE_QUOTA,
    "no_image_quota_value": gemini_failures.NO_IMAGE_QUOTA_VALUE,
    "quota_without_details": gemini_failures.QUOTA_WITHOUT_DETAILS,
    "internal_error": gemini_failures.INTERNAL_ERROR,
    "overloaded": gemini_failures.OVERLOADED,
    "deadline_exceeded": gemini_failures.DEADLINE_EXCEEDED,
    "bad_key": gemini_failures.BAD_KEY,
    "unauthenticated": gemini_failures.UNAUTHENTICATED,
    "forbidden": gemini_failures.FORBIDDEN,
    "unknown_model": gemini_failures.UNKNOWN_MODEL,
    "bad_request": gemini_failures.BAD_REQUEST,
    "html_500": gemini_failures.HTML_500,
    "html_502": gemini_failures.HTML_502,
    "html_503": gemini_failures.HTML_503,
    "html_200": gemini_failures.HTML_200,
    "json_list": gemini_failures.JSON_LIST,
    "redirect": gemini_failures.REDIRECT,
    "never_answers": gemini_failures.NEVER_ANSWERS,
    "dropped": gemini_failures.DROPPED,
    "dropped_midway": gemini_failures.DROPPED_MIDWAY,
}


def by_name(name: str) -> Script:
    """Find a scripted answer; ``slow_picture:3`` and ``drips:0.1`` carry their seconds.

    Raises:
        KeyError: When there is no answer of that name.
    """
    kind, _, seconds = name.partition(":")
    if kind == "slow_picture":
        return gemini_answers.slow_picture(float(seconds or 1))
    if kind == "drips":
        return gemini_failures.drips(float(seconds or 0.05))
    return NAMED[name]
