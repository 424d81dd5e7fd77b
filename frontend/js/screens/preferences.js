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
 * What the person chose: at once on the page, and kept by the server when it can.
 * @param {object} outside
 * @param {{ read(): Promise<unknown>, write(body: object): Promise<void> }} outside.api
 * @param {(preferences: Preferences) => void} outside.onChange
 * @param {Theme|null} [outside.oldTheme]
 */
export function createPreferences({ api, onChange, oldTheme = null }) {
  let now = { ...DEFAULTS };
  let touched = false;
  let unsent = false;
  let busy = false;

  async function send() {
    if (busy) return;
    busy = true;
    while (unsent) {
      unsent = false;
      try {
        await api.write(now);
      } catch {
        unsent = true; // sent with the next change, or when the network is back
        break;
      }
    }
    busy = false;
  }

  return {
    now: () => now,
    send,
    async load() {
      try {
        const stored = preferencesFrom(await api.read(), oldTheme);
        if (touched) return;
        now = stored;
        onChange(now);
      } catch {
        // The server is away: the defaults do.
      }
    },
    /** @param {Partial<Preferences>} change */
    set(change) {
      [now, touched, unsent] = [{ ...now, ...change }, true, true];
      onChange(now);
      void send();
    },
  };
}
