/** @import { Flag, ItemId, PlaceId, State } from '../types.js' */
import { levelFor, maxHpFor } from '../hero/progress.js';
import { blankState } from './start.js';
import { hasOwn, isRecord, list, text, whole } from './validate.js';
import { MINES_TOP, PLACE_IDS, START, place, placeAt } from '../world/world.js';

/** The old game's flags and their names here. @type {readonly (readonly [string, Flag])[]} */
const FLAGS = [
  ['foundMinersNote', 'noteRead'],
  ['clearedRubble', 'rubbleCleared'],
  ['rescuedMiners', 'minersFree'],
  ['foundSealingStone', 'stoneTaken'],
  ['sealedRune', 'runeSealed'],
];

/**
 * The old game's item ids that are not ours, by both its ids and its names.
 * @type {Readonly<Record<string, ItemId>>}
 */
const ITEMS = {
  dagger: 'dagger',
  lockpicks: 'lockpicks',
  rope: 'rope',
  torch: 'torch',
  "miner's note": 'note',
  note: 'note',
  'sealing stone': 'stone',
  stone: 'stone',
  'healing potion': 'potion',
  potion: 'potion',
};

/**
 * A saved game of the old game's later versions (`aidnd_savegame`).
 * @param {unknown} v
 * @returns {v is { version: string, state: Record<string, unknown> }}
 */
export function looksLegacy(v) {
  return isRecord(v) && typeof v.version === 'string' && isRecord(v.state) && isRecord(v.state.character);
}

/**
 * @param {{ state: Record<string, unknown> }} saved
 * @returns {State}
 */
export function fromLegacy({ state }) {
  const s = blankState();
  const character = isRecord(state.character) ? state.character : {};
  const { hero } = s;
  hero.name = text(character.name, 40) || hero.name;
  hero.xp = whole(character.xp, 0, 1_000_000, hero.xp);
  hero.level = levelFor(hero.xp);
  hero.maxHp = maxHpFor(hero.level);
  hero.hp = whole(state.playerHP, 1, hero.maxHp, hero.maxHp);
  s.turn = whole(state.turn, 0, 1_000_000, 0);
  const given = isRecord(state.questFlags) ? state.questFlags : {};
  for (const [old, flag] of FLAGS) if (given[old] === true) s.flags[flag] = true;
  const first = Array.isArray(state.objectives) ? state.objectives[0] : null;
  if (isRecord(first) && first.completed === true) [s.flags.fighter, s.flags.rogue] = [true, true];
  takeItems(s, state.inventory);
  takePlaces(s, state);
  return s;
}

/**
 * @param {State} s
 * @param {unknown} inventory
 */
function takeItems(s, inventory) {
  const ids = list(
    inventory,
    (one) => {
      const name = isRecord(one)
        ? text(one.name, 40)
            .toLowerCase()
            .replace(/ \(.*\)$/, '')
        : '';
      return hasOwn(ITEMS, name) ? (ITEMS[name] ?? null) : null;
    },
    100,
  );
  for (const id of ids) {
    const stack = s.inventory.find((one) => one.id === id);
    if (!stack) s.inventory.push({ id, count: 1 });
    else if (id === 'potion') stack.count += 1;
  }
}

/**
 * @param {State} s
 * @param {Record<string, unknown>} state
 */
function takePlaces(s, state) {
  const at = isRecord(state.currentLocation) ? state.currentLocation : {};
  const here = typeof at.x === 'number' && typeof at.y === 'number' ? placeAt(at.x, at.y) : null;
  s.place = here?.id ?? START;
  const old = isRecord(state.locations) ? state.locations : {};
  for (const id of PLACE_IDS) {
    const { x, y } = place(id);
    const one = old[`${x},${y}`];
    if (isRecord(one) && one.visited === true) s.visits[id] = 1;
    if (isRecord(one) && one.scouted === true) s.scouted.push(id);
  }
  /** @type {PlaceId[]} */
  const seen = PLACE_IDS.filter((id) => s.visits[id]);
  if (place(s.place).y >= MINES_TOP || seen.some((id) => place(id).y >= MINES_TOP)) s.flags.reachedMines = true;
  if (s.flags.minersFree && s.place !== 'tunnel') s.flags.minersHome = true;
}
