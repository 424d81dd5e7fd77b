/**
 * @typedef {'green'|'amber'|'parchment'|'contrast'} Theme
 * @typedef {{ theme: Theme, effects: boolean, keys: boolean }} Preferences
 */

export const THEMES = /** @type {const} */ ([
  { id: 'green', label: 'Green CRT' }, { id: 'amber', label: 'Amber CRT' }, { id: 'parchment', label: 'Parchment' }, { id: 'contrast', label: 'High contrast' },
]);

/** @type {Readonly<Preferences>} */
export const DEFAULTS = { theme: 'green', effects: true, keys: true };

/**
 * @param {any} stored
 * @returns {Preferences}
 */
export function preferencesFrom(stored) {
  const theme = THEMES.find(({ id }) => id === stored?.theme)?.id ?? DEFAULTS.theme;
  return { theme, effects: stored?.effects !== false, keys: stored?.keys !== false };
}

/**
 * What the person chose: at once on the page, and kept by the server when it can.
 * @param {object} outside
 * @param {{ read(): Promise<unknown>, write(body: object): Promise<void> }} outside.api
 * @param {(preferences: Preferences) => void} outside.onChange
 */
export function createPreferences({ api, onChange }) {
  let now = { ...DEFAULTS };
  let touched = false;
  let unsent = false;
  let busy = false;

  async function send() {
    if (busy || !unsent) return;
    busy = true;
    unsent = false;
    try {
      await api.write(now);
    } catch {
      unsent = true; // sent with the next change, or when the network is back
    }
    busy = false;
  }

  return {
    now: () => now,
    send,
    async load() {
      try {
        const stored = preferencesFrom(await api.read());
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
