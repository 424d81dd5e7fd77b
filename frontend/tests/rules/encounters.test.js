import assert from 'node:assert/strict';
import test from 'node:test';
import { highDice, lowDice, seededDice } from '../../js/rules/dice.js';
import { act, newGame } from '../../js/rules/game.js';
import { view } from '../../js/rules/view.js';
import { gameWith, play } from './helpers.js';

/**
 * Walks about at random, stepping out of every fight at once.
 * @param {number} seed
 * @param {number} moves
 * @returns {number[]} the numbers of the moves that brought an encounter
 */
function wander(seed, moves) {
  const dice = seededDice(seed);
  let s = newGame();
  const met = [];
  for (let i = 0; i < moves; i += 1) {
    const ways = Object.values(view(s).exits).filter(({ enabled }) => enabled);
    const way = ways[dice.d(ways.length) - 1];
    assert.ok(way);
    s = act(s, way.action, { dice }).state;
    if (s.fight) met.push(i);
    s = { ...s, fight: null };
  }
  return met;
}

test('an encounter comes on about 15% of moves', () => {
  const moves = 20000;
  const rate = (wander(11, moves).length / moves) * 100;
  assert.ok(rate > 13.5 && rate < 16, `${rate}%`);
});

test('never twice within two moves', () => {
  const met = wander(12, 5000);
  met.slice(1).forEach((at, i) => assert.ok(at - (met[i] ?? 0) > 2, `${met[i]} and ${at}`));
});

test('nothing comes into the tavern, whatever the dice say', () => {
  assert.equal(play(gameWith({ place: 'square' }), { type: 'move', direction: 'south' }, lowDice).state.fight, null);
  assert.ok(play(newGame(), { type: 'move', direction: 'south' }, lowDice).state.fight);
  assert.equal(play(newGame(), { type: 'move', direction: 'south' }, highDice).state.fight, null);
});
