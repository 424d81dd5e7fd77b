import assert from 'node:assert/strict';
import test from 'node:test';
import { act, newGame } from '../../js/rules/game.js';
import { highDice } from '../../js/rules/dice.js';
import { exit, exitsOf } from '../../js/rules/world/gates.js';
import { DIRECTIONS, OPPOSITE, PLACE_IDS, neighbour, place, regionOf } from '../../js/rules/world/world.js';
import { gameWith, play, textOf, walk } from './helpers.js';

const AT = {
  'Starting Tavern': [3, 2],
  'Town Square': [3, 1],
  'Market Street': [4, 2],
  Blacksmith: [2, 2],
  'City Gates': [3, 3],
  Cemetery: [2, 3],
  'Old Bridge': [4, 3],
  'Forest Path': [3, 4],
  'Hidden Grove': [4, 4],
  'Bandit Camp': [2, 4],
  'Dark Cave': [1, 4],
  'Mine Entrance': [3, 5],
  'Shaft Junction': [3, 6],
  'Crystal Cavern': [2, 6],
  'Dark Passage': [4, 6],
  'Mining Camp': [3, 7],
  'Collapsed Tunnel': [2, 7],
  'Underground River': [4, 7],
  'Deep Chamber': [3, 8],
  'Rune Chamber': [3, 9],
};

test('the twenty places have the names and coordinates that players know', () => {
  assert.deepEqual(Object.fromEntries(PLACE_IDS.map((id) => [place(id).name, [place(id).x, place(id).y]])), AT);
});

test('neighbours on the grid are joined in both directions, from the surface to the mines too', () => {
  for (const id of PLACE_IDS) {
    for (const way of DIRECTIONS) {
      const next = neighbour(id, way);
      if (next) assert.equal(neighbour(next.id, OPPOSITE[way])?.id, id);
    }
  }
  assert.equal(neighbour('forest', 'south')?.id, 'entrance');
  assert.equal(regionOf('forest'), 'surface');
  assert.equal(regionOf('entrance'), 'mines');
});

test('only the bridge and the rubble close a way at the start, each from both sides', () => {
  const closed = PLACE_IDS.flatMap((id) =>
    DIRECTIONS.filter((way) => {
      const out = exit(gameWith({ place: id }), way);
      return out.to && !out.open;
    }).map((way) => `${id} ${way}`),
  );
  assert.deepEqual(closed.sort(), ['bridge south', 'crystal south', 'grove north', 'tunnel north']);
});

test('a closed way says why, and so does the place', () => {
  for (const [id, way, word] of /** @type {const} */ ([
    ['bridge', 'south', /planks/],
    ['grove', 'north', /bridge/],
    ['crystal', 'south', /rubble/i],
    ['tunnel', 'north', /rubble/i],
  ])) {
    const s = gameWith({ place: id });
    assert.match(exit(s, way).reason, word);
    assert.match(textOf(play(s, { type: 'look' }).events), word);
    const refused = act(s, { type: 'move', direction: way }, { dice: highDice });
    assert.equal(refused.state, s);
    assert.match(textOf(refused.events), word);
  }
});

test('a direction that leads nowhere is listed too, with a reason', () => {
  const exits = exitsOf(gameWith({ place: 'rune' }));
  assert.deepEqual(
    Object.values(exits).map(({ label, open }) => [label, open]),
    [
      ['North', true],
      ['East', false],
      ['South', false],
      ['West', false],
    ],
  );
  assert.equal(exits.east.reason, 'No way leads east from here.');
});

test('planks mend the bridge, and the way opens in both directions', () => {
  let { state } = walk(newGame(), 'ssw');
  state = play(state, { type: 'deed', deed: 'take-planks' }).state;
  state = walk(state, 'ee').state;
  state = play(state, { type: 'deed', deed: 'mend-bridge' }).state;
  assert.equal(walk(state, 'ns').state.place, 'grove');
  assert.ok(!state.inventory.some(({ id }) => id === 'planks'));
});

test('the rope clears the rubble, and is kept', () => {
  const state = play(gameWith({ place: 'tunnel' }), { type: 'deed', deed: 'clear-rubble' }).state;
  assert.equal(walk(state, 'ns').state.place, 'tunnel');
  assert.ok(state.inventory.some(({ id }) => id === 'rope'));
});
