/** @import { OldStorage } from './old-storage.js' */
import { GAME, ITEMS, SCENES } from './old-storage.js';

/**
 * What the old game left in this browser. Nothing here trusts what it reads.
 *
 * @typedef {Record<string, unknown>} Json
 *
 * @typedef {object} Entry one picture
 * @property {'scene'|'item'} kind
 * @property {string} name key of the scene, or name of the item
 * @property {string|null} id of an item's image, where it has one
 * @property {unknown} featured as the item holds it
 * @property {Json} value as it lies there
 * @property {string} payload base64 or data URI
 * @property {string} mark the same for what is the same in every respect
 *
 * @typedef {object} Broken what holds no picture that could be sent
 * @property {string} key
 * @property {string} name
 * @property {string} error
 *
 * @typedef {object} Found
 * @property {readonly Entry[]} entries
 * @property {readonly Broken[]} broken
 * @property {string|null} game the saved game, as text
 * @property {number} scenes
 * @property {number} items different ones
 * @property {number} size characters of text, which are bytes for all but a few
 */

/**
 * @param {OldStorage} storage
 * @returns {Found}
 */
export function findEntries(storage) {
  /** @type {Entry[]} */
  const entries = [];
  /** @type {Broken[]} */
  const broken = [];
  for (const [name, value] of members(storage, SCENES, broken)) readScene(name, value, entries, broken);
  for (const [name, value] of members(storage, ITEMS, broken)) readItem(name, value, entries, broken);
  const game = gameIn(storage);
  return {
    entries,
    broken,
    game,
    scenes: entries.filter(({ kind }) => kind === 'scene').length,
    items: new Set(entries.filter(({ kind }) => kind === 'item').map(({ name }) => name)).size,
    size: [SCENES, ITEMS, GAME].reduce((sum, key) => sum + (storage.getItem(key) ?? '').length, 0),
  };
}

/** @param {Found} found */
export function isNothing({ entries, broken, game }) {
  return entries.length === 0 && broken.length === 0 && game === null;
}

/**
 * @param {unknown} value
 * @returns {value is Json}
 */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {string} text
 * @returns {unknown} undefined where it is no JSON
 */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Any change in an entry, by another tab too, changes its mark.
 * @param {'scene'|'item'} kind
 * @param {string} name
 * @param {unknown} featured
 * @param {unknown} value
 */
export function markOf(kind, name, featured, value) {
  const starred = isObject(value) && typeof value.id === 'string' && value.id === featured;
  return JSON.stringify([kind, name, starred, value]);
}

/**
 * @param {OldStorage} storage
 * @param {string} key
 * @param {Broken[]} broken
 * @returns {[string, unknown][]}
 */
function members(storage, key, broken) {
  const text = storage.getItem(key);
  if (text === null || text.trim() === '') return [];
  const value = parsed(text);
  if (value === null) return [];
  if (isObject(value)) return Object.entries(value);
  const error = value === undefined ? 'The value is cut off, or not JSON.' : 'The value is not a JSON object.';
  broken.push({ key, name: key === SCENES ? 'All scenes' : 'All items', error });
  return [];
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {Entry[]} entries
 * @param {Broken[]} broken
 */
function readScene(name, value, entries, broken) {
  if (!isObject(value)) {
    broken.push({ key: `${SCENES}/${name}`, name, error: 'The entry is empty, or not an object.' });
    return;
  }
  const mark = markOf('scene', name, null, value);
  entries.push({ kind: 'scene', name, id: null, featured: null, value, payload: textIn(value.imageData), mark });
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {Entry[]} entries
 * @param {Broken[]} broken
 */
function readItem(name, value, entries, broken) {
  const key = `${ITEMS}/${name}`;
  if (!isObject(value) || !Array.isArray(value.images)) {
    broken.push({ key, name, error: 'The entry is empty, or has no list of images.' });
    return;
  }
  const { featured } = value;
  value.images.forEach((/** @type {unknown} */ image, /** @type {number} */ index) => {
    if (!isObject(image)) {
      broken.push({ key: `${key}/${index}`, name, error: 'The image is empty, or not an object.' });
      return;
    }
    const mark = markOf('item', name, featured, image);
    const id = textIn(image.id) || null;
    entries.push({ kind: 'item', name, id, featured, value: image, payload: textIn(image.data), mark });
  });
}

/**
 * @param {OldStorage} storage
 * @returns {string|null}
 */
function gameIn(storage) {
  const text = storage.getItem(GAME);
  return text === null || text.trim() === '' || text.trim() === 'null' ? null : text;
}

/** @param {unknown} value */
function textIn(value) {
  return typeof value === 'string' ? value : '';
}
