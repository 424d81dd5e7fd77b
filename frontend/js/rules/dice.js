/** @import { Dice } from './types.js' */

/**
 * A die from any source of numbers in [0, 1).
 * @param {() => number} random
 * @returns {Dice}
 */
export function diceFrom(random) {
  return { d: (sides) => 1 + Math.floor(random() * sides) };
}

/**
 * Dice that fall the same way for the same seed (mulberry32).
 * @param {number} seed
 * @returns {Dice}
 */
export function seededDice(seed) {
  let a = seed >>> 0;
  return diceFrom(() => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  });
}

/** @type {Dice} Every die shows 1. */
export const lowDice = { d: () => 1 };

/** @type {Dice} Every die shows its highest face. */
export const highDice = { d: (sides) => sides };

/**
 * Dice that show the given faces in turn, then 1 for ever.
 * @param {readonly number[]} faces
 * @returns {Dice}
 */
export function scriptedDice(faces) {
  const left = [...faces];
  return { d: (sides) => Math.min(sides, Math.max(1, left.shift() ?? 1)) };
}

/**
 * @param {Dice} dice
 * @param {number} count
 * @param {number} sides
 */
export function roll(dice, count, sides) {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += dice.d(sides);
  return sum;
}

/**
 * A d20; two are thrown for advantage (better) or disadvantage (worse).
 * @param {Dice} dice
 * @param {number} [edge] above 0 advantage, below 0 disadvantage
 */
export function d20(dice, edge = 0) {
  const first = dice.d(20);
  if (edge === 0) return first;
  const second = dice.d(20);
  return edge > 0 ? Math.max(first, second) : Math.min(first, second);
}
