/** @import { Json } from './find-entries.js' */
/** @import { OldStorage } from './old-storage.js' */
import { isObject, markOf, parsed } from './find-entries.js';
import { GAME, ITEMS, SCENES } from './old-storage.js';

/**
 * Removes from the browser's storage what is proven to be on the server, and nothing else.
 *
 * @typedef {object} Proof
 * @property {ReadonlySet<string>} marks of the entries that the server has
 * @property {string|null} game the saved game that the server has, as text
 *
 * @typedef {object} Freed
 * @property {number} removed entries, and the saved game
 * @property {string[]} kept keys that could not be written; they hold what they held
 * @property {Record<string, string>} rescued values that the storage neither took nor gave back
 */

/**
 * Each key is read again right before it is written, so changes of another tab stay.
 * @param {OldStorage} storage
 * @param {Proof} proof
 * @returns {Freed}
 */
export function freeStorage(storage, { marks, game }) {
  /** @type {Freed} */
  const freed = { removed: 0, kept: [], rescued: {} };
  freeKey(storage, SCENES, (all) => withoutScenes(all, marks), freed);
  freeKey(storage, ITEMS, (all) => withoutImages(all, marks), freed);
  if (game !== null && storage.getItem(GAME) === game) {
    storage.removeItem(GAME);
    freed.removed += 1;
  }
  return freed;
}

/**
 * What is left, as a file for `scripts/migrate.sh`.
 * @param {OldStorage} storage
 * @param {Readonly<Record<string, string>>} [rescued]
 */
export function dumpOf(storage, rescued = {}) {
  const left = [SCENES, ITEMS, GAME].flatMap((key) => {
    const text = rescued[key] ?? storage.getItem(key);
    return text === null ? [] : [[key, text]];
  });
  return JSON.stringify(Object.fromEntries(left));
}

/**
 * The same, with only the entries that the server does not have.
 * @param {OldStorage} storage
 * @param {Proof} proof
 * @param {Readonly<Record<string, string>>} [rescued]
 */
export function dumpOfRest(storage, proof, rescued = {}) {
  /** @type {Map<string, string>} */
  const copy = new Map();
  for (const key of [SCENES, ITEMS, GAME]) {
    const text = rescued[key] ?? storage.getItem(key);
    if (text !== null) copy.set(key, text);
  }
  const shelf = {
    getItem: (/** @type {string} */ key) => copy.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void copy.set(key, value),
    removeItem: (/** @type {string} */ key) => void copy.delete(key),
  };
  freeStorage(shelf, proof);
  return dumpOf(shelf);
}

/**
 * @param {OldStorage} storage
 * @param {string} key
 * @param {(all: Json) => number} remove takes entries out, says how many
 * @param {Freed} freed
 */
function freeKey(storage, key, remove, freed) {
  const before = storage.getItem(key);
  const all = before === null ? undefined : parsed(before);
  if (before === null || !isObject(all)) return;
  const members = Object.keys(all).length;
  const removed = remove(all);
  if (removed === 0 && Object.keys(all).length === members && members > 0) return;
  const rest = Object.keys(all).length === 0 ? null : JSON.stringify(all);
  if (rewrite(storage, key, before, rest, freed)) freed.removed += removed;
}

/**
 * A full storage may refuse even a shorter value; then the old value is removed first.
 * @param {OldStorage} storage
 * @param {string} key
 * @param {string} before
 * @param {string|null} rest null where nothing is left
 * @param {Freed} freed
 */
function rewrite(storage, key, before, rest, freed) {
  if (rest === null) {
    storage.removeItem(key);
    return true;
  }
  if (write(storage, key, rest)) return true;
  storage.removeItem(key);
  if (write(storage, key, rest)) return true;
  if (write(storage, key, before)) freed.kept.push(key);
  else freed.rescued[key] = before;
  return false;
}

/**
 * @param {OldStorage} storage
 * @param {string} key
 * @param {string} value
 */
function write(storage, key, value) {
  try {
    storage.setItem(key, value);
  } catch {
    return false;
  }
  return storage.getItem(key) === value;
}

/**
 * @param {Json} scenes
 * @param {ReadonlySet<string>} marks
 */
function withoutScenes(scenes, marks) {
  const gone = Object.keys(scenes).filter((name) => marks.has(markOf('scene', name, null, scenes[name])));
  for (const name of gone) delete scenes[name];
  return gone.length;
}

/**
 * @param {Json} items
 * @param {ReadonlySet<string>} marks
 */
function withoutImages(items, marks) {
  let removed = 0;
  for (const name of Object.keys(items)) {
    const item = items[name];
    if (!isObject(item) || !Array.isArray(item.images)) continue;
    const stay = item.images.filter((image) => !marks.has(markOf('item', name, item.featured, image)));
    removed += item.images.length - stay.length;
    item.images = stay;
    if (stay.length === 0) delete items[name]; // a list without images holds nothing
  }
  return removed;
}

/**
 * Tries again to put back what the storage refused before.
 * @param {OldStorage} storage
 * @param {Readonly<Record<string, string>>} rescued
 * @returns {Record<string, string>} what still could not
 */
export function putBack(storage, rescued) {
  return Object.fromEntries(
    Object.entries(rescued).filter(([key, text]) => storage.getItem(key) === null && !write(storage, key, text)),
  );
}
