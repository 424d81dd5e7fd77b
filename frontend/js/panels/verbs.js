/** @import { View } from '../rules/view.js' */
/** @import { Action } from '../rules/types.js' */
import { el, setAttr, setEnabled, setText } from '../ui/dom.js';

/**
 * @param {HTMLElement} element
 * @param {{ dispatch: (action: Action, command: string) => void, heir: HTMLElement }} up
 */
export function mountVerbs(element, { dispatch, heir }) {
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();

  /** @param {View['verbs'][number]} verb */
  function buttonOf({ id, label, action }) {
    const found = buttons.get(id);
    if (found) return found;
    const button = el('button', {
      type: 'button',
      class: `verb verb-${id}`,
      text: label,
      'aria-describedby': `verb-${id}`,
      onClick: () => dispatch(action, label),
    });
    buttons.set(id, button);
    element.append(button, el('span', { id: `verb-${id}`, class: 'visually-hidden' }));
    return button;
  }

  return {
    /** @param {View} view */
    update({ verbs }) {
      for (const verb of verbs) {
        const button = buttonOf(verb);
        const hint = verb.enabled ? verb.hint : verb.reason;
        setEnabled(button, verb.enabled, heir);
        setAttr(button, 'title', hint || null);
        setText(/** @type {Element} */ (element.querySelector(`#verb-${verb.id}`)), hint);
      }
    },
  };
}
