/** @import { Picture } from '../api/api.js' */

const PAINTER = 'pixel-artist';
const OLD_GAME = 'legacy';
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/**
 * What made a picture, and when, in a few words.
 * @param {Pick<Picture, 'model_used'|'created_at'>} picture
 * @returns {string} such as "Made by a model, 30 Nov 2026"
 */
export function originOf({ model_used: model, created_at: time }) {
  const words = { [PAINTER]: 'Painted here', [OLD_GAME]: 'Moved in from the old game' }[model] ?? 'Made by a model';
  const date = time === null ? NaN : Date.parse(time);
  return Number.isNaN(date) ? words : `${words}, ${DAY.format(date)}`;
}
