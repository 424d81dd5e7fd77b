/** What the old game kept in the browser: its keys, and pictures as text. */

export const SCENES = 'nanoBananaSceneCache';
export const ITEMS = 'nanoBananaImageLibrary';
export const GAME = 'aidnd_savegame';
export const THEME = 'dnd-theme';

/**
 * The part of the browser's storage that is used here.
 * @typedef {Pick<Storage, 'getItem'|'setItem'|'removeItem'>} OldStorage
 *
 * @typedef {'green'|'amber'|'parchment'|'contrast'} Theme
 */

/** @type {ReadonlyMap<string, Theme>} */
const THEMES = new Map(
  /** @type {const} */ ([
    ['blackwhite', 'contrast'],
    ['ultima', 'amber'],
    ['cyber', 'green'],
    ['goldbox', 'amber'],
    ['dungeon', 'parchment'],
  ]),
);

/**
 * The browser's storage, or an empty one if the browser blocks it or has none.
 * @returns {OldStorage}
 */
export function browserStorage() {
  const none = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
  try {
    return globalThis.localStorage ?? none;
  } catch {
    return none;
  }
}

/**
 * The theme nearest to the one chosen in the old game.
 * @param {OldStorage} storage
 * @returns {Theme|null}
 */
export function oldTheme(storage) {
  return THEMES.get(storage.getItem(THEME) ?? '') ?? null;
}

const DATA_URI = /^\s*data:[^,]{0,100},/i;

/** First bytes of what a browser can show, in base64. The old game's own label is not trusted. */
const TYPES = /** @type {const} */ ([
  ['iVBORw0KGgo', 'image/png'],
  ['UklGR', 'image/webp'],
  ['/9j/', 'image/jpeg'],
  ['R0lGOD', 'image/gif'],
]);

/**
 * @param {string} payload base64, bare or in a data URI
 * @returns {Uint8Array<ArrayBuffer>|null} null if it is no base64
 */
export function bytesOf(payload) {
  let binary;
  try {
    binary = atob(payload.replace(DATA_URI, ''));
  } catch {
    return null;
  }
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/**
 * An address that shows what is left of a damaged picture.
 * @param {string} payload
 * @returns {string|null} null if there is nothing to show
 */
export function thumbnailOf(payload) {
  const text = payload.replace(DATA_URI, '').replace(/\s+/g, '');
  const type = TYPES.find(([start]) => text.startsWith(start))?.[1];
  const whole = /^[A-Za-z0-9+/]*/.exec(text)?.[0] ?? '';
  const even = whole.slice(0, whole.length - (whole.length % 4));
  return type && even ? `data:${type};base64,${even}` : null;
}
