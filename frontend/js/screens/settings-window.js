/** @import { Api } from '../api/api.js' */
/** @import { Preferences } from './preferences.js' */
import { createWindow, openOnce } from '../ui/dialogs.js';
import { el } from '../ui/dom.js';
import { THEMES } from './preferences.js';

/** @type {Readonly<Record<Api['keeper'], string>>} */
const WHERE = { server: 'by the server, not in this browser', browser: 'in this browser' };

/**
 * @param {{ now: () => Preferences, set: (change: Partial<Preferences>) => void }} preferences
 * @param {Api['keeper']} keeper
 */
export function openSettings({ now, set }, keeper) {
  const made = createWindow({ title: 'Settings', className: 'settings', id: 'settings' });
  const { theme, effects, keys } = now();
  const radios = THEMES.map(({ id, label }) =>
    el(
      'label',
      { class: 'option', 'data-swatch': id },
      el('input', {
        type: 'radio',
        name: 'theme',
        value: id,
        checked: id === theme,
        onChange: () => set({ theme: id }),
      }),
      el('span', { text: label }),
    ),
  );
  const box = (
    /** @type {string} */ text,
    /** @type {boolean} */ checked,
    /** @type {(on: boolean) => void} */ change,
  ) =>
    el(
      'label',
      { class: 'option' },
      el('input', {
        type: 'checkbox',
        checked,
        onChange: (/** @type {Event} */ event) => change(/** @type {HTMLInputElement} */ (event.target).checked),
      }),
      el('span', { text }),
    );
  made.body.append(
    el('fieldset', {}, el('legend', { text: 'Theme' }), el('div', { class: 'options' }, ...radios)),
    el(
      'fieldset',
      {},
      el('legend', { text: 'Screen and keys' }),
      el(
        'div',
        { class: 'options' },
        box('Scan lines, glow and flicker', effects, (on) => set({ effects: on })),
        box('Single keys play the game', keys, (on) => set({ keys: on })),
      ),
    ),
    el('p', {
      class: 'hint',
      text: `Nothing moves if your system asks for less motion. Settings are kept ${WHERE[keeper]}.`,
    }),
  );
  openOnce(made);
}
