/** @import { Entry, Json } from './find-entries.js' */
import { GAME, ITEMS, SCENES } from './old-storage.js';

/**
 * What is sent in one call: some entries, or the saved game.
 * @typedef {{ entries: readonly Entry[], game: string|null }} Batch
 */

/** About a megabyte a call: the bar moves, and little is sent twice if a call fails. */
export const LIMITS = { text: 2 ** 20, count: 20 };

/**
 * Entries in the order they were found. Two of one key never go together, so
 * that the answer for a key is the answer for one entry.
 * @param {readonly Entry[]} entries
 * @param {{ text: number, count: number }} [limits]
 * @returns {Batch[]}
 */
export function makeBatches(entries, limits = LIMITS) {
  /** @type {Batch[]} */
  const batches = [];
  /** @type {Entry[]} */
  let open = [];
  let text = 0;
  for (const entry of entries) {
    const isFull = text + entry.mark.length > limits.text || open.length >= limits.count;
    if (open.length > 0 && (isFull || keysOf([...open, entry]) === null)) {
      batches.push({ entries: open, game: null });
      [open, text] = [[], 0];
    }
    open.push(entry);
    text += entry.mark.length;
  }
  return open.length > 0 ? [...batches, { entries: open, game: null }] : batches;
}

/**
 * @param {Batch} batch of two entries or more
 * @returns {Batch[]}
 */
export function halves({ entries }) {
  const middle = Math.ceil(entries.length / 2);
  return [entries.slice(0, middle), entries.slice(middle)].map((half) => ({ entries: half, game: null }));
}

/**
 * The body of the call: the old storage with only this in it.
 * @param {Batch} batch
 * @returns {Record<string, unknown>}
 */
export function bodyOf({ entries, game }) {
  if (game !== null) return { [GAME]: game };
  const scenes = entries.filter(({ kind }) => kind === 'scene').map(({ name, value }) => [name, value]);
  /** @type {Map<string, { featured: unknown, images: Json[] }>} */
  const items = new Map();
  for (const { kind, name, featured, value } of entries) {
    if (kind !== 'item') continue;
    const item = items.get(name) ?? { featured, images: [] };
    item.images.push(value);
    items.set(name, item);
  }
  return {
    ...(scenes.length > 0 ? { [SCENES]: Object.fromEntries(scenes) } : {}),
    ...(items.size > 0 ? { [ITEMS]: Object.fromEntries(items) } : {}),
  };
}

/**
 * The server's keys for the entries of one call.
 * @param {readonly Entry[]} entries
 * @returns {Map<string, Entry>|null} null where it would call two of them the same
 */
export function keysOf(entries) {
  /** @type {Map<string, Entry>} */
  const keys = new Map();
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const entry of entries) {
    const index = counts.get(entry.name) ?? 0;
    if (entry.kind === 'item') counts.set(entry.name, index + 1);
    const key = entry.kind === 'scene' ? `${SCENES}/${entry.name}` : `${ITEMS}/${entry.name}/${entry.id ?? index}`;
    const whole = key.replace(/\p{Surrogate}/gu, '\ufffd'); // no answer can hold a lone surrogate
    if (keys.has(whole)) return null;
    keys.set(whole, entry);
  }
  return keys;
}
