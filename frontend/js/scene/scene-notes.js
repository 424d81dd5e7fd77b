/** @import { ApiError } from '../api/http.js' */
/** @import { ScenePicture } from '../api/api.js' */
import { explain, waitWords } from '../api/words.js';

/** @type {Readonly<Record<string, string>>} */
const STAND_INS = {
  stale: 'An older picture of this place.',
  near: 'This place at another hour.',
  placeholder: 'A sketch of this place.',
};

/** @type {Readonly<Record<string, string>>} */
const REASONS = {
  rate_limit: 'The painter needs a breather.',
  player_limit: 'You or others at your address have used up the new pictures for today.',
  daily_limit: "All of today's pictures are painted.",
  client_bytes: 'You or others at your address have reached the storage limit for today.',
  library_full: 'The library is full.',
  budget: "The month's paint is used up.",
  quota_minute: 'The painter is busy.',
  quota_day: 'The painter has no paint left today.',
  refreshing: 'A new one is being painted.',
};

/**
 * @param {ScenePicture} picture
 * @param {number|null} wait seconds; null where nothing better will come
 */
export function standInNote(picture, wait) {
  const what = STAND_INS[picture.served ?? ''] ?? STAND_INS.placeholder;
  const why = REASONS[picture.reason ?? ''];
  if (wait === null) return what ?? '';
  return [what, why, `The real one can come ${waitWords(wait)}.`].filter(Boolean).join(' ');
}

/**
 * @param {ApiError} error
 * @param {number|null} wait seconds; null where another try makes no sense
 */
export function failureNote(error, wait) {
  if (wait === null) return explain(error);
  const then = error.trouble === 'offline' ? 'Trying again' : 'The real picture can come';
  return `${explain(error)} ${then} ${waitWords(wait)}.`;
}
