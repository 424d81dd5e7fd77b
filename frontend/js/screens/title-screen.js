/** @import { Api, SavedGame } from '../api/api.js' */
import { blockLetters, pixels } from '../ui/pixels.js';
import { el, setText } from '../ui/dom.js';

/** @type {Readonly<Record<Api['keeper'], string>>} */
const WHOSE = {
  server:
    'They belong to this browser at this address. To continue in another browser, save to a file and load it there.',
  browser:
    'They stay in this browser and are on no server: clearing its data deletes them. ' +
    'To keep one or continue elsewhere, save to a file.',
};

/**
 * @typedef {object} Up
 * @property {(name: string) => void} newAdventure
 * @property {() => void} proceed
 * @property {(slot: string) => void} load
 * @property {(slot: string) => void} remove
 * @property {() => void} toFile
 * @property {() => void} fromFile
 * @property {() => void} settings
 * @property {() => void} help
 *
 * @typedef {object} TitleData
 * @property {string} words what is wrong with keeping adventures
 * @property {boolean} isKnown what the slots hold: the server could be asked
 * @property {readonly { slot: string, save: SavedGame|null }[]} slots
 * @property {string|null} playing the slot of the game that is running in this tab
 * @property {boolean} isSaved that game, up to its last turn
 * @property {boolean} canContinue
 */

/**
 * @param {HTMLElement} element
 * @param {{ picture: string, keeper: Api['keeper'] }} given
 * @param {Up} up
 */
export function mountTitleScreen(element, { picture, keeper }, up) {
  const button = (/** @type {string} */ text, /** @type {() => void} */ onClick, className = 'button') =>
    el('button', { type: 'button', class: className, text, onClick });
  const name = el('input', {
    id: 'hero-name',
    type: 'text',
    maxlength: '40',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'Hero',
    onKeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && !event.isComposing) up.newAdventure(name.value);
    },
  });
  const proceed = button('Continue', up.proceed, 'button button-main');
  proceed.disabled = true; // until the saves are known: pressed earlier it would do nothing, and not say so
  const toFile = button('Save to a file', up.toFile);
  toFile.disabled = true;
  const note = el('p', { class: 'title-note', role: 'status' });
  const slots = el('ul', { class: 'slot-list' });
  const oldImages = {
    region: el('section', { class: 'old-images', 'aria-labelledby': 'old-images-title', hidden: true }),
    opener: el('button', { type: 'button', class: 'button', text: 'Old images', hidden: true }),
  };
  element.append(
    el(
      'div',
      { class: 'title-sheet' },
      el(
        'div',
        { class: 'title-art' },
        el('img', { class: 'title-picture', src: picture, alt: '' }),
        el(
          'h1',
          { class: 'title-name' },
          el('span', { class: 'title-the', text: 'The ' }),
          pixels(blockLetters('EMBERPEAK'), 'title-logo'),
          el('span', { class: 'visually-hidden', text: 'Emberpeak' }),
          el('span', { class: 'title-expedition', text: ' Expedition' }),
        ),
      ),
      el('p', { class: 'title-lead', text: 'The mine has been silent for nine days. Somebody should go and look.' }),
      el(
        'div',
        { class: 'title-start' },
        proceed,
        button('New adventure', () => up.newAdventure(name.value)),
        el('label', { class: 'name-field', for: 'hero-name' }, el('span', { text: "Hero's name" }), name),
      ),
      note,
      el(
        'section',
        { class: 'slots', 'aria-labelledby': 'slots-title' },
        el('h2', { id: 'slots-title', text: 'Saved adventures' }),
        slots,
        el('div', { class: 'button-row' }, toFile, button('Load from a file', up.fromFile)),
        el('p', { class: 'hint', text: WHOSE[keeper] }),
      ),
      oldImages.region,
      el(
        'div',
        { class: 'button-row title-more' },
        button('Settings', up.settings),
        button('Help', up.help),
        oldImages.opener,
      ),
    ),
  );

  return {
    oldImages,
    /** @param {TitleData} data */
    update(data) {
      const { words, slots: list, canContinue } = data;
      proceed.disabled = !canContinue;
      toFile.disabled = !canContinue;
      setText(note, words);
      const had = slots.contains(document.activeElement) ? document.activeElement?.getAttribute('aria-label') : null;
      slots.replaceChildren(...list.map((one) => drawn(one, data, up)));
      const again = [...slots.querySelectorAll('button')].find((one) => one.getAttribute('aria-label') === had);
      if (had) (again ?? firstButton(element))?.focus({ preventScroll: true });
    },
    focus() {
      firstButton(element)?.focus({ preventScroll: true });
    },
  };
}

/** @param {HTMLElement} element */
function firstButton(element) {
  return [...element.querySelectorAll('button')].find((one) => !one.disabled);
}

/**
 * @param {{ slot: string, save: SavedGame|null }} one
 * @param {TitleData} data
 * @param {Up} up
 */
function drawn({ slot, save }, { isKnown, playing, isSaved }, up) {
  const button = (/** @type {string} */ text, /** @type {() => void} */ onClick) =>
    el('button', { type: 'button', class: 'button', text, 'aria-label': `${text} slot ${slot}`, onClick });
  const running = isSaved && !isKnown ? 'Saved' : 'Not saved yet'; // saved, but not in the list: deleted elsewhere
  const none = playing === slot ? running : isKnown ? 'Empty' : 'Unknown';
  const text = save ? (save.label ?? 'An adventure without a name') : none;
  const when = save ? new Date(save.updated_at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }) : '';
  return el(
    'li',
    { class: 'slot', 'data-slot': slot },
    el('span', { class: 'slot-number', text: slot.length > 2 ? '+' : slot, 'aria-hidden': 'true' }),
    el(
      'div',
      { class: 'slot-text' },
      el('p', { text }),
      el('p', { class: 'hint', text: playing === slot ? `${when} (running here)` : when }),
    ),
    save ? button('Load', () => up.load(slot)) : null,
    save ? button('Delete', () => up.remove(slot)) : null,
  );
}
