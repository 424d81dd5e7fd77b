import assert from 'node:assert/strict';
import test from 'node:test';
import { d20, diceFrom, highDice, lowDice, roll, scriptedDice, seededDice } from '../../js/rules/dice.js';

test('the same seed throws the same dice, another seed others', () => {
  const throws = (/** @type {number} */ seed) => {
    const dice = seededDice(seed);
    return Array.from({ length: 50 }, () => dice.d(20));
  };
  assert.deepEqual(throws(7), throws(7));
  assert.notDeepEqual(throws(7), throws(8));
});

test('a die shows each of its faces about equally often, and no other', () => {
  const dice = seededDice(1);
  const seen = new Map();
  for (let i = 0; i < 60000; i += 1) {
    const face = dice.d(6);
    seen.set(face, (seen.get(face) ?? 0) + 1);
  }
  assert.deepEqual([...seen.keys()].sort(), [1, 2, 3, 4, 5, 6]);
  for (const count of seen.values()) assert.ok(Math.abs(count - 10000) < 500, String(count));
});

test('the extremes of a random source stay on the die', () => {
  assert.equal(diceFrom(() => 0).d(20), 1);
  assert.equal(diceFrom(() => 0.9999999).d(20), 20);
});

test('rolls add up; advantage takes the better of two, disadvantage the worse', () => {
  assert.equal(roll(highDice, 2, 4), 8);
  assert.equal(roll(lowDice, 3, 6), 3);
  assert.equal(d20(scriptedDice([4, 15]), 1), 15);
  assert.equal(d20(scriptedDice([4, 15]), -1), 4);
  assert.equal(d20(scriptedDice([4, 15])), 4);
});
