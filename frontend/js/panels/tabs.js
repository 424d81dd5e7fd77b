/** @import { View } from '../rules/view.js' */
import { levelOf } from '../ui/bar.js';
import { el, setAttr, setText } from '../ui/dom.js';

const SHEETS = [
  ['map', 'Map'],
  ['character', 'Hero'],
  ['inventory', 'Items'],
  ['quests', 'Quests'],
];

/**
 * On a narrow screen the side panels are sheets over the story, one at a time.
 * @param {HTMLElement} element
 * @param {HTMLElement} game carries `data-sheet`, which the styles obey
 */
export function mountTabs(element, game) {
  const buttons = SHEETS.map(([sheet = '', label = '']) =>
    el('button', {
      type: 'button',
      class: 'tab',
      text: label,
      'data-sheet': sheet,
      'aria-expanded': 'false',
      'aria-controls': sheet,
      onClick: () => open(game.dataset.sheet === sheet ? null : sheet),
    }),
  );
  element.append(...buttons);
  // The hit points stay visible when the sheet is closed. Screen readers have them from the bar.
  const strength = el('span', { class: 'tab-figures', 'aria-hidden': 'true' });
  buttons.find(({ dataset }) => dataset.sheet === 'character')?.append(strength);

  /** @param {string|null} sheet */
  function open(sheet) {
    setAttr(game, 'data-sheet', sheet);
    for (const button of buttons) setAttr(button, 'aria-expanded', String(button.dataset.sheet === sheet));
  }

  return {
    open,
    /** @param {View} view */
    update({ hero }) {
      setText(strength, `${hero.hp}/${hero.maxHp}`);
      setAttr(strength, 'data-level', levelOf(hero.hp / hero.maxHp));
    },
    close() {
      const was = game.dataset.sheet;
      open(null);
      if (was) buttons.find((button) => button.dataset.sheet === was)?.focus({ preventScroll: true });
    },
    /** Closes the sheet. If it has the focus, the focus goes to its tab. */
    putAway() {
      const was = game.dataset.sheet;
      const focused = document.activeElement;
      open(null);
      if (was && focused && focused.getClientRects().length === 0)
        buttons.find((button) => button.dataset.sheet === was)?.focus({ preventScroll: true });
    },
    isOpen: () => game.dataset.sheet !== undefined,
  };
}
