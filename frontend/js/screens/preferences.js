import { asApiError } from '../api/http.js';

/**
 * @typedef {'green'|'amber'|'parchment'|'contrast'} Theme
 *
 * @typedef {object} Preferences
 * @property {Theme} theme
 * @property {boolean} effects
 * @property {boolean} keys
 * @property {boolean} oldImagesLater whether the old game's pictures have been offered for moving
 */

export const THEMES = /** @type {const} */ ([
  { id: 'green', label: 'Green CRT' },
  { id: 'amber', label: 'Amber CRT' },
  { id: 'parchment', label: 'Parchment' },
  { id: 'contrast', label: 'High contrast' },
]);

/** @type {Readonly<Preferences>} */
export const DEFAULTS = { theme: 'green', effects: true, keys: true, oldImagesLater: false };

/**
 * @param {any} stored
 * @param {Theme|null} [oldTheme] the old game's, for who has chosen none here
 * @returns {Preferences}
 */
export function preferencesFrom(stored, oldTheme = null) {
  const theme = THEMES.find(({ id }) => id === stored?.theme)?.id ?? oldTheme ?? DEFAULTS.theme;
  return {
    theme,
    effects: stored?.effects !== false,
    keys: stored?.keys !== false,
    oldImagesLater: stored?.oldImagesLater === true,
  };
}

/**
 * The player's choices: applied to the page at once, and saved on the server when possible.
 * Nothing is sent before the stored ones are read, so a choice made while the server was away
 * leaves the others alone.
 * @param {object} outside
 * @param {{ read(): Promise<unknown>, write(body: object): Promise<void> }} outside.api
 * @param {(preferences: Preferences) => void} outside.onChange
 * @param {Theme|null} [outside.oldTheme]
 */
export function createPreferences({ api, onChange, oldTheme = null }) {
  let now = { ...DEFAULTS };
  /** @type {Partial<Preferences>} */
  let chosen = {};
  let loaded = false;
  let unsent = false;
  let busy = false;

  /** Reads and sends what is still outstanding. */
  async function sync() {
    if (busy) return;
    busy = true;
    try {
      if (!loaded) {
        now = { ...preferencesFrom(await api.read(), oldTheme), ...chosen };
        loaded = true;
        onChange(now);
      }
      while (unsent) {
        unsent = false;
        await api.write(now);
      }
    } catch (error) {
      asApiError(error); // tells a fault of this page from one of the network
      // The server is away: sent with the next change, or when it is back.
      unsent = Object.keys(chosen).length > 0;
    }
    busy = false;
  }

  return {
    now: () => now,
    sync,
    /** @param {Partial<Preferences>} change */
    set(change) {
      [now, chosen, unsent] = [{ ...now, ...change }, { ...chosen, ...change }, true];
      onChange(now);
      void sync();
    },
  };
}
