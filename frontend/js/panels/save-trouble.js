import { el, setText } from '../ui/dom.js';

/**
 * Says why the running adventure is not saved, as long as it is not, and offers a file.
 * @param {HTMLElement} element with role `status`
 * @param {{ toFile: () => void, takeFocus: () => void }} up `takeFocus`: the button that has it goes away
 */
export function mountSaveTrouble(element, { toFile, takeFocus }) {
  const words = el('p', {});
  const button = el('button', { type: 'button', class: 'button', text: 'Save to a file', onClick: toFile });
  const box = el('div', { class: 'save-trouble-box', hidden: true }, words, button);
  element.append(box);
  return {
    /** @param {string} text empty where all is well */
    update(text) {
      setText(words, text);
      const hadFocus = box.contains(document.activeElement);
      box.hidden = text === '';
      if (hadFocus && box.hidden) takeFocus();
    },
  };
}
