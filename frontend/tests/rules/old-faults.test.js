/** What the old game got wrong in its rules: a test for each. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { highDice, scriptedDice, seededDice } from '../../js/rules/dice.js';
import { act, newGame } from '../../js/rules/game.js';
import { revive } from '../../js/rules/save.js';
import { view } from '../../js/rules/view.js';
import { PLACE_IDS } from '../../js/rules/world.js';
import { WINNING_ROAD, d20Shows, fighting, gameWith, only, play, playAll, textOf, walk } from './helpers.js';

test('it could not be won: now it can, and it ends', () => {
  const { state, events } = playAll(newGame(), WINNING_ROAD, highDice);
  assert.ok(
    view(state)
      .quests.filter(({ main }) => main)
      .every(({ done }) => done),
  );
  assert.equal(view(state).mode, 'ended');
  assert.match(textOf(only(events, 'ended')), /You have won/);
});

test('it could not be won with honest dice: now it can', () => {
  const dice = seededDice(99);
  let s = newGame();
  for (const action of WINNING_ROAD.filter(({ type }) => type !== 'attack')) {
    for (let tries = 0; !s.ended && tries < 400; tries += 1) {
      while (s.fight) s = act(s, { type: s.hero.hp < 15 ? 'sneak' : 'attack' }, { dice }).state;
      assert.equal(s.tally.deaths, 0, 'this seed is one without a death');
      const result = act(s, action, { dice });
      assert.notEqual(result.events[0]?.type, 'refused', JSON.stringify(action));
      s = result.state;
      break;
    }
  }
  assert.equal(s.ended, true);
});

test('three places were walled off: now each of the twenty has a way in and out', () => {
  for (const id of PLACE_IDS)
    assert.ok(
      Object.values(view(gameWith({ place: id })).exits).some(({ open }) => open),
      id,
    );
});

test('no way back from the mines: now one walks out as one walked in', () => {
  const { state } = walk(newGame(), `${'s'.repeat(7)}${'n'.repeat(7)}`);
  assert.equal(state.place, 'tavern');
});

test('moving never changed the scene: now its words follow place, hour and weather', () => {
  const scene = (/** @type {import('../../js/rules/types.js').State} */ s) => JSON.stringify(view(s).scene);
  const s = newGame();
  const all = [s, walk(s, 's').state, { ...s, minutes: 720 }, { ...s, weather: /** @type {const} */ ('fog') }].map(
    scene,
  );
  assert.equal(new Set(all).size, 4);
  assert.deepEqual(view(s).scene, { location: 'Starting Tavern', time_of_day: 'dawn', weather: 'light rain' });
});

test('potions could not be drunk: now they heal, in a fight and out of it', () => {
  const hero = { ...newGame().hero, hp: 20 };
  const inventory = [...newGame().inventory, { id: /** @type {const} */ ('potion'), count: 1 }];
  const calm = play(gameWith({ hero, inventory }), { type: 'use', item: 'potion' });
  assert.equal(calm.state.hero.hp, 30);
  assert.ok(!calm.state.inventory.some(({ id }) => id === 'potion'));
  const fight = play(fighting('goblin', 15, { held: 1 }, { hero, inventory }), { type: 'use', item: 'potion' });
  assert.equal(fight.state.hero.hp, 30);
});

test('XP did nothing: now it raises the level, hit points and blows', () => {
  const s = fighting('goblin', 15, { hp: 1 });
  const { state } = play(
    { ...s, hero: { ...s.hero, xp: 1390, level: 4, maxHp: 56 } },
    { type: 'attack' },
    d20Shows(15),
  );
  assert.deepEqual(
    [state.hero.level, state.hero.maxHp, view(state).hero.proficiency, view(state).hero.sneakDice],
    [5, 62, 3, '3d6'],
  );
});

test('gold did nothing: now it buys what helps', () => {
  const s = gameWith({ place: 'blacksmith', hero: { ...newGame().hero, gold: 60 } });
  const { state } = playAll(s, [
    { type: 'talk' },
    { type: 'topic', topic: 'shop' },
    { type: 'buy', item: 'blade' },
    { type: 'leave' },
    { type: 'use', item: 'blade' },
  ]);
  assert.deepEqual([state.hero.gold, view(state).hero.weapon], [0, 'Emberforged Blade']);
});

test('death had no effect: now it costs, and there is a way on', () => {
  const s = fighting('orc', 25, {}, { place: 'river', hero: { ...newGame().hero, hp: 1, gold: 9 } });
  const { state } = play(s, { type: 'sneak' }, scriptedDice([1, 20, 8, 8]));
  assert.deepEqual(
    [state.place, state.fight, state.hero.gold, state.hero.hp, state.tally.deaths],
    ['tavern', null, 6, 25, 1],
  );
  assert.equal(walk(state, 's').state.place, 'gates');
});

test('rest was free in a fight: now there is no rest in one', () => {
  const s = fighting('orc', 25, {}, { hero: { ...newGame().hero, hp: 10 } });
  const { state, events } = act(s, { type: 'rest' }, { dice: highDice });
  assert.equal(state, s);
  assert.equal(events[0]?.type, 'refused');
  assert.equal(view(s).verbs.find(({ id }) => id === 'rest')?.enabled, false);
});

test('rest was free: now it costs gold or food, and always time', () => {
  const tired = gameWith({ hero: { ...newGame().hero, hp: 10 } });
  const { state } = play(tired, { type: 'rest' });
  assert.ok(state.hero.gold < tired.hero.gold && state.minutes > tired.minutes);
});

test('HP and fights were not saved: now a fight goes on where it was', () => {
  const s = play(
    fighting('spider', 22, { hp: 12 }, { hero: { ...newGame().hero, hp: 33 } }),
    { type: 'attack' },
    d20Shows(9),
  ).state;
  const back = revive(JSON.stringify(s));
  assert.deepEqual(back, s);
  assert.ok(back?.fight);
  assert.deepEqual(play(back, { type: 'attack' }, seededDice(4)), play(s, { type: 'attack' }, seededDice(4)));
});
