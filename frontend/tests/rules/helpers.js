/** @import { Action, Dice, Direction, GameEvent, State } from '../../js/rules/types.js' */
import assert from 'node:assert/strict';
import { highDice } from '../../js/rules/dice.js';
import { act, newGame } from '../../js/rules/game.js';
import { peopleHere } from '../../js/rules/talk/people.js';
import { view } from '../../js/rules/view.js';

/**
 * @template T
 * @param {T} value
 * @returns {T}
 */
export function deepFreeze(value) {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** Dice on which nothing comes, and a d20 shows what is wanted. @param {number} face @returns {Dice} */
export function d20Shows(face) {
  return { d: (sides) => (sides === 20 ? face : sides) };
}

/**
 * Plays an action that must be allowed, on a frozen state.
 * @param {State} state
 * @param {Action} action
 * @param {Dice} [dice]
 */
export function play(state, action, dice = highDice) {
  const result = act(deepFreeze(state), action, { dice });
  const refused = result.events.find(({ type }) => type === 'refused');
  assert.equal(refused, undefined, `${JSON.stringify(action)} at ${state.place}: ${refused?.text}`);
  return result;
}

/**
 * Plays several actions; gives the last state and all events.
 * @param {State} state
 * @param {readonly Action[]} actions
 * @param {Dice} [dice]
 */
export function playAll(state, actions, dice = highDice) {
  /** @type {GameEvent[]} */
  const events = [];
  let now = state;
  for (const action of actions) {
    const result = play(now, action, dice);
    now = result.state;
    events.push(...result.events);
  }
  return { state: now, events };
}

/**
 * Walks, by first letters: walk(s, 'ssw').
 * @param {State} state
 * @param {string} way
 * @param {Dice} [dice]
 */
export function walk(state, way, dice = highDice) {
  const names = /** @type {Record<string, Direction>} */ ({ n: 'north', e: 'east', s: 'south', w: 'west' });
  return playAll(
    state,
    [...way].map((letter) => ({ type: 'move', direction: /** @type {Direction} */ (names[letter]) })),
    dice,
  );
}

/**
 * A new game with some things changed.
 * @param {Partial<State>} changes
 * @returns {State}
 */
export function gameWith(changes) {
  const s = { ...newGame(), ...changes };
  return { ...s, visits: { ...s.visits, [s.place]: s.visits[s.place] ?? 1 } };
}

/**
 * In a fight with that enemy, at the start of a round.
 * @param {import('../../js/rules/types.js').EnemyId} enemy
 * @param {number} hp
 * @param {Partial<import('../../js/rules/types.js').Fight>} [more]
 * @param {Partial<State>} [changes]
 */
export function fighting(enemy, hp, more = {}, changes = {}) {
  return gameWith({
    place: 'forest',
    ...changes,
    fight: {
      enemy,
      hp,
      maxHp: hp,
      round: 1,
      guardian: false,
      hidden: false,
      prone: false,
      poison: 0,
      held: 0,
      roped: 0,
      raging: false,
      torchUsed: false,
      dazzled: false,
      ...more,
    },
  });
}

/**
 * Every action that the screen offers and enables.
 * @param {State} s
 * @returns {Action[]}
 */
export function offered(s) {
  const v = view(s);
  const uses = v.inventory.flatMap(({ use }) => (use ? [use] : []));
  const people =
    v.mode !== 'fight' && v.mode !== 'ended'
      ? peopleHere(s).map(({ id }) => ({ enabled: true, action: /** @type {Action} */ ({ type: 'talk', person: id }) }))
      : [];
  return [...Object.values(v.exits), ...v.verbs, ...v.choices, ...uses, ...people]
    .filter(({ enabled }) => enabled)
    .map(({ action }) => action);
}

/**
 * Everything that is shown but not enabled.
 * @param {State} s
 * @returns {Action[]}
 */
export function withheld(s) {
  const v = view(s);
  const uses = v.inventory.flatMap(({ use }) => (use ? [use] : []));
  return [...Object.values(v.exits), ...v.verbs, ...v.choices, ...uses]
    .filter(({ enabled }) => !enabled)
    .map(({ action }) => action);
}

/** @param {readonly GameEvent[]} events */
export function textOf(events) {
  return events
    .map(({ text }) => text)
    .filter(Boolean)
    .join('\n');
}

/** @param {readonly GameEvent[]} events @param {string} type */
export function only(events, type) {
  return events.filter((event) => event.type === type);
}

/** From the title to the ending, by the shortest road; dice must bring no encounters. */
export const WINNING_ROAD = /** @type {const} */ ([
  { type: 'talk', person: 'fighter' },
  { type: 'topic', topic: 'join' },
  { type: 'leave' },
  { type: 'talk', person: 'rogue' },
  { type: 'topic', topic: 'join' },
  { type: 'leave' },
  { type: 'move', direction: 'south' },
  { type: 'move', direction: 'south' },
  { type: 'move', direction: 'south' },
  { type: 'move', direction: 'south' },
  { type: 'move', direction: 'south' },
  { type: 'deed', deed: 'read-note' },
  { type: 'move', direction: 'west' },
  { type: 'deed', deed: 'clear-rubble' },
  { type: 'talk', person: 'garrett' },
  { type: 'move', direction: 'east' },
  { type: 'move', direction: 'south' },
  { type: 'deed', deed: 'take-stone' },
  { type: 'attack' },
  { type: 'move', direction: 'south' },
  { type: 'deed', deed: 'seal-rune' },
]);
