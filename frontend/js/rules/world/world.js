/** @import { Direction, PlaceId, Region } from '../types.js' */

/**
 * @typedef {object} Place
 * @property {PlaceId} id
 * @property {string} name
 * @property {number} x
 * @property {number} y
 * @property {boolean} safe Behind the village wall: sleep is not disturbed here.
 */

/** @type {readonly [PlaceId, string, number, number][]} */
const ROWS = [
  ['tavern', 'Starting Tavern', 3, 2],
  ['square', 'Town Square', 3, 1],
  ['market', 'Market Street', 4, 2],
  ['blacksmith', 'Blacksmith', 2, 2],
  ['gates', 'City Gates', 3, 3],
  ['cemetery', 'Cemetery', 2, 3],
  ['bridge', 'Old Bridge', 4, 3],
  ['forest', 'Forest Path', 3, 4],
  ['grove', 'Hidden Grove', 4, 4],
  ['bandits', 'Bandit Camp', 2, 4],
  ['cave', 'Dark Cave', 1, 4],
  ['entrance', 'Mine Entrance', 3, 5],
  ['junction', 'Shaft Junction', 3, 6],
  ['crystal', 'Crystal Cavern', 2, 6],
  ['passage', 'Dark Passage', 4, 6],
  ['camp', 'Mining Camp', 3, 7],
  ['tunnel', 'Collapsed Tunnel', 2, 7],
  ['river', 'Underground River', 4, 7],
  ['deep', 'Deep Chamber', 3, 8],
  ['rune', 'Rune Chamber', 3, 9],
];

/** @type {ReadonlySet<PlaceId>} */
const SAFE = new Set(['tavern', 'square', 'market', 'blacksmith', 'gates']);

/** @type {PlaceId} */
export const START = 'tavern';

/** The first row that lies underground; each region is a grid of 7 x 5. */
export const MINES_TOP = 5;
export const GRID_WIDTH = 7;
export const GRID_HEIGHT = 5;

/** @type {readonly Direction[]} */
export const DIRECTIONS = ['north', 'east', 'south', 'west'];

/** @type {Readonly<Record<Direction, readonly [number, number]>>} */
const STEP = { north: [0, -1], east: [1, 0], south: [0, 1], west: [-1, 0] };

/** @type {Readonly<Record<Direction, Direction>>} */
export const OPPOSITE = { north: 'south', east: 'west', south: 'north', west: 'east' };

/** @type {ReadonlyMap<PlaceId, Place>} */
const PLACES = new Map(ROWS.map(([id, name, x, y]) => [id, { id, name, x, y, safe: SAFE.has(id) }]));

/** By y, then x. @type {readonly (readonly Place[])[]} */
const GRID = gridOf([...PLACES.values()]);

/** @type {readonly PlaceId[]} */
export const PLACE_IDS = ROWS.map(([id]) => id);

/**
 * @param {PlaceId} id
 * @returns {Place}
 */
export function place(id) {
  const found = PLACES.get(id);
  if (!found) throw new RangeError(`no such place: ${id}`);
  return found;
}

/** @param {readonly Place[]} places */
function gridOf(places) {
  /** @type {Place[][]} */
  const rows = [];
  for (const one of places) (rows[one.y] ??= [])[one.x] = one;
  return rows;
}

/**
 * @param {number} x
 * @param {number} y
 * @returns {Place|null}
 */
export function placeAt(x, y) {
  return GRID[y]?.[x] ?? null;
}

/**
 * The place next to this one on the grid, whether or not the way is open.
 * @param {PlaceId} id
 * @param {Direction} direction
 * @returns {Place|null}
 */
export function neighbour(id, direction) {
  const { x, y } = place(id);
  const [dx, dy] = STEP[direction];
  return placeAt(x + dx, y + dy);
}

/**
 * @param {PlaceId} id
 * @returns {Region}
 */
export function regionOf(id) {
  return place(id).y >= MINES_TOP ? 'mines' : 'surface';
}
