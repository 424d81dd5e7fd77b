import { el, scrollableByKeys } from './dom.js';
import { withPlainWindow } from './plain-window.js';

/**
 * An empty window with a title and a way out. Esc and a click beside it close it too.
 * @param {{ title: string, className: string, id: string }} data
 */
export function createWindow({ title, className, id }) {
  const heading = el('h2', { id: `${id}-title`, class: 'window-title', text: title, tabindex: '-1' });
  const close = el('button', { type: 'button', class: 'window-close', text: 'Close', onClick: () => dialog.close() });
  const body = el('div', { class: 'window-body' });
  const dialog = withPlainWindow(
    el(
      'dialog',
      { id, class: `window ${className}`, 'aria-labelledby': `${id}-title` },
      el('div', { class: 'window-head' }, heading, close),
      body,
    ),
  );
  // Close only if the press began beside the window too: a text selection may end anywhere.
  let pressedBeside = false;
  dialog.addEventListener('pointerdown', (event) => {
    pressedBeside = event.target === dialog;
  });
  dialog.addEventListener('click', (event) => {
    if (pressedBeside && event.target === dialog) dialog.close();
  });
  scrollableByKeys(body);
  return { dialog, heading, body };
}

/**
 * Shows a window that exists only while it is open.
 * @param {{ dialog: HTMLDialogElement }} window
 */
export function openOnce({ dialog }) {
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
}

/**
 * A question. Closing it picks the last answer, which must be harmless. No answer has the focus,
 * because a question may appear while the player presses Enter repeatedly.
 * @template {string|boolean|null} T
 * @param {object} question
 * @param {string} question.title
 * @param {string} question.text
 * @param {readonly { value: T, label: string }[]} question.answers
 * @param {T} question.otherwise
 * @returns {Promise<T>}
 */
export function ask({ title, text, answers, otherwise }) {
  return new Promise((resolve) => {
    const made = createWindow({ title, className: 'question', id: 'question' });
    /** @type {T} */
    let chosen = otherwise;
    const buttons = answers.map(({ value, label }) =>
      el('button', {
        type: 'button',
        class: 'button',
        text: label,
        onClick: () => {
          chosen = value;
          made.dialog.close();
        },
      }),
    );
    made.dialog.setAttribute('aria-describedby', 'question-text');
    made.body.append(el('p', { id: 'question-text', text }), el('div', { class: 'button-row' }, ...buttons));
    made.dialog.addEventListener('close', () => resolve(chosen));
    openOnce(made);
    made.heading.focus();
  });
}
