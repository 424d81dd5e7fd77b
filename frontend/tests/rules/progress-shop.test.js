import assert from 'node:assert/strict';
import test from 'node:test';
import { act, newGame } from '../../js/rules/game.js';
import { highDice, lowDice, scriptedDice } from '../../js/rules/dice.js';
import { item } from '../../js/rules/hero/items.js';
import { armourClass, levelFor, maxHpFor, proficiency, sneakDice } from '../../js/rules/hero/progress.js';
import { skillBonus } from '../../js/rules/hero/skills.js';
import { view } from '../../js/rules/view.js';
import { d20Shows, fighting, gameWith, only, play, playAll, textOf } from './helpers.js';

/** @typedef {import('../../js/rules/types.js').ItemId} ItemId */
const open = (/** @type {never} */ person, /** @type {never} */ place, gold = 100) =>
  playAll(gameWith({ place, minutes: 720, hero: { ...newGame().hero, gold } }), [
    { type: 'talk', person },
    { type: 'topic', topic: 'shop' },
  ]).state;
const at = (/** @type {string} */ person, /** @type {string} */ place, /** @type {number} */ gold = 100) =>
  open(/** @type {never} */ (person), /** @type {never} */ (place), gold);

test('the hero begins as players know him', () => {
  const { hero, inventory } = newGame();
  assert.deepEqual([hero.className, hero.level, hero.hp, hero.maxHp], ['Rogue', 3, 50, 50]);
  assert.deepEqual(hero.abilities, { str: 14, dex: 18, con: 12, int: 10, wis: 13, cha: 16 });
  assert.deepEqual(
    inventory.map(({ id }) => item(id).name),
    ['Dagger', 'Lockpicks', 'Rope (50ft)', 'Torch'],
  );
});

test('XP raises the level; hit points, proficiency and sneak attack grow with it', () => {
  assert.deepEqual([levelFor(750), levelFor(999), levelFor(1000), levelFor(1400)], [3, 3, 4, 5]);
  assert.deepEqual([maxHpFor(3), maxHpFor(5)], [50, 62]);
  assert.deepEqual([proficiency(3), proficiency(5), sneakDice(3), sneakDice(5)], [2, 3, 2, 3]);
  const s = fighting('orc', 25, { hp: 1 });
  const near = { ...s, hero: { ...s.hero, xp: 990, hp: 20 } };
  const { state, events } = play(near, { type: 'attack' }, d20Shows(15));
  assert.deepEqual([state.hero.level, state.hero.maxHp, state.hero.hp], [4, 56, 26]);
  assert.equal(only(events, 'level-up')[0]?.level, 4);
});

test('the four keepers at the market and the square and the smith sell for gold', () => {
  let s = at('vendor', 'market');
  s = play(s, { type: 'buy', item: 'potion' }).state;
  assert.equal(s.hero.gold, 82);
  assert.ok(s.inventory.some(({ id }) => id === 'potion'));
  for (const [who, where, what] of [
    ['merchant', 'square', 'potion'],
    ['weaponsmith', 'market', 'shortsword'],
    ['trader', 'market', 'planks'],
    ['smith', 'blacksmith', 'blade'],
  ]) {
    const bought = play(at(who ?? '', where ?? ''), { type: 'buy', item: /** @type {ItemId} */ (what) });
    assert.ok(bought.state.inventory.some(({ id }) => id === what));
  }
});

test('without enough gold nothing is sold, with a reason', () => {
  const s = at('smith', 'blacksmith', 5);
  const refused = act(s, { type: 'buy', item: 'blade' }, { dice: highDice });
  assert.equal(refused.state, s);
  assert.match(textOf(refused.events), /not the gold/);
});

test('what a keeper does not have cannot be bought', () => {
  const s = at('smith', 'blacksmith');
  assert.equal(act(s, { type: 'buy', item: 'potion' }, { dice: highDice }).state, s);
});

test('better arms and armour do something', () => {
  let s = at('smith', 'blacksmith', 200);
  s = playAll(s, [
    { type: 'buy', item: 'blade' },
    { type: 'buy', item: 'studded' },
    { type: 'leave' },
    { type: 'use', item: 'blade' },
    { type: 'use', item: 'studded' },
  ]).state;
  assert.equal(s.hero.weapon, 'blade');
  assert.equal(armourClass(s), armourClass(newGame()) + 2);
});

test('a crystal sells well, and what the story needs does not sell at all', () => {
  let s = at('trader', 'market', 0);
  s = {
    ...s,
    inventory: [...s.inventory, { id: 'shard', count: 1 }, { id: 'note', count: 1 }, { id: 'stone', count: 1 }],
  };
  s = play(s, { type: 'sell-list' }).state;
  const offers = view(s).choices.map(({ id }) => id);
  for (const kept of ['rope', 'dagger', 'note', 'stone']) assert.ok(!offers.includes(`sell:${kept}`), kept);
  for (const kept of /** @type {ItemId[]} */ (['rope', 'dagger', 'note', 'stone']))
    assert.equal(act(s, { type: 'sell', item: kept }, { dice: highDice }).state, s);
  assert.equal(play(s, { type: 'sell', item: 'shard' }).state.hero.gold, 25);
});

test('what is worn is not sold off the body', () => {
  const s = at('trader', 'market');
  const worn = {
    ...s,
    hero: { ...s.hero, weapon: /** @type {const} */ ('blade') },
    inventory: [...s.inventory, { id: /** @type {const} */ ('blade'), count: 1 }],
    shop: { keeper: /** @type {const} */ ('trader'), selling: true },
  };
  assert.equal(act(worn, { type: 'sell', item: 'blade' }, { dice: highDice }).state, worn);
});

test('an item in use says so at the stall', () => {
  const s = at('trader', 'market');
  const armed = {
    ...s,
    hero: { ...s.hero, weapon: /** @type {const} */ ('shortsword'), armour: /** @type {const} */ ('studded') },
    inventory: ['shortsword', 'studded'].map((id) => ({ id: /** @type {ItemId} */ (id), count: 1 })),
    shop: { keeper: /** @type {const} */ ('trader'), selling: true },
  };
  const reasons = new Map(view(armed).choices.map(({ id, reason }) => [id, reason]));
  assert.equal(reasons.get('sell:shortsword'), 'It is in your hand.');
  assert.equal(reasons.get('sell:studded'), 'You are wearing it.');
});

test('a skill check uses its ability, its training and its tools', () => {
  const s = newGame();
  assert.equal(skillBonus(s, 'Sleight of Hand'), 4 + 2 + 2);
  assert.equal(skillBonus({ ...s, inventory: [] }, 'Sleight of Hand'), 4 + 2);
  assert.deepEqual(
    [skillBonus(s, 'Perception'), skillBonus(s, 'Persuasion'), skillBonus(s, 'Athletics'), skillBonus(s, 'Arcana')],
    [3, 5, 2, 0],
  );
});

test('a lock: picked it pays, missed by much it wakes the dead', () => {
  const s = gameWith({ place: 'cemetery' });
  const won = play(s, { type: 'check', check: 'crypt' }, scriptedDice([7]));
  assert.match(textOf(won.events), /15 against 15. Success/);
  assert.ok(won.state.hero.gold > s.hero.gold);
  assert.ok(!view(won.state).choices.some(({ id }) => id === 'check:crypt'));
  assert.equal(play(s, { type: 'check', check: 'crypt' }, lowDice).state.fight?.enemy, 'skeleton');
});

test('charm at the market brings every price down for that day only', () => {
  const s = play(
    gameWith({ place: 'market', minutes: 720, hero: { ...newGame().hero, gold: 100 } }),
    { type: 'check', check: 'haggle' },
    highDice,
  ).state;
  const today = playAll(s, [
    { type: 'talk', person: 'vendor' },
    { type: 'topic', topic: 'shop' },
    { type: 'buy', item: 'potion' },
  ]).state;
  assert.equal(today.hero.gold, 100 - 14);
  const later = playAll({ ...s, minutes: s.minutes + 1440 }, [
    { type: 'talk', person: 'vendor' },
    { type: 'topic', topic: 'shop' },
    { type: 'buy', item: 'potion' },
  ]).state;
  assert.equal(later.hero.gold, 100 - 18);
});

test('going softly gives the first move in the next fight', () => {
  const s = play(gameWith({ place: 'forest' }), { type: 'check', check: 'hide' }, highDice).state;
  assert.equal(s.hidden, true);
  const met = play({ ...s, quiet: 2 }, { type: 'move', direction: 'west' }, lowDice).state;
  assert.equal(met.fight?.hidden, true);
});

test('in the dark without a torch a look goes badly', () => {
  const s = gameWith({ place: 'cave' });
  assert.ok(play(s, { type: 'check', check: 'cache' }, scriptedDice([18, 2])).state.flags.cacheFound);
  const dark = { ...s, inventory: s.inventory.filter(({ id }) => id !== 'torch') };
  assert.equal(play(dark, { type: 'check', check: 'cache' }, scriptedDice([18, 5])).state.flags.cacheFound, undefined);
});

test('a check of the day is not tried twice in a day', () => {
  const s = play(gameWith({ place: 'forest' }), { type: 'check', check: 'forage' }, lowDice).state;
  assert.equal(act(s, { type: 'check', check: 'forage' }, { dice: highDice }).state, s);
  assert.notEqual(
    act({ ...s, minutes: s.minutes + 1440 }, { type: 'check', check: 'forage' }, { dice: highDice }).state,
    s,
  );
});
