import { ApiError } from '../../js/api/http.js';

/** Timers that run when the test says so. */
export function fakeTimers() {
  let id = 0;
  /** @type {Map<number, { callback: () => void, ms: number }>} */
  const waiting = new Map();
  return {
    /** @param {() => void} callback @param {number} ms */
    set(callback, ms) {
      id += 1;
      waiting.set(id, { callback, ms });
      return id;
    },
    /** @param {unknown} timer */
    clear: (timer) => void waiting.delete(/** @type {number} */ (timer)),
    waits: () => [...waiting.values()].map(({ ms }) => ms),
    async fire() {
      const due = [...waiting.values()];
      waiting.clear();
      for (const { callback } of due) callback();
      await settled();
    },
  };
}

/** Lets all promises that can run, run. */
export function settled() {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** @template T */
export function deferred() {
  /** @type {(value: T) => void} */
  let resolve = () => {};
  /** @type {(error: unknown) => void} */
  let reject = () => {};
  const promise = new Promise((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}

/** @param {number} status @param {object} [facts] */
export const failure = (status, facts = {}) => new ApiError(`answer ${status}`, { status, ...facts });
