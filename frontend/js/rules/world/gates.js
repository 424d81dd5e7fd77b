/** @import { Direction, Exit, Flag, PlaceId, State } from '../types.js' */
import { neighbour } from './world.js';

/**
 * The two ways that the story closes, each in both directions. Both places of
 * a closed way stay reachable by another road, so neither can end a game.
 * @typedef {{ between: readonly [PlaceId, PlaceId], opens: Flag, reason: string }} Gate
 */

/** @type {readonly Gate[]} */
const GATES = [
  {
    between: ['bridge', 'grove'],
    opens: 'bridgeMended',
    reason: 'The old bridge has lost its planks. Only two bare ropes span the chasm.',
  },
  {
    between: ['crystal', 'tunnel'],
    opens: 'rubbleCleared',
    reason: 'Rubble chokes the tunnel from floor to roof. No one passes until it is cleared.',
  },
];

/** @type {Readonly<Record<Direction, string>>} */
const LABEL = { north: 'North', east: 'East', south: 'South', west: 'West' };

/**
 * @param {State} s
 * @param {PlaceId} a
 * @param {PlaceId} b
 * @returns {string} why the way is closed, or '' if it is open
 */
export function closedBecause(s, a, b) {
  const gate = GATES.find(({ between }) => between.includes(a) && between.includes(b));
  return gate && !s.flags[gate.opens] ? gate.reason : '';
}

/**
 * @param {State} s
 * @param {PlaceId} id
 */
export function knows(s, id) {
  return (s.visits[id] ?? 0) > 0 || s.scouted.includes(id);
}

/**
 * The four ways out of where the hero stands.
 * @param {State} s
 * @returns {Record<Direction, Exit>}
 */
export function exitsOf(s) {
  return { north: exit(s, 'north'), east: exit(s, 'east'), south: exit(s, 'south'), west: exit(s, 'west') };
}

/**
 * @param {State} s
 * @param {Direction} direction
 * @returns {Exit}
 */
export function exit(s, direction) {
  const label = LABEL[direction];
  const next = neighbour(s.place, direction);
  if (!next) {
    const reason = `No way leads ${direction} from here.`;
    return { direction, label, open: false, to: null, name: null, reason };
  }
  const reason = closedBecause(s, s.place, next.id);
  const name = knows(s, next.id) ? next.name : null;
  return { direction, label, open: reason === '', to: next.id, name, reason };
}
