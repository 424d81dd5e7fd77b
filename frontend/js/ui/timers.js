/**
 * Timers as an argument, so that tests can control the clock.
 * @typedef {{ set(callback: () => void, ms: number): unknown, clear(timer: unknown): void }} Timers
 */

/** Browsers treat a longer delay as zero. */
const LONGEST_MS = 2 ** 31 - 1;

/** @type {Timers} */
export const pageTimers = {
  set: (callback, ms) => setTimeout(callback, Math.min(ms, LONGEST_MS)),
  clear: (timer) => {
    if (typeof timer === 'number') clearTimeout(timer);
  },
};
