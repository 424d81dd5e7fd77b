/** @import { SaveStatus } from '../saves/save-keeper.js' */
import { el, setAttr, setText } from '../ui/dom.js';

/** @type {Readonly<Record<SaveStatus, string>>} */
const WORDS = {
  saved: 'Saved',
  saving: 'Saving',
  waiting: 'Not saved yet',
  conflict: 'Not saved: a conflict',
  refused: 'Not saved',
};

/**
 * @param {HTMLElement} element
 * @param {{ menu: () => void, settings: () => void, help: () => void }} up
 */
export function mountStatusBar(element, { menu, settings, help }) {
  const save = el('p', { class: 'save-status', role: 'status' });
  const button = (/** @type {string} */ text, /** @type {() => void} */ onClick) =>
    el('button', { type: 'button', class: 'bar-button', text, onClick });
  element.append(
    el('h1', { class: 'bar-title', text: 'The Emberpeak Expedition' }),
    save,
    el('div', { class: 'bar-buttons' }, button('Menu', menu), button('Settings', settings), button('Help', help)),
  );
  return {
    /** @param {{ status: SaveStatus, reason: string }} data */
    update({ status, reason }) {
      // "Saving" appears with every turn, so it is not read out.
      if (status === 'saving') return setAttr(save, 'data-status', status);
      setAttr(save, 'data-status', status);
      setAttr(save, 'title', reason || null);
      return setText(save, WORDS[status]);
    },
  };
}

/**
 * Says why the running adventure is not saved, and offers a file.
 * @param {HTMLElement} element with role `status`
 * @param {{ toFile: () => void, takeFocus: () => void }} up `takeFocus`: the button that has it disappears
 */
export function mountSaveTrouble(element, { toFile, takeFocus }) {
  const words = el('p', {});
  const button = el('button', { type: 'button', class: 'button', text: 'Save to a file', onClick: toFile });
  const box = el('div', { class: 'save-trouble-box', hidden: true }, words, button);
  element.append(box);
  return {
    /** @param {string} text empty if all is well */
    update(text) {
      setText(words, text);
      const hadFocus = box.contains(document.activeElement);
      box.hidden = text === '';
      if (hadFocus && box.hidden) takeFocus();
    },
  };
}
