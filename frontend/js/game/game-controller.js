/** @import { Action, Chance, GameEvent, State } from '../rules/types.js' */
/** @import { View } from '../rules/view.js' */
/** @import { Line } from './log-lines.js' */
import { act, newGame, opening, view } from '../rules/index.js';
import { linesOf, newest } from './log-lines.js';

/**
 * Holds the game: takes actions, gives what to show.
 *
 * @typedef {object} Turn
 * @property {View} view
 * @property {readonly GameEvent[]} events of this turn; none where a game was opened
 * @property {readonly Line[]} lines new ones
 * @property {readonly Line[]} history all
 * @property {State} state
 * @property {boolean} changed whether there is something to save
 * @property {Action|null} action what was done; null where a game was opened
 */

const MOST_LINES = 300;

/** @param {{ chance: Chance, onTurn: (turn: Turn) => void }} outside */
export function createGame({ chance, onTurn }) {
  /** @type {State|null} */
  let state = null;
  /** @type {Line[]} */
  let history = [];
  let number = 0;

  /**
   * @param {State} next
   * @param {readonly GameEvent[]} events
   * @param {Line[]} lines
   * @param {boolean} changed
   * @param {Action|null} [action]
   */
  function show(next, events, lines, changed, action = null) {
    state = next;
    history = newest([...history, ...lines], MOST_LINES);
    onTurn({ view: view(next), events, lines, history, state: next, changed, action });
  }

  return {
    /** @param {string} name */
    begin(name) {
      const first = newGame({ name, ...(chance.clock ? { clock: chance.clock } : {}) });
      history = [];
      number = 0;
      show(first, [], linesOf(null, opening(first), number), true);
    },
    /**
     * @param {State} saved
     * @param {Line[]} lines
     * @param {boolean} [changed] it is not stored anywhere yet
     */
    resume(saved, lines, changed = false) {
      history = [];
      number = Math.max(0, ...lines.map(({ turn }) => turn));
      const told =
        lines.length > 0 ? lines : [{ text: view(saved).place.description, tone: 'narration', turn: number }];
      show(saved, [], told, changed);
    },
    /**
     * @param {Action} action
     * @param {string} command as the log repeats it
     */
    dispatch(action, command) {
      if (state === null) return;
      const { state: next, events } = act(state, action, chance);
      number += 1;
      show(next, events, linesOf(command, events, number), next !== state, action);
    },
    view: () => (state === null ? null : view(state)),
    /** The state to save. */
    kept: () => (state === null ? null : { state, view: view(state), history }),
  };
}
