import assert from 'node:assert/strict';
import test from 'node:test';
import { dayOf, hourAt, minutesUntil, timeOfDay } from '../../js/rules/world/clock.js';
import { seededDice } from '../../js/rules/dice.js';
import { newGame } from '../../js/rules/game.js';
import { describe } from '../../js/rules/world/prose.js';
import { WEATHERS, nextWeather } from '../../js/rules/world/weather.js';
import { PLACE_IDS } from '../../js/rules/world/world.js';
import { view } from '../../js/rules/view.js';
import { gameWith, only, walk } from './helpers.js';

test('the four hours of the day', () => {
  const names = Array.from({ length: 24 }, (_, hour) => hourAt(hour * 60));
  assert.deepEqual(names, [
    ...Array(5).fill('night'),
    ...Array(3).fill('dawn'),
    ...Array(10).fill('day'),
    ...Array(3).fill('dusk'),
    ...Array(3).fill('night'),
  ]);
});

test('moves move the clock, and the hour and day with it', () => {
  const start = newGame();
  assert.equal(timeOfDay(start), '07:00');
  const { state, events } = walk(start, 'snsn');
  assert.equal(timeOfDay(state), '08:20');
  assert.equal(only(events, 'time').length, 1);
  assert.equal(view(state).scene.time_of_day, 'day');
  assert.equal(dayOf({ ...state, minutes: state.minutes + 24 * 60 }), 2);
  assert.equal(minutesUntil({ ...state, minutes: 360 }, 6), 24 * 60);
});

test('the sky turns with time and by the dice, to every weather', () => {
  const dice = seededDice(5);
  const seen = new Set();
  let now = newGame().weather;
  for (let i = 0; i < 200; i += 1) {
    now = nextWeather(now, dice);
    seen.add(now);
  }
  assert.deepEqual([...seen].sort(), [...WEATHERS].sort());
});

test('underground the picture is always clear; above it shows the sky', () => {
  assert.equal(view(gameWith({ place: 'river', weather: 'storm' })).scene.weather, 'clear');
  assert.equal(view(gameWith({ place: 'square', weather: 'storm' })).scene.weather, 'storm');
});

test('each place is described differently at each hour, on a return, and above ground in each weather', () => {
  for (const place of PLACE_IDS) {
    const hours = [6, 12, 19, 23].map((hour) => describe(gameWith({ place, minutes: hour * 60 })));
    assert.equal(new Set(hours).size, 4, place);
    assert.notEqual(describe(gameWith({ place, visits: { [place]: 3 } })), describe(gameWith({ place })));
    const skies = WEATHERS.map((weather) => describe(gameWith({ place, weather })));
    const { region } = view(gameWith({ place })).place;
    assert.equal(new Set(skies).size, region === 'mines' ? 1 : WEATHERS.length, place);
  }
});

test('places change with the story', () => {
  const freed = {
    rubbleCleared: true,
    minersFree: true,
    minersHome: true,
    noteRead: true,
    reachedMines: true,
    stoneTaken: true,
    runeSealed: true,
    bridgeMended: true,
    cryptOpen: true,
    cacheFound: true,
    planksTaken: true,
    strongboxOpen: true,
    ledgeFound: true,
  };
  for (const place of PLACE_IDS) {
    assert.notEqual(
      describe(gameWith({ place, flags: /** @type {never} */ (freed) })),
      describe(gameWith({ place })),
      place,
    );
  }
});
