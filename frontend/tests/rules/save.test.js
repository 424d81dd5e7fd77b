import assert from 'node:assert/strict';
import test from 'node:test';
import { readFileSync, readdirSync } from 'node:fs';
import { newGame } from '../../js/rules/game.js';
import { revive } from '../../js/rules/state/save.js';
import { view } from '../../js/rules/view.js';
import { WINNING_ROAD, deepFreeze, fighting, gameWith, play, playAll } from './helpers.js';

const again = (/** @type {unknown} */ s) => revive(JSON.parse(JSON.stringify(s)));

/** As the old game wrote it (`aidnd_savegame`), prose left out. */
const LEGACY = {
  version: '1.0',
  timestamp: 1795390044965,
  state: {
    character: {
      name: 'Hero',
      class: 'Rogue',
      level: 3,
      xp: 750,
      stats: { str: 14, dex: 18, con: 12, int: 10, wis: 13, cha: 16 },
    },
    inventory: [
      { id: 'dagger', name: 'Dagger', type: 'weapon' },
      { id: 'lockpicks', name: 'Lockpicks' },
      { id: 'rope', name: 'Rope', uses: 10 },
      { id: 'x', name: 'Healing Potion' },
    ],
    objectives: [{ id: 'obj1', text: 'An objective.', completed: true }],
    locations: {
      '3,2': { visited: true, scouted: false },
      '3,3': { visited: true, scouted: false },
      '3,6': { visited: false, scouted: true },
    },
    currentLocation: { x: 3, y: 3 },
    questFlags: {
      foundMinersNote: true,
      clearedRubble: false,
      rescuedMiners: false,
      foundSealingStone: false,
      sealedRune: false,
      talkedToSurvivor: false,
    },
    playerHP: 31,
    maxHP: 50,
    turn: 12,
  },
};

test('a state is plain JSON, and comes back as it was: new, in talk, in trade, in a fight, ended', () => {
  const states = [
    newGame({ name: 'Ana 李 <b>"\'' }),
    play(newGame(), { type: 'talk' }).state,
    playAll(gameWith({ place: 'market' }), [
      { type: 'talk', person: 'vendor' },
      { type: 'topic', topic: 'shop' },
    ]).state,
    fighting('spider', 22, { hp: 7, poison: 2, round: 3, prone: true }),
    playAll(newGame(), WINNING_ROAD).state,
  ];
  for (const s of states) assert.deepEqual(again(s), s);
});

test('it takes text too', () => {
  assert.deepEqual(revive(JSON.stringify(newGame())), newGame());
});

test('anything but a saved game is null', () => {
  for (const junk of [
    null,
    undefined,
    7,
    '',
    'null',
    '{',
    '[]',
    [],
    {},
    { version: 2 },
    { version: 99 },
    { ...newGame(), version: 3 },
    { ...newGame(), place: 'moon' },
    { ...newGame(), hero: null },
    { version: '1.0' },
    { version: '1.0', state: {} },
  ]) {
    assert.equal(revive(junk), null, JSON.stringify(junk));
  }
});

test('foreign values are clamped, and foreign keys dropped', () => {
  const s = again({
    ...newGame(),
    extra: 1,
    hero: { ...newGame().hero, hp: 9999, gold: -5, xp: 'x', weapon: 'bazooka', isAdmin: true },
    minutes: -3,
    weather: 'frogs',
    flags: { fighter: 1, rogue: true, __proto__: { x: true } },
    inventory: [{ id: 'rope', count: 1e9 }, { id: 'nuke', count: 1 }, null],
    memory: { fighter: { times: 'a', said: ['join', 'no', 'join'] } },
    marks: [{ what: 5 }],
    tally: { deaths: 'NaN' },
  });
  assert.ok(s);
  assert.deepEqual(
    [s.hero.hp, s.hero.gold, s.hero.xp, s.hero.weapon, s.minutes, s.weather],
    [50, 0, 750, 'dagger', 0, 'clear'],
  );
  assert.deepEqual(s.flags, { rogue: true });
  assert.deepEqual(s.inventory, [
    { id: 'rope', count: 999 },
    { id: 'dagger', count: 1 },
  ]);
  assert.deepEqual(s.memory, { fighter: { times: 1, day: 1, said: ['join'] } });
  assert.deepEqual(Object.keys(s).sort(), Object.keys(newGame()).sort());
  assert.ok(view(s));
});

test('a prototype cannot be smuggled in', () => {
  const s = revive(
    '{"version":2,"__proto__":{"ended":true},"place":"tavern","hero":{"abilities":{"__proto__":{"dex":30}}},' +
      '"visits":{"__proto__":{"rune":1},"constructor":1}}',
  );
  assert.ok(s);
  assert.equal(s.ended, false);
  assert.equal(s.hero.abilities.dex, 18);
  assert.equal(Object.getPrototypeOf(s.visits), Object.prototype);
  assert.deepEqual(s.visits, { tavern: 1 });
});

test('a save without what the story needs gets it back, so that it can be won', () => {
  assert.ok(again({ ...newGame(), inventory: [] })?.inventory.some(({ id }) => id === 'rope'));
  const s = again({ ...newGame(), flags: { stoneTaken: true }, inventory: [] });
  assert.ok(s?.inventory.some(({ id }) => id === 'stone'));
  assert.deepEqual([s?.flags.minersFree, s?.flags.rubbleCleared], [true, true]);
  assert.ok(
    !again({ ...newGame(), inventory: [{ id: 'stone', count: 1 }] })?.inventory.some(({ id }) => id === 'stone'),
  );
});

test('a save of the old game continues: place, hit points, items, quests, places seen', () => {
  const s = revive(deepFreeze(LEGACY));
  assert.ok(s);
  assert.deepEqual([s.place, s.hero.hp, s.hero.xp, s.turn], ['gates', 31, 750, 12]);
  assert.deepEqual(s.flags, { noteRead: true, fighter: true, rogue: true });
  assert.deepEqual(s.visits, { tavern: 1, gates: 1 });
  assert.deepEqual(s.scouted, ['junction']);
  assert.ok(s.inventory.some(({ id }) => id === 'potion'));
  assert.deepEqual(again(s), s);
});

test('an inconsistent old save can still be played', () => {
  const odd = {
    version: '1.0',
    state: {
      character: { name: 5, xp: null },
      currentLocation: { x: 99, y: 0 },
      playerHP: -4,
      inventory: 'none',
      questFlags: { foundSealingStone: true },
    },
  };
  const s = revive(odd);
  assert.ok(s);
  assert.deepEqual([s.place, s.hero.hp, s.flags.minersFree], ['tavern', 1, true]);
  assert.ok(s.inventory.some(({ id }) => id === 'stone'));
});

test('hero names are kept as text, at most forty characters', () => {
  assert.equal(newGame({ name: `  ${'x'.repeat(60)}` }).hero.name.length, 40);
  assert.equal(newGame({ name: '   ' }).hero.name, 'Hero');
  assert.equal(newGame({ name: '<img onerror=1>' }).hero.name, '<img onerror=1>');
});

test('every rule is pure: no clock, no randomness, no DOM, no storage', () => {
  const dir = new URL('../../js/rules/', import.meta.url);
  for (const name of readdirSync(dir, { encoding: 'utf8', recursive: true }).filter((file) => file.endsWith('.js'))) {
    const source = readFileSync(new URL(name, dir), 'utf8');
    assert.doesNotMatch(
      source,
      /Math\.random|Date\.now|new Date|document\.\w|window\.\w|fetch\(|localStorage|innerHTML/,
      name,
    );
  }
});
