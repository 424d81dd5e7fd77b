/**
 * A search over everything that can be reached: abstract states (place, story,
 * key items, what is going on), joined by the real `act` under the kindest and
 * the cruellest dice.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { highDice, lowDice } from '../../js/rules/dice.js';
import { act, newGame } from '../../js/rules/game.js';
import { PLACE_IDS } from '../../js/rules/world/world.js';
import { gameWith, offered } from './helpers.js';

/** @typedef {import('../../js/rules/types.js').State} State */
/** @typedef {import('../../js/rules/types.js').Action} Action */
/** @typedef {{ state: State, next: Set<string>, from: Set<string> }} Node */

const STORY = /** @type {const} */ ([
  'fighter',
  'rogue',
  'reachedMines',
  'noteRead',
  'rubbleCleared',
  'minersFree',
  'minersHome',
  'stoneTaken',
  'runeSealed',
  'bridgeMended',
]);
const KEY_ITEMS = /** @type {const} */ (['rope', 'stone', 'planks']);
const FIGHT_ROUNDS = 12;

/** Dice that bring no encounter but fail every roll of a d20. @type {import('../../js/rules/types.js').Dice} */
const unluckyDice = { d: (sides) => (sides === 14 ? 14 : 1) };
const DICE = () => [highDice, lowDice, unluckyDice];

/** Dice of a fight that goes wrong: the hero's throw, the first, is a 1, and the enemy's a 20. */
const cruelDice = () => {
  let first = true;
  return {
    d: (/** @type {number} */ sides) => {
      if (sides !== 20) return sides === 5 ? 1 : sides;
      const face = first ? 1 : 20;
      first = false;
      return face;
    },
  };
};
const FIGHT_DICE = () => [highDice, cruelDice()];

/** @param {State} s */
function keyOf(s) {
  const flags = STORY.map((flag) => (s.flags[flag] ? 1 : 0)).join('');
  const items = KEY_ITEMS.map((id) => (s.inventory.some((one) => one.id === id) ? 1 : 0)).join('');
  const doing = s.fight
    ? `fight ${s.fight.enemy}`
    : s.shop
      ? `shop ${s.shop.keeper}`
      : (s.talk ?? (s.choosing ? 'choosing' : ''));
  return [s.place, flags, items, doing, s.ended].join('|');
}

const met = { deaths: 0, escapes: 0, beaten: 0 };

/**
 * One action; a blow or a step of a fight is made until the fight is over, one way or another.
 * @param {State} s
 * @param {Action} action
 * @param {number} which of the dice
 */
function follow(s, action, which) {
  const dice = () => (s.fight ? FIGHT_DICE() : DICE())[which] ?? highDice;
  let { state } = act(s, action, { dice: dice() });
  const goesOn = action.type === 'attack' || action.type === 'sneak';
  for (let i = 0; goesOn && state.fight && i < FIGHT_ROUNDS; i += 1) ({ state } = act(state, action, { dice: dice() }));
  met.deaths += state.tally.deaths - s.tally.deaths;
  met.escapes += state.tally.escapes - s.tally.escapes;
  if (s.fight && Object.keys(state.beaten).length > Object.keys(s.beaten).length) met.beaten += 1;
  return state;
}

/** What does not change the abstract state is left out: it would only repeat a search. @param {Action} action */
function matters(action) {
  return action.type !== 'look' && action.type !== 'check' && action.type !== 'story';
}

/**
 * @param {readonly State[]} roots
 * @returns {Map<string, Node>}
 */
function explore(roots) {
  /** @type {Map<string, Node>} */
  const nodes = new Map();
  /** @param {State} state */
  const visit = (state) => {
    const key = keyOf(state);
    if (!nodes.has(key)) {
      nodes.set(key, { state, next: new Set(), from: new Set() });
      queue.push(key);
    }
    return key;
  };
  /** @type {string[]} */
  const queue = [];
  roots.forEach(visit);
  for (let i = 0; i < queue.length; i += 1) {
    const key = queue[i] ?? '';
    const node = nodes.get(key);
    if (!node) continue;
    for (const action of offered(node.state).filter(matters)) {
      for (let which = 0; which < (node.state.fight ? FIGHT_DICE() : DICE()).length; which += 1) {
        const to = visit(follow(node.state, action, which));
        node.next.add(to);
        nodes.get(to)?.from.add(key);
      }
    }
  }
  return nodes;
}

/**
 * Everything from which one of those can be reached.
 * @param {Map<string, Node>} nodes
 * @param {(state: State) => boolean} goal
 */
function canReach(nodes, goal) {
  const good = [...nodes].filter(([, { state }]) => goal(state)).map(([key]) => key);
  const seen = new Set(good);
  for (let i = 0; i < good.length; i += 1) {
    for (const key of nodes.get(good[i] ?? '')?.from ?? []) {
      if (!seen.has(key)) {
        seen.add(key);
        good.push(key);
      }
    }
  }
  return seen;
}

const begun = newGame();
/** Sold all that sells, died, and has no coin left. */
const destitute = gameWith({
  hero: { ...begun.hero, gold: 0, hp: 1 },
  inventory: [
    { id: 'dagger', count: 1 },
    { id: 'rope', count: 1 },
  ],
  tally: { ...begun.tally, deaths: 9 },
  minutes: 23 * 60,
  weather: 'storm',
  memory: { stranger: { times: 3, day: 1, said: ['who'] } },
});
const nodes = explore([begun, destitute]);

test('every place can be reached', () => {
  const reached = new Set([...nodes.values()].map(({ state }) => state.place));
  assert.deepEqual([...reached].sort(), [...PLACE_IDS].sort());
});

test('every place can be left, in any state', () => {
  for (const place of PLACE_IDS) {
    const away = canReach(nodes, (s) => s.place !== place || s.ended);
    const stuck = [...nodes].filter(([key, { state }]) => state.place === place && !away.has(key));
    assert.deepEqual(
      stuck.map(([key]) => key),
      [],
      place,
    );
  }
});

test('the game can be won from every state that can be reached', () => {
  const winning = canReach(nodes, (s) => s.ended);
  const lost = [...nodes.keys()].filter((key) => !winning.has(key));
  assert.ok(nodes.size > 5000, `${nodes.size} states`);
  assert.deepEqual(lost.slice(0, 5), []);
});

test('all four objectives can be reached from every state before the ending', () => {
  const whole = canReach(nodes, (s) => s.ended && !!s.flags.fighter && !!s.flags.rogue);
  const lost = [...nodes].filter(([key, { state }]) => !state.ended && !whole.has(key)).map(([key]) => key);
  assert.deepEqual(lost.slice(0, 5), []);
});

test('the hero can walk back to the tavern from every place, the mines included', () => {
  const home = canReach(nodes, (s) => s.place === 'tavern' && !s.fight);
  assert.deepEqual(
    [...nodes].filter(([key, { state }]) => !state.ended && !home.has(key)).map(([key]) => key),
    [],
  );
});

test('the search covers death, fights won and fights fled', () => {
  for (const [what, count] of Object.entries(met)) assert.ok(count > 100, `${what}: ${count}`);
});

test('no path loses what the story needs', () => {
  for (const [key, { state }] of nodes) {
    assert.ok(
      state.inventory.some(({ id }) => id === 'rope'),
      key,
    );
    if (state.flags.stoneTaken && !state.flags.runeSealed)
      assert.ok(
        state.inventory.some(({ id }) => id === 'stone'),
        key,
      );
  }
});
