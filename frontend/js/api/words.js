/** @import { ApiError } from './http.js' */

/**
 * @param {number} seconds
 * @returns {string}
 */
export function waitWords(seconds) {
  if (seconds <= 1) return 'in a moment';
  if (seconds < 90) return `in about ${Math.ceil(seconds)} seconds`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `in about ${minutes} minutes`;
  return `in about ${Math.round(minutes / 60)} hours`;
}

/** Why no picture can be made now, by the server's reason. @type {Readonly<Record<string, string>>} */
const LIMITS = {
  rate_limit: 'The painter needs a breather: too many pictures in one minute.',
  player_limit: 'You, or others at your address, have had all the new pictures allowed today.',
  daily_limit: "All of today's pictures are painted.",
  budget: "The month's paint is used up.",
  client_bytes: 'You, or others at your address, have added all that may be added in a day.',
  quota_minute: "The painter is busy with other people's pictures.",
  quota_day: 'The painter has no paint left today.',
};

/** @type {Readonly<Record<number, string>>} */
const GENERAL = {
  403: 'The server did not accept this from here.',
  404: 'It is not there any more.',
  413: 'That is too large for the server.',
  507: "The server's disk is full.",
};

/** What the same statuses, and more, mean where a picture was asked for. @type {Readonly<Record<number, string>>} */
const OF_PICTURES = {
  ...GENERAL,
  401:
    'This picture belongs to somebody else, or to you in another browser or at another address: ' +
    'the server knows you by a cookie.',
  409: 'The gallery is full. Delete a picture to make room.',
  502: "The painter's answer was no picture.",
  503: 'The painter cannot work just now.',
  504: 'The painter took too long.',
};

/**
 * What went wrong with anything but a picture, for a person.
 * @param {ApiError} error
 * @returns {string}
 */
export function explainCall(error) {
  if (error.trouble === 'offline') return 'The server cannot be reached.';
  if (error.trouble === 'own' || error.trouble === 'cookies') return error.message;
  return GENERAL[error.status] ?? (error.status >= 500 ? 'The server stumbled.' : error.message);
}

/**
 * What went wrong with a picture, for a person.
 * @param {ApiError} error
 * @returns {string}
 */
export function explain(error) {
  if (error.status === 422) return error.reason ? 'The painter refuses these words.' : error.message;
  if (error.status === 429) return LIMITS[error.reason ?? ''] ?? 'Too many pictures at once.';
  if (error.reason === 'library_full') return 'The library is full: no new pictures.';
  return OF_PICTURES[error.status] ?? explainCall(error);
}

/**
 * The same, with when another try makes sense.
 * @param {ApiError} error
 */
export function explainWithWait(error) {
  const text = explain(error);
  return error.retryAfter === null ? text : `${text} Try again ${waitWords(error.retryAfter)}.`;
}
