/** @import { View } from '../rules/view.js' */
/** @import { Action } from '../rules/types.js' */
import { el, setAttr, setEnabled, setText } from '../ui/dom.js';

/**
 * The numbered choices of the moment. Buttons are kept and relabelled, so that
 * the focus stays where it was.
 * @param {HTMLElement} element
 * @param {{ dispatch: (action: Action, command: string) => void }} up
 */
export function mountChoices(element, { dispatch }) {
  const title = el('h2', { id: 'choices-title', tabindex: '-1' });
  const none = el('p', { class: 'choices-none', text: 'Nothing special to do here. Walk on, look, talk or rest.' });
  const list = el('ol', { class: 'choice-list' });
  element.append(title, none, list);
  /** @type {View['choices']} */
  let choices = [];

  /** @param {number} index */
  function pick(index) {
    const choice = choices[index];
    if (choice) dispatch(choice.action, choice.label);
  }

  function grow() {
    const index = list.childElementCount;
    const number = el('span', { class: 'choice-number', text: index < 9 ? String(index + 1) : '·' });
    const label = el('span', { class: 'choice-label' });
    const reason = el('span', { class: 'choice-reason' });
    list.append(
      el(
        'li',
        {},
        el('button', { type: 'button', class: 'choice', onClick: () => pick(index) }, number, ' ', label, ' ', reason),
      ),
    );
  }

  return {
    pick,
    /** @param {View} view */
    update(view) {
      choices = view.choices;
      // New choices start at the top, however far the old ones were scrolled.
      if (title.textContent !== view.choicesTitle) list.scrollTop = 0;
      setText(title, view.choicesTitle);
      setAttr(element, 'data-mode', view.mode);
      none.hidden = choices.length > 0;
      while (list.childElementCount < choices.length) grow();
      while (list.childElementCount > choices.length) {
        if (list.lastElementChild?.contains(document.activeElement)) title.focus({ preventScroll: true });
        list.lastElementChild?.remove();
      }
      choices.forEach((choice, index) => {
        const button = list.children[index]?.querySelector('button');
        if (button) dress(button, choice, title);
      });
    },
  };
}

/**
 * @param {HTMLButtonElement} button
 * @param {View['choices'][number]} choice
 * @param {HTMLElement} heir
 */
function dress(button, { id, label, enabled, reason }, heir) {
  const [, text, why] = button.children;
  if (text) setText(text, label);
  if (why) setText(why, enabled ? '' : reason);
  setAttr(button, 'data-choice', id);
  setEnabled(button, enabled, heir);
}
