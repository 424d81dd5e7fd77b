/** @import { Hour, State } from '../types.js' */

const DAY = 24 * 60;

/** A game begins on day 1 at 07:00. */
export const START_MINUTES = 7 * 60;

/** How long things take, in minutes. */
export const COST = { move: 20, look: 5, talk: 5, check: 20, deed: 30, round: 1, trade: 5 };

/**
 * @param {number} minutes
 * @returns {Hour}
 */
export function hourAt(minutes) {
  const hour = Math.floor((minutes % DAY) / 60);
  if (hour >= 5 && hour < 8) return 'dawn';
  if (hour >= 8 && hour < 18) return 'day';
  if (hour >= 18 && hour < 21) return 'dusk';
  return 'night';
}

/**
 * @param {State} s
 * @returns {Hour}
 */
export function hourOf(s) {
  return hourAt(s.minutes);
}

/** @param {State} s */
export function dayOf(s) {
  return 1 + Math.floor(s.minutes / DAY);
}

/** @param {State} s */
export function timeOfDay(s) {
  const inDay = s.minutes % DAY;
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${two(Math.floor(inDay / 60))}:${two(inDay % 60)}`;
}

/**
 * Minutes until the next time it is this hour; a whole day if it is that hour now.
 * @param {State} s
 * @param {number} oclock
 */
export function minutesUntil(s, oclock) {
  const left = (oclock * 60 - (s.minutes % DAY) + DAY) % DAY;
  return left === 0 ? DAY : left;
}
