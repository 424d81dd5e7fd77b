import assert from 'node:assert/strict';
import test from 'node:test';
import { newGame } from '../../js/rules/game.js';
import { hourOf } from '../../js/rules/world/clock.js';
import { highDice, lowDice, scriptedDice } from '../../js/rules/dice.js';
import { restOffer } from '../../js/rules/hero/rest.js';
import { fighting, gameWith, only, play, textOf } from './helpers.js';

const hurtHero = (/** @type {Partial<import('../../js/rules/types.js').Hero>} */ more = {}) => ({
  ...newGame().hero,
  hp: 10,
  ...more,
});

test('a bed costs five gold, heals all, and lasts till dawn', () => {
  const { state } = play(gameWith({ hero: hurtHero(), minutes: 1300 }), { type: 'rest' });
  assert.deepEqual([state.hero.hp, state.hero.gold, hourOf(state)], [50, 10, 'dawn']);
  assert.ok(state.minutes > 1300);
});

test('without gold there is the hearth: less healing, and time all the same', () => {
  const { state } = play(gameWith({ hero: hurtHero({ gold: 4 }) }), { type: 'rest' });
  assert.deepEqual([state.hero.hp, state.hero.gold], [10 + 13, 4]);
  assert.equal(state.minutes, newGame().minutes + 240);
});

test('a camp eats a ration; without one it heals little', () => {
  const s = gameWith({
    place: 'grove',
    hero: hurtHero(),
    inventory: [...newGame().inventory, { id: 'ration', count: 1 }],
  });
  const fed = play(s, { type: 'rest' }, highDice).state;
  assert.equal(fed.hero.hp, 35);
  assert.ok(!fed.inventory.some(({ id }) => id === 'ration'));
  const hungry = play({ ...s, inventory: newGame().inventory }, { type: 'rest' }, highDice).state;
  assert.equal(hungry.hero.hp, 10 + 9);
  assert.match(restOffer(s), /ration/);
});

test('a camp outside may be found; inside the wall it is not', () => {
  const wild = gameWith({ place: 'cave', hero: hurtHero() });
  assert.ok(play(wild, { type: 'rest' }, lowDice).state.fight);
  assert.equal(play({ ...wild, place: 'square' }, { type: 'rest' }, lowDice).state.fight, null);
  assert.equal(play({ ...wild, quiet: 0 }, { type: 'rest' }, lowDice).state.fight, null);
});

test('potions heal 2d4+2, are used up, and never heal beyond the most', () => {
  const potion = /** @type {const} */ ({ id: 'potion', count: 2 });
  const s = gameWith({ hero: hurtHero(), inventory: [...newGame().inventory, potion] });
  assert.equal(play(s, { type: 'use', item: 'potion' }, lowDice).state.hero.hp, 14);
  const { state } = play(s, { type: 'use', item: 'potion' }, highDice);
  assert.equal(state.hero.hp, 20);
  assert.deepEqual(
    state.inventory.find(({ id }) => id === 'potion'),
    { id: 'potion', count: 1 },
  );
  assert.equal(play(gameWith({ ...s, hero: hurtHero({ hp: 49 }) }), { type: 'use', item: 'potion' }).state.hero.hp, 50);
});

test(
  'death ends the fight, wakes the hero in the tavern at dawn, and takes a third of the gold and nothing ' + 'else',
  () => {
    const s = fighting(
      'orc',
      25,
      {},
      {
        place: 'deep',
        hero: hurtHero({ hp: 1, gold: 31 }),
        flags: { rubbleCleared: true, minersFree: true, stoneTaken: true },
        inventory: [...newGame().inventory, { id: 'stone', count: 1 }],
      },
    );
    const after = play(s, { type: 'sneak' }, scriptedDice([1, 20, 8, 8]));
    assert.equal(after.state.tally.deaths, 1);
    assert.equal(after.state.fight, null);
    assert.equal(after.state.place, 'tavern');
    assert.equal(hourOf(after.state), 'dawn');
    assert.deepEqual([after.state.hero.hp, after.state.hero.gold], [25, 20]);
    assert.deepEqual(after.state.inventory, s.inventory);
    assert.deepEqual(after.state.flags, s.flags);
    assert.equal(only(after.events, 'died')[0]?.enemy, 'orc');
    assert.match(textOf(after.events), /wake/);
  },
);
