import assert from 'node:assert/strict';
import test from 'node:test';
import { highDice, lowDice, scriptedDice, seededDice } from '../../js/rules/dice.js';
import { ENEMY_IDS, MINES_TABLE, SURFACE_TABLE, enemy, whoComes } from '../../js/rules/fights/enemies.js';
import { act, newGame } from '../../js/rules/game.js';
import { PLACE_IDS, regionOf } from '../../js/rules/world/world.js';
import { d20Shows, fighting, only, play, textOf, gameWith } from './helpers.js';
import { view } from '../../js/rules/view.js';

/** @typedef {import('../../js/rules/types.js').GameEvent} GameEvent */

const hit = (/** @type {GameEvent[]} */ events) => only(events, 'enemy-damaged').map(({ amount }) => amount)[0];
const hurt = (/** @type {GameEvent[]} */ events) =>
  only(events, 'damaged').reduce((sum, { amount }) => sum + (amount ?? 0), 0);

test('the nine enemies have the hit points that players know', () => {
  assert.deepEqual(Object.fromEntries(ENEMY_IDS.map((id) => [enemy(id).name, enemy(id).hp])), {
    Goblin: 15,
    'Dire Wolf': 17,
    Skeleton: 20,
    Orc: 25,
    'Giant Bats': 12,
    'Corrupted Miner': 18,
    'Shadow Spawn': 20,
    'Giant Spider': 22,
    'Stone Revenant': 28,
  });
});

test('each place meets only the enemies of its region', () => {
  const dice = seededDice(2);
  for (const id of PLACE_IDS) {
    const table = regionOf(id) === 'mines' ? MINES_TABLE : SURFACE_TABLE;
    for (let i = 0; i < 200; i += 1) assert.ok(table.includes(whoComes(id, dice)));
  }
});

test('an attack is d20 + DEX modifier + proficiency against armour class', () => {
  const s = fighting('orc', 25, { held: 0 }); // AC 13; +6
  assert.match(textOf(play(s, { type: 'attack' }, scriptedDice([6])).events), /12 against 13/);
  assert.equal(hit(play(s, { type: 'attack' }, scriptedDice([7, 3])).events), 3 + 4);
});

test('a 1 misses whatever the bonus; a 20 hits and doubles the dice', () => {
  assert.equal(
    hit(play(fighting('bats', 12, { held: 1, dazzled: true }), { type: 'attack' }, scriptedDice([1])).events),
    undefined,
  );
  assert.equal(hit(play(fighting('orc', 25), { type: 'attack' }, scriptedDice([20, 3, 2])).events), 3 + 2 + 4);
  const withFriend = fighting('orc', 25, {}, { flags: { rogue: true } });
  assert.equal(
    hit(play(withFriend, { type: 'attack' }, scriptedDice([20, 3, 2, 1, 2, 3, 4])).events),
    3 + 2 + 4 + 1 + 2 + 3 + 4,
  );
});

test('a sneak attack needs a friend at hand or an enemy that has not seen you', () => {
  const faces = [15, 15, 2, 5, 5];
  assert.equal(hit(play(fighting('orc', 25), { type: 'attack' }, scriptedDice([15, 2])).events), 6);
  assert.equal(
    hit(play(fighting('orc', 25, { hidden: true }), { type: 'attack' }, scriptedDice(faces)).events),
    6 + 10,
  );
  assert.equal(
    hit(
      play(fighting('orc', 25, {}, { flags: { rogue: true } }), { type: 'attack' }, scriptedDice([15, 2, 5, 5])).events,
    ),
    6 + 10,
  );
});

test('sneak away is d20 + DEX modifier, +4, against 12', () => {
  const s = fighting('orc', 25);
  assert.ok(play(s, { type: 'sneak' }, d20Shows(7)).state.fight);
  const away = play(s, { type: 'sneak' }, d20Shows(8));
  assert.equal(away.state.fight, null);
  assert.equal(away.state.tally.escapes, 1);
  assert.equal(away.state.hero.xp, s.hero.xp);
});

test('a won fight gives XP and gold, and is counted', () => {
  const s = fighting('goblin', 15, { hp: 1 });
  const { state, events } = play(s, { type: 'attack' }, d20Shows(15));
  assert.equal(state.fight, null);
  assert.equal(state.hero.xp, s.hero.xp + 35);
  assert.ok(state.hero.gold > s.hero.gold);
  assert.deepEqual(state.beaten, { goblin: 1 });
  assert.equal(only(events, 'fight-ended')[0]?.outcome, 'won');
});

test("companions strike too, and Bryn's shield takes some blows", () => {
  const s = fighting('revenant', 28, { held: 2 }, { flags: { fighter: true, rogue: true } });
  assert.match(textOf(play(s, { type: 'attack' }, d20Shows(12)).events), /You find the gap.*\nBryn's sword/);
  const even = { ...s, fight: s.fight && { ...s.fight, round: 2 } };
  assert.match(textOf(play(even, { type: 'attack' }, d20Shows(12)).events), /You find the gap.*\nSable's thrown knife/);
  const orc = { ...s, fight: s.fight && { ...s.fight, enemy: /** @type {const} */ ('orc'), held: 0 } };
  assert.match(textOf(play(orc, { type: 'sneak' }, scriptedDice([1, 1, 1, 20, 5])).events), /shield/);
});

test('a goblin that is nearly dead runs, and leaves half', () => {
  const s = fighting('goblin', 15, { hp: 5 });
  const { events, state } = play(s, { type: 'sneak' }, scriptedDice([1, 8, 4, 4]));
  assert.equal(only(events, 'fight-ended')[0]?.outcome, 'fled');
  assert.equal(state.hero.xp, s.hero.xp + 17);
  assert.ok(play(s, { type: 'sneak' }, scriptedDice([1, 7])).state.fight);
});

test('a dire wolf knocks you down, and from the ground you strike badly', () => {
  const down = play(fighting('wolf', 17), { type: 'sneak' }, scriptedDice([1, 18, 2, 2, 10])).state;
  assert.equal(down.fight?.prone, true);
  assert.equal(hit(play(down, { type: 'attack' }, scriptedDice([19, 2])).events), undefined);
});

test('a skeleton shrugs off points, not edges', () => {
  const s = fighting('skeleton', 20);
  assert.equal(hit(play(s, { type: 'attack' }, scriptedDice([15, 4])).events), 4);
  const edged = {
    ...s,
    hero: { ...s.hero, weapon: /** @type {const} */ ('blade') },
    inventory: [...s.inventory, { id: /** @type {const} */ ('blade'), count: 1 }],
  };
  assert.equal(hit(play(edged, { type: 'attack' }, scriptedDice([15, 4])).events), 8);
});

test('an orc at half strength rages: harder blows, worse guard', () => {
  const calm = play(fighting('orc', 25), { type: 'sneak' }, scriptedDice([1, 15, 4]));
  const angry = play(fighting('orc', 25, { hp: 12 }), { type: 'sneak' }, scriptedDice([1, 15, 4]));
  assert.equal(hurt(angry.events), hurt(calm.events) + 3);
  assert.equal(angry.state.fight?.raging, true);
  assert.equal(hit(play(angry.state, { type: 'attack' }, scriptedDice([5, 2])).events), 6);
});

test('bats bite often and little, and less when few', () => {
  assert.equal(
    only(play(fighting('bats', 12), { type: 'sneak' }, scriptedDice([1, 18, 1, 18, 1, 18, 1, 18, 1])).events, 'damaged')
      .length,
    4,
  );
  assert.equal(
    only(
      play(fighting('bats', 12, { hp: 6 }), { type: 'sneak' }, scriptedDice([1, 18, 1, 18, 1, 18, 1])).events,
      'damaged',
    ).length,
    2,
  );
});

test('a corrupted miner stuns: the turn you lose is a second blow', () => {
  const stunned = play(fighting('corrupted', 18), { type: 'sneak' }, scriptedDice([1, 15, 4, 14, 15, 4]));
  assert.equal(only(stunned.events, 'damaged').length, 2);
  assert.equal(
    only(play(fighting('corrupted', 18), { type: 'sneak' }, scriptedDice([1, 15, 4, 13])).events, 'damaged').length,
    1,
  );
});

test('a shadow spawn feeds on what it takes, until light is thrust at it', () => {
  const fed = play(fighting('shadow', 20, { hp: 10 }), { type: 'sneak' }, scriptedDice([1, 15, 3, 3]));
  assert.equal(fed.state.fight?.hp, 12);
  const lit = play(fighting('shadow', 20), { type: 'use', item: 'torch' }, scriptedDice([4]));
  assert.equal(lit.state.fight?.hp, 20 - 6);
  assert.equal(hurt(lit.events), 0);
  assert.equal(lit.state.fight?.dazzled, true);
});

test('a giant spider poisons; a potion ends it', () => {
  const bitten = play(fighting('spider', 22), { type: 'sneak' }, scriptedDice([1, 15, 4, 9, 2]));
  assert.equal(only(bitten.events, 'damaged').length, 2);
  assert.equal(bitten.state.fight?.poison, 2);
  const withPotion = {
    ...bitten.state,
    inventory: [...bitten.state.inventory, { id: /** @type {const} */ ('potion'), count: 1 }],
  };
  assert.equal(play(withPotion, { type: 'use', item: 'potion' }, lowDice).state.fight?.poison, 0);
});

test('a stone revenant is slow: it draws back one turn and smashes the next', () => {
  const first = play(fighting('revenant', 28), { type: 'sneak' }, scriptedDice([1, 19, 8, 8]));
  assert.equal(hurt(first.events), 0);
  assert.match(textOf(first.events), /draws back/);
  assert.equal(hurt(play(first.state, { type: 'sneak' }, scriptedDice([1, 19, 8, 8])).events), 19);
});

test('the rope trips, holds, and binds a beaten miner alive; a shadow slips it', () => {
  const bound = play(fighting('corrupted', 18, { hp: 8 }), { type: 'use', item: 'rope' }, scriptedDice([12]));
  assert.equal(only(bound.events, 'fight-ended')[0]?.outcome, 'spared');
  assert.equal(bound.state.tally.spared, 1);
  assert.deepEqual(bound.state.beaten, {});
  const held = play(fighting('orc', 25), { type: 'use', item: 'rope' }, scriptedDice([15]));
  assert.equal(hurt(held.events), 0);
  assert.match(
    textOf(play(fighting('shadow', 20), { type: 'use', item: 'rope' }, highDice).events),
    /nothing there to hold/,
  );
  assert.ok(bound.state.inventory.some(({ id }) => id === 'rope'));
});

test('in a fight the hero may not walk off, talk or trade', () => {
  const s = fighting('orc', 25, {}, { place: 'square' });
  for (const action of /** @type {const} */ ([
    { type: 'move', direction: 'south' },
    { type: 'talk' },
    { type: 'check', check: 'hide' },
    { type: 'buy', item: 'potion' },
    { type: 'use', item: 'dagger' },
  ])) {
    const result = act(s, action, { dice: highDice });
    assert.equal(result.state, s);
    assert.equal(result.events[0]?.type, 'refused');
  }
});

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
