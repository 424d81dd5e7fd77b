/** @import { Turn } from '../types.js' */
import { startFight } from './combat.js';
import { whoComes } from './enemies.js';

/** Moves without an encounter after one. */
export const QUIET_MOVES = 2;

/**
 * Then each move brings one with 3 chances in 14: 1 / (2 + 14/3) = 15% of all moves.
 * @type {readonly [number, number]}
 */
const CHANCE = [3, 14];

/**
 * Starts an encounter, unless the last one was too recent.
 * @param {Turn} t
 * @returns {boolean} whether something came
 */
export function meet(t) {
  const { s } = t;
  if (s.quiet < QUIET_MOVES) return false;
  s.tally.encounters += 1;
  startFight(t, whoComes(s.place, t.dice));
  return true;
}

/**
 * The encounter that a move may bring. None comes into the tavern.
 * @param {Turn} t
 */
export function mayMeet(t) {
  const { s } = t;
  if (s.quiet < QUIET_MOVES) {
    s.quiet += 1;
    return;
  }
  if (s.place !== 'tavern' && t.dice.d(CHANCE[1]) <= CHANCE[0]) meet(t);
}
