/**
 * Time from outside, so that tests can turn the clock.
 * @typedef {{ set(callback: () => void, ms: number): unknown, clear(timer: unknown): void }} Timers
 */

/** @type {Timers} */
export const pageTimers = {
  set: (callback, ms) => setTimeout(callback, ms),
  clear: (timer) => {
    if (typeof timer === 'number') clearTimeout(timer);
  },
};
