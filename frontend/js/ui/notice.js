import { el } from './dom.js';

const STAYS_MS = 8000;

/**
 * One line of news, perhaps with something to press. A line with a button stays until the next.
 * @param {HTMLElement} element with role `status`
 * @param {() => void} [takeFocus] where the focus goes when the button that has it goes away
 */
export function mountNotice(element, takeFocus) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;

  function clear() {
    clearTimeout(timer);
    const hadFocus = element.contains(document.activeElement);
    element.replaceChildren();
    if (hadFocus) takeFocus?.();
  }

  return {
    clear,
    /**
     * @param {string} text
     * @param {{ label: string, press: () => void }} [action]
     */
    say(text, action) {
      clear();
      element.append(el('p', { text }));
      if (action)
        element.append(
          el('button', {
            type: 'button',
            class: 'button',
            text: action.label,
            onClick: () => {
              clear();
              action.press();
            },
          }),
        );
      else timer = setTimeout(clear, STAYS_MS);
    },
  };
}
