/** @import { Memory, PersonId, State } from '../types.js' */
import { MINE_FOLK } from './mines.js';
import { TAVERN_FOLK } from './tavern.js';
import { VILLAGE_FOLK } from './village.js';

/**
 * @typedef {'join-fighter'|'join-rogue'|'stranger-trust'|'ask-cat'|'return-cat'|'rescue'} TalkEffect
 *
 * @typedef {object} Topic
 * @property {string} id
 * @property {string} label
 * @property {(s: State, m: Memory) => boolean} [when]
 * @property {string} say
 * @property {string} [again] What is said the second time; without it the topic is used up.
 * @property {TalkEffect} [effect] The first time only.
 * @property {boolean} [opens] Opens the person's shop.
 *
 * @typedef {object} Person
 * @property {PersonId} id
 * @property {string} name
 * @property {(s: State) => import('../types.js').PlaceId|null} at
 * @property {(s: State, m: Memory) => string} greet
 * @property {readonly Topic[]} topics
 * @property {boolean} [keeper] Keeps a shop.
 * @property {TalkEffect} [effect] Of the greeting.
 */

/** @type {readonly Person[]} */
export const PEOPLE = [...TAVERN_FOLK, ...VILLAGE_FOLK, ...MINE_FOLK];

const BY_ID = new Map(PEOPLE.map((one) => [one.id, one]));

/** @type {readonly PersonId[]} */
export const PERSON_IDS = PEOPLE.map(({ id }) => id);

/**
 * @param {PersonId} id
 * @returns {Person}
 */
export function person(id) {
  const found = BY_ID.get(id);
  if (!found) throw new RangeError(`no such person: ${id}`);
  return found;
}

/**
 * The people at the hero's place. Companions walk along, and speak in the tavern.
 * @param {State} s
 * @returns {Person[]}
 */
export function peopleHere(s) {
  return PEOPLE.filter((one) => one.at(s) === s.place);
}

/**
 * @param {State} s
 * @param {PersonId} id
 * @returns {Memory}
 */
export function memoryOf(s, id) {
  return s.memory[id] ?? { times: 0, day: 0, said: [] };
}

/** The people here, in words. @param {State} s */
export function whoIsHere(s) {
  const names = peopleHere(s).map(({ name }) => name);
  if (names.length > 0) return `Here: ${names.join(', ')}.`;
  const friends = companions(s);
  return friends.length > 0 ? `Nobody is here but you and ${friends.join(' and ')}.` : 'You are alone here.';
}

/** Companions that walk with the hero. @param {State} s */
export function companions(s) {
  return [s.flags.fighter ? 'Bryn the Fighter' : '', s.flags.rogue ? 'Sable the Rogue' : ''].filter(Boolean);
}
