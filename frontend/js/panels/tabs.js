import { el, setAttr } from '../ui/dom.js';

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

  /** @param {string|null} sheet */
  function open(sheet) {
    setAttr(game, 'data-sheet', sheet);
    for (const button of buttons) setAttr(button, 'aria-expanded', String(button.dataset.sheet === sheet));
  }

  return {
    open,
    close() {
      const was = game.dataset.sheet;
      open(null);
      if (was) buttons.find((button) => button.dataset.sheet === was)?.focus({ preventScroll: true });
    },
    isOpen: () => game.dataset.sheet !== undefined,
  };
}
