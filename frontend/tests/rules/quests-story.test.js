import assert from 'node:assert/strict';
import test from 'node:test';
import { act, newGame, opening } from '../../js/rules/game.js';
import { highDice, lowDice } from '../../js/rules/dice.js';
import { item, ITEM_IDS } from '../../js/rules/hero/items.js';
import { storyOf } from '../../js/rules/story.js';
import { view } from '../../js/rules/view.js';
import { WINNING_ROAD, deepFreeze, gameWith, only, play, playAll, textOf, walk } from './helpers.js';

const doneOf = (/** @type {import('../../js/rules/types.js').State} */ s) =>
  view(s)
    .quests.filter(({ main, done }) => main && done)
    .map(({ text }) => text);

test('the four objectives, in the words that players know, none of them done', () => {
  const { quests } = view(newGame());
  assert.deepEqual(
    quests.map(({ text, done }) => [text, done]),
    [
      ['Gather your party', false],
      ['Reach the Emberpeak Mines', false],
      ['Rescue the trapped miners', false],
      ['Seal the shattered rune', false],
    ],
  );
});

test('a scripted run from title to ending: four objectives, in order, and the story of it', () => {
  assert.ok(textOf(opening(newGame())).includes('Starting Tavern'));
  const { state, events } = playAll(newGame(), WINNING_ROAD, highDice);
  assert.deepEqual(
    only(events, 'quest-done').map(({ quest }) => quest),
    ['party', 'mines', 'miners', 'rune'],
  );
  assert.equal(doneOf(state).length, 4);
  assert.equal(state.ended, true);
  assert.equal(only(events, 'ended').length, 1);
  assert.match(view(state).story?.paragraphs.join(' ') ?? '', /Bryn.*Sable.*Collapsed Tunnel.*Stone Revenant \(1\)/s);
});

test('the first step underground reaches the mines', () => {
  const { events } = walk(newGame(), 'sss');
  assert.deepEqual(
    only(events, 'quest-done').map(({ quest }) => quest),
    ['mines'],
  );
});

test('both companions are needed for a party, and it can be won without one', () => {
  const one = playAll(newGame(), WINNING_ROAD.slice(0, 3)).state;
  assert.deepEqual(doneOf(one), []);
  const { state } = playAll(
    newGame(),
    WINNING_ROAD.slice(6).map((action) => (action.type === 'attack' ? { type: 'sneak' } : action)),
  );
  assert.equal(state.ended, true);
  assert.match(storyOf(state).paragraphs[0] ?? '', /alone/);
});

test('the Stone is out of reach until the miners are free', () => {
  const s = gameWith({ place: 'deep', flags: { rubbleCleared: true } });
  assert.equal(act(s, { type: 'deed', deed: 'take-stone' }, { dice: highDice }).state, s);
  assert.match(view(s).place.description, /out of reach/);
  assert.ok(
    view({ ...s, flags: { ...s.flags, minersFree: true } }).choices.some(
      ({ id, enabled }) => id === 'deed:take-stone' && enabled,
    ),
  );
});

test('the rune is not sealed without the Stone, and the choice says so', () => {
  const s = gameWith({ place: 'rune' });
  const choice = view(s).choices.find(({ id }) => id === 'deed:seal-rune');
  assert.equal(choice?.enabled, false);
  assert.match(choice?.reason ?? '', /nothing that fits/);
});

test('the guardian can be fled from, and the Stone is kept', () => {
  const s = gameWith({ place: 'deep', flags: { rubbleCleared: true, minersFree: true } });
  const { state } = playAll(s, [{ type: 'deed', deed: 'take-stone' }, { type: 'sneak' }]);
  assert.ok(state.inventory.some(({ id }) => id === 'stone'));
  assert.equal(state.fight, null);
});

test('the carvings, once read, hold the guardian', () => {
  const s = gameWith({ place: 'deep', flags: { rubbleCleared: true, minersFree: true, carvingsRead: true } });
  assert.equal(play(s, { type: 'deed', deed: 'take-stone' }).state.fight?.held, 2);
});

test('the rope in the hand is the same as the deed', () => {
  assert.ok(play(gameWith({ place: 'tunnel' }), { type: 'use', item: 'rope' }).state.flags.rubbleCleared);
  assert.equal(act(newGame(), { type: 'use', item: 'rope' }, { dice: highDice }).events[0]?.type, 'refused');
});

test('after the ending only the story is told; nothing else is played', () => {
  const { state } = playAll(newGame(), WINNING_ROAD);
  for (const action of /** @type {const} */ ([
    { type: 'move', direction: 'north' },
    { type: 'look' },
    { type: 'rest' },
    { type: 'use', item: 'rope' },
  ])) {
    assert.equal(act(deepFreeze(state), action, { dice: lowDice }).state, state);
  }
  assert.ok(textOf(play(state, { type: 'story' }).events).includes('Day 1.'));
  assert.deepEqual(
    view(state).choices.map(({ id }) => id),
    ['story'],
  );
});

test('two different runs have different stories', () => {
  const short = playAll(newGame(), WINNING_ROAD).state;
  const other = { ...short, tally: { ...short.tally, deaths: 2 }, beaten: { orc: 3 } };
  assert.notDeepEqual(storyOf(short).paragraphs, storyOf(other).paragraphs);
  assert.match(storyOf(other).paragraphs.join(' '), /fell two times/);
});

test('the story names hour and place where they change, without an article', () => {
  const mark = { day: 1, hour: /** @type {const} */ ('dusk'), place: /** @type {const} */ ('market') };
  const marks = [
    { ...mark, what: 'death' },
    { ...mark, what: 'bridge' },
    { ...mark, what: 'cat', hour: /** @type {const} */ ('night') },
    { ...mark, what: 'rune', hour: /** @type {const} */ ('night'), place: /** @type {const} */ ('rune') },
  ];
  assert.equal(
    storyOf(gameWith({ marks })).paragraphs[1],
    'Day 1. Market Street, at dusk: you died, a little, and were put back to bed. ' +
      'Then you gave the village its bridge back. In the night, a child stopped crying in the square. ' +
      'Rune Chamber: the Stone went home, and the red light went out.',
  );
});

test('real time appears only if a clock was given', () => {
  const timed = newGame({ clock: { now: () => 60_000 } });
  let state = timed;
  for (const action of WINNING_ROAD)
    state = act(state, action, { dice: highDice, clock: { now: () => 60_000 * 31 } }).state;
  assert.deepEqual(storyOf(state).facts.at(-1), { label: 'Minutes at the table', value: '30' });
  assert.ok(!storyOf(newGame()).facts.some(({ label }) => label === 'Minutes at the table'));
});

test('every item has a name, facts and words of its own', () => {
  const texts = ITEM_IDS.map((id) => item(id).text);
  assert.equal(new Set(texts).size, ITEM_IDS.length);
  assert.equal(item('note').name, "Miner's Note");
});

test('the map shows what was walked, hints at what is next, and hides the rest', () => {
  const { map } = view(walk(newGame(), 's').state);
  assert.deepEqual([map.surface.length, map.surface[0]?.length, map.mines.length], [5, 7, 5]);
  assert.deepEqual([map.surface[3]?.[3]?.seen, map.surface[3]?.[3]?.here], ['visited', true]);
  assert.deepEqual([map.surface[4]?.[3]?.seen, map.surface[4]?.[3]?.name], ['glimpsed', null]);
  assert.equal(map.mines[0]?.[3]?.seen, 'fog');
  assert.deepEqual(map.surface[2]?.[3]?.open, ['north', 'east', 'south', 'west']);
});

test('reading the tracks names places on the map before they are seen', () => {
  const s = play(gameWith({ place: 'junction' }), { type: 'check', check: 'tracks' }).state;
  assert.equal(view(s).map.mines[3]?.[3]?.name, 'Deep Chamber');
});
