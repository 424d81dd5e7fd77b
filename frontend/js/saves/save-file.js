/** @import { View } from '../rules/view.js' */
/** @import { State } from '../rules/types.js' */
/** @import { Line } from '../game/log-lines.js' */
import { revive } from '../rules/index.js';
import { linesFrom, newest } from '../game/log-lines.js';

const KEPT_LINES = 60;

/** The label that the server gives a saved game of the old game. */
const UNPLAYED = 'Adventure of the old game';

/**
 * The stored part of a game.
 * @param {State} state
 * @param {View} view
 * @param {readonly Line[]} lines
 */
export function packSave(state, view, lines) {
  return { label: labelOf(view), state, log: newest(lines, KEPT_LINES) };
}

/** @param {View} view */
export function labelOf({ clock, place, hero, ended }) {
  const where = ended ? `The end, day ${clock.day}` : `Day ${clock.day}, ${place.name}`;
  return `${where}, level ${hero.level}`;
}

/**
 * @param {any} body whatever lay on the server
 * @returns {{ state: State, lines: Line[] }|null} null where it is no game
 */
export function unpackSave(body) {
  const state = revive(body?.state);
  return state ? { state, lines: linesFrom(body?.log, KEPT_LINES) } : null;
}

/**
 * All slots, empty ones included, then other saves of the server, such as the old game's.
 * @template {{ slot: string }} T
 * @param {readonly T[]} saves
 * @param {readonly string[]} slots
 */
export function slotList(saves, slots) {
  const more = saves
    .map(({ slot }) => slot)
    .filter((slot) => !slots.includes(slot))
    .sort();
  return [...slots, ...more].map((slot) => ({ slot, save: saves.find((one) => one.slot === slot) ?? null }));
}

/**
 * The save that was played last.
 * @template {{ updated_at: string }} T
 * @param {readonly T[]} saves
 * @returns {T|null}
 */
export function latest(saves) {
  return saves.reduce(
    (/** @type {T|null} */ best, one) =>
      best === null || Date.parse(one.updated_at) > Date.parse(best.updated_at) ? one : best,
    null,
  );
}

/**
 * The save that Continue loads: an imported save of the old game was not played last.
 * @template {{ updated_at: string, label: string|null }} T
 * @param {readonly T[]} saves
 * @returns {T|null}
 */
export function lastPlayed(saves) {
  return latest(saves.filter(({ label }) => label !== UNPLAYED)) ?? latest(saves);
}
