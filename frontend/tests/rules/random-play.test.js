import assert from 'node:assert/strict';
import test from 'node:test';
import { seededDice } from '../../js/rules/dice.js';
import { act, newGame } from '../../js/rules/game.js';
import { revive } from '../../js/rules/state/save.js';
import { view } from '../../js/rules/view.js';
import { deepFreeze, offered, withheld } from './helpers.js';

/** @typedef {import('../../js/rules/types.js').State} State */

const GAMES = 50;
const ACTIONS = 400;

/** @type {readonly import('../../js/rules/types.js').Action[]} */
const NONSENSE = [
  { type: 'topic', topic: 'no such thing' },
  { type: 'deed', deed: 'seal-rune' },
  { type: 'check', check: 'nothing' },
  { type: 'buy', item: 'stone' },
  { type: 'sell', item: 'rope' },
  { type: 'use', item: 'stone' },
  { type: 'talk', person: 'survivor' },
  { type: 'deed', deed: 'take-stone' },
  { type: 'story' },
  { type: 'sell', item: 'torch' },
  { type: 'leave' },
  /** @type {never} */ ({ type: 'dance' }),
  /** @type {never} */ ({ type: 'move', direction: 'up' }),
  /** @type {never} */ ({ type: 'use', item: 'nuke' }),
  /** @type {never} */ ({ type: 'talk', person: 'nobody' }),
  /** @type {never} */ ({ type: 'buy' }),
];

/** @param {State} s */
function holds(s) {
  const { hero } = s;
  assert.ok(hero.hp >= 1 && hero.hp <= hero.maxHp, `HP ${hero.hp} of ${hero.maxHp}`);
  assert.ok(Number.isInteger(hero.gold) && hero.gold >= 0, `gold ${hero.gold}`);
  assert.ok(s.inventory.every(({ count }) => Number.isInteger(count) && count > 0));
  assert.ok(s.inventory.some(({ id }) => id === 'rope') && s.inventory.some(({ id }) => id === 'dagger'));
  assert.ok(s.inventory.some(({ id }) => id === hero.weapon));
  assert.equal(
    s.inventory.some(({ id }) => id === 'stone'),
    !!s.flags.stoneTaken && !s.flags.runeSealed,
  );
  assert.ok(s.visits[s.place], s.place);
  assert.ok(!s.fight || (s.fight.hp > 0 && s.fight.hp <= s.fight.maxHp && !s.talk && !s.shop));
  assert.deepEqual(revive(JSON.parse(JSON.stringify(s))), s);
  assert.ok(JSON.stringify(s).length < 20_000);
  assert.ok(view(s).choices.length <= 10);
}

/** @param {State} s @param {import('../../js/rules/types.js').Dice} dice */
function refuses(s, dice) {
  const allowed = new Set(offered(s).map((action) => JSON.stringify(action)));
  for (const action of [...withheld(s), ...NONSENSE]) {
    if (allowed.has(JSON.stringify(action))) continue;
    const result = act(s, action, { dice });
    assert.equal(result.state, s, `${JSON.stringify(action)} was played`);
    assert.equal(result.events[0]?.type, 'refused');
    assert.ok(result.events[0]?.text);
  }
}

/** @param {number} seed */
function game(seed) {
  const dice = seededDice(seed);
  let s = newGame();
  for (let i = 0; i < ACTIONS; i += 1) {
    const actions = offered(deepFreeze(s));
    if (i % 20 === 0) refuses(s, dice);
    const action = actions[dice.d(actions.length) - 1];
    assert.ok(action, 'there is always something to do');
    const before = s.hero.hp;
    const { state, events } = act(s, action, { dice });
    assert.ok(!events.some(({ type }) => type === 'refused'), `${JSON.stringify(action)}: ${events[0]?.text}`);
    assert.ok(
      events.some(({ text }) => text),
      `${JSON.stringify(action)} said nothing`,
    );
    for (const event of events) assert.ok(event.type && event.tone && typeof event.text === 'string');
    assert.ok(before > 0 && state.minutes >= s.minutes);
    s = state;
    holds(s);
    if (s.ended) break;
  }
  const { choices } = view(s);
  assert.equal(new Set(choices.map(({ id }) => id)).size, choices.length);
  return s;
}

test(`${GAMES} random games of ${ACTIONS} actions: what must always hold, holds`, () => {
  const ends = Array.from({ length: GAMES }, (_, seed) => game(seed + 1));
  const sum = (/** @type {(s: State) => number} */ of) => ends.reduce((total, s) => total + of(s), 0);
  assert.ok(sum((s) => s.tally.deaths) > 0, 'somebody died');
  assert.ok(sum((s) => s.tally.potions) > 0, 'somebody drank');
  assert.ok(sum((s) => s.hero.level - 3) > 0, 'somebody rose');
  assert.ok(sum((s) => s.tally.goldSpent) > 0, 'somebody bought');
});
