import assert from 'node:assert/strict';
import test from 'node:test';
import { act, newGame } from '../../js/rules/game.js';
import { highDice } from '../../js/rules/dice.js';
import { PEOPLE, peopleHere } from '../../js/rules/talk/people.js';
import { view } from '../../js/rules/view.js';
import { PLACE_IDS } from '../../js/rules/world/world.js';
import { gameWith, only, play, playAll, textOf } from './helpers.js';

const names = (/** @type {import('../../js/rules/types.js').State} */ s) => peopleHere(s).map(({ name }) => name);

test('people are where players know them to be', () => {
  const noon = { minutes: 12 * 60 };
  assert.deepEqual(names(gameWith(noon)), ['Fighter', 'Rogue', 'Innkeeper', 'Stranger']);
  assert.deepEqual(names(gameWith({ ...noon, place: 'square' })), ['Guard', 'Merchant', 'Child']);
  assert.deepEqual(names(gameWith({ ...noon, place: 'market' })), ['Vendor', 'Weaponsmith', 'Trader']);
  assert.deepEqual(names(gameWith({ ...noon, place: 'blacksmith' })), ['Smith']);
  assert.deepEqual(names(gameWith({ ...noon, place: 'gates' })), ['Gate guard']);
  assert.deepEqual(names(gameWith({ ...noon, place: 'entrance' })), ['Miners outside']);
  assert.deepEqual(names(gameWith({ ...noon, place: 'junction' })), ['Miner']);
  assert.deepEqual(names(gameWith({ ...noon, place: 'camp' })), []);
  assert.deepEqual(names(gameWith({ ...noon, place: 'camp', flags: { noteRead: true } })), ['Survivor']);
  assert.deepEqual(names(gameWith({ ...noon, place: 'tunnel' })), ['Trapped miners', 'Foreman Garrett']);
});

test('Talk asks whom if there are several, begins at once with one, and is refused with nobody', () => {
  const asked = play(newGame(), { type: 'talk' });
  assert.deepEqual(
    view(asked.state).choices.map(({ label }) => label),
    ['Fighter', 'Rogue', 'Innkeeper', 'Stranger', 'Nobody, after all'],
  );
  assert.equal(play(gameWith({ place: 'gates' }), { type: 'talk' }).state.talk, 'gateguard');
  const alone = gameWith({ place: 'cave' });
  const refused = act(alone, { type: 'talk' }, { dice: highDice });
  assert.equal(refused.state, alone);
  assert.match(textOf(refused.events), /nobody/i);
});

test('people are choices, after those of the place', () => {
  const labels = (/** @type {import('../../js/rules/types.js').State} */ s) =>
    view(s)
      .choices.filter(({ id }) => id.startsWith('talk:'))
      .map(({ label }) => label);
  const tavern = newGame();
  assert.deepEqual(labels(tavern), [
    'Talk to the Fighter',
    'Talk to the Rogue',
    'Talk to the Innkeeper',
    'Talk to the Stranger',
  ]);
  assert.deepEqual(labels(gameWith({ place: 'tunnel' })), ['Talk to the Trapped miners', 'Talk to Foreman Garrett']);
  for (const place of PLACE_IDS) {
    const { choices } = view(gameWith({ place, minutes: 720, flags: { noteRead: true } }));
    const first = choices.findIndex(({ id }) => id.startsWith('talk:'));
    assert.ok(first < 0 || choices.slice(first).every(({ id }) => id.startsWith('talk:')), place);
    assert.ok(choices.length <= 9, `${place}: every choice has its digit`);
  }
  const choice = view(tavern).choices.find(({ id }) => id === 'talk:innkeeper');
  assert.ok(choice);
  const talking = play(tavern, choice.action).state;
  assert.equal(talking.talk, 'innkeeper');
  assert.ok(!view(talking).choices.some(({ id }) => id.startsWith('talk:')));
});

test('everyone greets a stranger first and a known face later', () => {
  for (const one of PEOPLE) {
    const place = PLACE_IDS.find(
      (id) => one.at(gameWith({ place: id, minutes: 720, flags: { noteRead: true } })) === id,
    );
    assert.ok(place, one.id);
    const s = gameWith({
      place: one.at(gameWith({ minutes: 720, flags: { noteRead: true } })) ?? place,
      minutes: 720,
      flags: { noteRead: true },
    });
    const first = play(s, { type: 'talk', person: one.id });
    const again = play(play(first.state, { type: 'leave' }).state, { type: 'talk', person: one.id });
    if (one.id !== 'trapped' && one.id !== 'outsiders')
      assert.notEqual(textOf(first.events), textOf(again.events), one.id);
    assert.equal(again.state.memory[one.id]?.times, 2);
  }
});

test('everyone answers something, and what was asked is remembered', () => {
  for (const one of PEOPLE) {
    const s = gameWith({
      place: one.at(gameWith({ minutes: 720, flags: { noteRead: true } })) ?? 'tavern',
      minutes: 720,
      flags: { noteRead: true },
    });
    let { state } = play(s, { type: 'talk', person: one.id });
    const topics = view(state).choices.filter(({ action }) => action.type === 'topic');
    assert.ok(topics.length > 0, one.id);
    for (const { action } of topics) {
      const said = play(state, action);
      assert.ok(textOf(said.events).length > 10);
      assert.ok(said.state.memory[one.id]?.said.includes(action.type === 'topic' ? action.topic : ''));
      if (!said.state.shop) state = said.state;
    }
  }
});

test('asking again gives a second answer, or the topic is gone', () => {
  let { state } = play(newGame(), { type: 'talk', person: 'stranger' });
  const first = play(state, { type: 'topic', topic: 'rune' });
  const again = play(first.state, { type: 'topic', topic: 'rune' });
  assert.notEqual(textOf(first.events), textOf(again.events));
  state = play(newGame(), { type: 'talk', person: 'fighter' }).state;
  state = play(state, { type: 'topic', topic: 'join' }).state;
  assert.ok(!view(state).choices.some(({ id }) => id === 'topic:join'));
});

test('the stranger gives one potion, once', () => {
  const s = play(newGame(), { type: 'talk', person: 'stranger' }).state;
  const { state } = playAll(s, [
    { type: 'topic', topic: 'who' },
    { type: 'topic', topic: 'who' },
  ]);
  assert.deepEqual(
    state.inventory.filter(({ id }) => id === 'potion'),
    [{ id: 'potion', count: 1 }],
  );
});

test('people react to what the hero did', () => {
  const told = (/** @type {import('../../js/rules/types.js').PersonId} */ who, /** @type {never} */ flags) =>
    textOf(play(gameWith({ place: peopleAt(who), flags }), { type: 'talk', person: who }).events);
  const peopleAt = (/** @type {string} */ who) =>
    who === 'gateguard' ? 'gates' : who === 'smith' ? 'blacksmith' : 'tavern';
  for (const who of /** @type {const} */ (['fighter', 'rogue', 'innkeeper', 'stranger', 'gateguard', 'smith'])) {
    assert.notEqual(
      told(who, /** @type {never} */ ({})),
      told(who, /** @type {never} */ ({ minersFree: true, rubbleCleared: true })),
      who,
    );
  }
});

test('the innkeeper remembers that you died', () => {
  const s = newGame();
  const dead = gameWith({ tally: { ...s.tally, deaths: 1 } });
  assert.match(textOf(play(dead, { type: 'talk', person: 'innkeeper' }).events), /feet first/);
});

test('moving on ends a talk', () => {
  const s = play(newGame(), { type: 'talk', person: 'fighter' }).state;
  const { state } = play(s, { type: 'move', direction: 'north' });
  assert.equal(state.talk, null);
});

test('Garrett gives a Healing Potion once, whoever is spoken to first', () => {
  for (const who of /** @type {const} */ (['trapped', 'garrett'])) {
    const s = gameWith({ place: 'tunnel', flags: { rubbleCleared: true } });
    const { state, events } = playAll(s, [
      { type: 'talk', person: who },
      { type: 'leave' },
      { type: 'talk', person: 'garrett' },
    ]);
    assert.equal(only(events, 'quest-done').length, 1);
    assert.deepEqual(
      state.inventory.filter(({ id }) => id === 'potion'),
      [{ id: 'potion', count: 1 }],
    );
  }
});

test('the freed miners walk home', () => {
  const s = gameWith({ place: 'tunnel', flags: { rubbleCleared: true } });
  const { state } = playAll(s, [
    { type: 'talk', person: 'garrett' },
    { type: 'move', direction: 'east' },
    { type: 'move', direction: 'west' },
  ]);
  assert.deepEqual(names(state), []);
  assert.ok(names({ ...state, place: 'entrance' }).includes('Foreman Garrett'));
});

test("the child's cat: asked, found, brought home", () => {
  const s = gameWith({ place: 'square', minutes: 600 });
  let { state } = playAll(s, [
    { type: 'talk', person: 'child' },
    { type: 'topic', topic: 'cat' },
  ]);
  assert.ok(view(state).quests.some(({ id, done }) => id === 'cat' && !done));
  state = play({ ...state, place: 'cemetery', talk: null }, { type: 'check', check: 'cat' }).state;
  const home = playAll({ ...state, place: 'square' }, [
    { type: 'talk', person: 'child' },
    { type: 'topic', topic: 'return' },
  ]);
  assert.deepEqual(
    only(home.events, 'quest-done').map(({ quest }) => quest),
    ['cat'],
  );
  assert.ok(home.state.hero.gold > state.hero.gold);
});
