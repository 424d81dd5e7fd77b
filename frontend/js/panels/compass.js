/** @import { View } from '../rules/view.js' */
/** @import { Action } from '../rules/types.js' */
import { el, setAttr, setEnabled, setText } from '../ui/dom.js';
import { pixels } from '../ui/pixels.js';

const DIRECTIONS = /** @type {const} */ (['north', 'west', 'east', 'south']);
const ARROWS = { north: '▲', east: '▶', south: '▼', west: '◀' };
const ROSE = [
  '.....*.....',
  '....***....',
  '....*#*....',
  '.o..*#*..o.',
  '..o.###.o..',
  '.***###ooo.',
  '*########oo',
  '.***###ooo.',
  '..o.###.o..',
  '.o..o#o..o.',
  '....o#o....',
  '....ooo....',
  '.....o.....',
];

/**
 * Always all four directions. One that leads nowhere is disabled and says why.
 * @param {HTMLElement} element
 * @param {{ dispatch: (action: Action, command: string) => void }} up
 */
export function mountCompass(element, { dispatch }) {
  const buttons = Object.fromEntries(DIRECTIONS.map((direction) => [direction, direct(direction)]));
  element.append(...Object.values(buttons), pixels(ROSE, 'rose'));

  /** @param {typeof DIRECTIONS[number]} direction */
  function direct(direction) {
    const label = direction[0]?.toUpperCase() + direction.slice(1);
    const hint = el('span', { class: 'way-hint', 'aria-hidden': 'true' });
    const reason = el('span', { class: 'visually-hidden', id: `way-${direction}` });
    element.append(reason);
    return el(
      'button',
      {
        type: 'button',
        class: `way way-${direction}`,
        'aria-describedby': `way-${direction}`,
        onClick: () => dispatch({ type: 'move', direction }, `Go ${direction}`),
      },
      el('span', { class: 'way-arrow', text: ARROWS[direction], 'aria-hidden': 'true' }),
      el('span', { class: 'way-label', text: label }),
      hint,
    );
  }

  return {
    /** @param {View} view */
    update({ exits }) {
      for (const direction of DIRECTIONS) {
        const { enabled, name, reason, open, to } = exits[direction];
        const button = /** @type {HTMLButtonElement} */ (buttons[direction]);
        const hint = open ? (name ?? 'unknown') : to ? 'closed' : '';
        setText(/** @type {Element} */ (button.lastElementChild), hint);
        setText(
          /** @type {Element} */ (element.querySelector(`#way-${direction}`)),
          enabled ? `To ${name ?? 'a place you do not know'}.` : reason,
        );
        setAttr(button, 'title', enabled ? (name ?? 'A place you do not know') : reason);
        setAttr(button, 'data-way', open ? 'open' : to ? 'closed' : 'none');
        setEnabled(button, enabled, element);
      }
    },
  };
}
