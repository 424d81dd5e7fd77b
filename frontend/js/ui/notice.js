import { el } from './dom.js';

const STAYS_MS = 8000;

/**
 * One line of news, perhaps with a button. A line with a button stays until it is pressed or
 * withdrawn, or until the next with a button; plain news covers it for a while.
 *
 * @typedef {{ label: string, press: () => void }} Action
 * @param {HTMLElement} element with role `status`
 * @param {() => void} [takeFocus] where the focus goes when the button that has it goes away
 */
export function mountNotice(element, takeFocus) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;

  /** @type {{ text: string, action: Action }|null} */
  let unanswered = null;

  function empty() {
    clearTimeout(timer);
    const hadFocus = element.contains(document.activeElement);
    element.replaceChildren();
    if (hadFocus) takeFocus?.();
  }

  function clear() {
    unanswered = null;
    empty();
  }

  function ask() {
    empty();
    if (!unanswered) return;
    const { text, action } = unanswered;
    const onClick = () => {
      clear();
      action.press();
    };
    element.append(el('p', { text }), el('button', { type: 'button', class: 'button', text: action.label, onClick }));
  }

  return {
    clear,
    /**
     * @param {string} text
     * @param {Action} [action]
     */
    say(text, action) {
      if (action) {
        unanswered = { text, action };
        return ask();
      }
      empty();
      element.append(el('p', { text }));
      timer = setTimeout(ask, STAYS_MS);
    },
  };
}
