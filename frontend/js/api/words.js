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
  player_limit: 'You or others at your address have used up the new pictures for today.',
  daily_limit: "All of today's pictures are painted.",
  budget: "The month's paint is used up.",
  client_bytes: 'You or others at your address have reached the storage limit for today.',
  quota_minute: "The painter is busy with other people's pictures.",
  quota_day: 'The painter has no paint left today.',
};

/** @type {Readonly<Record<number, string>>} */
const GENERAL = {
  403: 'The server does not accept this request from here.',
  404: 'It is not there any more.',
  413: 'That is too large for the server.',
  507: "The server's disk is full.",
};

/** The same statuses, and more, for requests for a picture. @type {Readonly<Record<number, string>>} */
const OF_PICTURES = {
  ...GENERAL,
  401:
    'This picture belongs to somebody else, or to you in another browser or at another address: ' +
    'the server knows you by a cookie.',
  409: 'The gallery is full. Delete a picture to make room.',
  502: "The painter's answer was not a picture.",
  503: 'The painter cannot work just now.',
  504: 'The painter took too long.',
};

/**
 * Says what went wrong with anything but a picture, in words for the player.
 * @param {ApiError} error
 * @returns {string}
 */
export function explainCall(error) {
  if (error.trouble === 'offline') return 'The server cannot be reached.';
  if (['own', 'cookies', 'storage'].includes(error.trouble)) return error.message;
  return GENERAL[error.status] ?? (error.status >= 500 ? 'The server stumbled.' : error.message);
}

/**
 * Says what went wrong with a picture, in words for the player.
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
 * The same, and when the page retries.
 * @param {ApiError} error
 */
export function explainWithWait(error) {
  const text = explain(error);
  return error.retryAfter === null ? text : `${text} Try again ${waitWords(error.retryAfter)}.`;
}
