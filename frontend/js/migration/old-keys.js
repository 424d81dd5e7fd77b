/** The names of the old game's keys in the browser. */

export const SCENES = 'nanoBananaSceneCache';
export const ITEMS = 'nanoBananaImageLibrary';
export const GAME = 'aidnd_savegame';
export const THEME = 'dnd-theme';

/**
 * As much of the browser's storage as is needed here.
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
