/** @import { GameEvent } from '../rules/types.js' */

import { wellFormed } from '../rules/state/validate.js';

/** @typedef {{ text: string, tone: string, turn: number }} Line */

const TONES = new Set(['narration', 'speech', 'good', 'bad', 'fight', 'system', 'command']);
const LONGEST = 2000;

/**
 * The lines of one turn: the command and its results.
 * @param {string|null} command
 * @param {readonly GameEvent[]} events
 * @param {number} turn
 * @returns {Line[]}
 */
export function linesOf(command, events, turn) {
  const told = events.filter(({ text }) => text !== '').map(({ text, tone }) => ({ text, tone: String(tone), turn }));
  return command ? [{ text: command, tone: 'command', turn }, ...told] : told;
}

/**
 * Lines from a save; anything else is left out.
 * @param {unknown} stored
 * @param {number} most
 * @returns {Line[]}
 */
export function linesFrom(stored, most) {
  if (!Array.isArray(stored)) return [];
  const good = stored.filter((one) => typeof one?.text === 'string' && TONES.has(one?.tone));
  return newest(good, most).map(({ text, tone, turn }) => ({
    text: wellFormed(text.slice(0, LONGEST)),
    tone,
    turn: Number.isFinite(turn) ? turn : 0,
  }));
}

/**
 * @template T
 * @param {readonly T[]} lines
 * @param {number} most
 * @returns {T[]}
 */
export function newest(lines, most) {
  return lines.slice(-most);
}
