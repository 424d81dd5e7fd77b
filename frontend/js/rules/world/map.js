/** @import { Direction, PlaceId, Region, State } from '../types.js' */
import { closedBecause, knows } from './gates.js';
import { DIRECTIONS, GRID_HEIGHT, GRID_WIDTH, MINES_TOP, PLACE_IDS, neighbour, placeAt } from './world.js';

const ROWS = [...Array(GRID_HEIGHT).keys()];
const COLUMNS = [...Array(GRID_WIDTH).keys()];

/**
 * @typedef {object} Cell
 * @property {number} x
 * @property {number} y
 * @property {PlaceId|null} place Null in the fog, and where nothing is.
 * @property {string|null} name Null where unknown or only glimpsed.
 * @property {'fog'|'glimpsed'|'known'|'visited'} seen
 * @property {boolean} here
 * @property {Direction[]} open Open ways, of places visited.
 * @property {Direction[]} closed Ways that the story still closes.
 */

/**
 * The two maps, each five rows of seven, with what the hero knows of them.
 * @param {State} s
 * @returns {Record<Region, Cell[][]>}
 */
export function mapOf(s) {
  const glimpsed = glimpses(s);
  return { surface: grid(s, 0, glimpsed), mines: grid(s, MINES_TOP, glimpsed) };
}

/**
 * Places next to one that was visited.
 * @param {State} s
 * @returns {Set<PlaceId>}
 */
function glimpses(s) {
  const near = PLACE_IDS.filter((id) => s.visits[id]).flatMap((id) => DIRECTIONS.map((way) => neighbour(id, way)?.id));
  return new Set(near.filter((id) => id !== undefined));
}

/**
 * @param {State} s
 * @param {number} top
 * @param {Set<PlaceId>} glimpsed
 * @returns {Cell[][]}
 */
function grid(s, top, glimpsed) {
  return ROWS.map((row) => COLUMNS.map((x) => cell(s, x, top + row, glimpsed)));
}

/**
 * @param {State} s
 * @param {number} x
 * @param {number} y
 * @param {Set<PlaceId>} glimpsed
 * @returns {Cell}
 */
function cell(s, x, y, glimpsed) {
  const found = placeAt(x, y);
  if (!found || !(knows(s, found.id) || glimpsed.has(found.id))) {
    return { x, y, place: null, name: null, seen: 'fog', here: false, open: [], closed: [] };
  }
  const visited = (s.visits[found.id] ?? 0) > 0;
  const seen = visited ? 'visited' : knows(s, found.id) ? 'known' : 'glimpsed';
  const ways = visited ? DIRECTIONS.filter((way) => neighbour(found.id, way)) : [];
  const closed = ways.filter((way) =>
    closedBecause(s, found.id, /** @type {PlaceId} */ (neighbour(found.id, way)?.id)),
  );
  return {
    x,
    y,
    place: found.id,
    name: seen === 'glimpsed' ? null : found.name,
    seen,
    here: s.place === found.id,
    open: ways.filter((way) => !closed.includes(way)),
    closed,
  };
}
