/** @import { Picture } from '../api/api.js' */
/** @import { ApiError } from '../api/http.js' */
import { asApiError } from '../api/http.js';

/**
 * Pictures being painted: one at a time for an item, whether its window is
 * open or not. A running request is never sent again.
 *
 * @typedef {{ name: string, prompt: string, style: string }} Order
 * @typedef {{ name: string, picture: Picture|null, error: ApiError|null }} Outcome
 */

/**
 * @param {object} outside
 * @param {(order: Order) => Promise<Picture>} outside.generate
 * @param {(name: string, outcome: Outcome|null) => void} outside.onChange
 *   `onChange` gets null at the start, and the outcome at the end
 */
export function createJobs({ generate, onChange }) {
  /** @type {Set<string>} */
  const running = new Set();

  return {
    /** @param {string} name */
    isRunning: (name) => running.has(name),
    /**
     * @param {Order} order
     * @returns {Promise<boolean>} false if one is running already
     */
    async start(order) {
      const { name } = order;
      if (running.has(name)) return false;
      running.add(name);
      onChange(name, null);
      /** @type {Outcome} */
      let outcome;
      try {
        outcome = { name, picture: await generate(order), error: null };
      } catch (error) {
        outcome = { name, picture: null, error: asApiError(error) };
      }
      running.delete(name);
      onChange(name, outcome);
      return true;
    },
  };
}
