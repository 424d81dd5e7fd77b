import { el } from './dom.js';

const KEPT_MS = 60_000;

/**
 * @param {string} name
 * @param {string} text JSON
 */
export function saveAsFile(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = el('a', { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

/**
 * Lets the player choose a file, and reads it. Does nothing if they choose none.
 * @param {{ largest: number, onText: (text: string) => void, onProblem: (words: string) => void }} to
 */
export function openFile({ largest, onText, onProblem }) {
  const input = el('input', {
    type: 'file',
    accept: '.json,application/json',
    hidden: true,
    'aria-label': 'File to load',
    onChange: async () => {
      const file = input.files?.[0];
      input.remove();
      if (!file) return;
      if (file.size > largest) {
        onProblem('This file is too large to be a saved game.');
        return;
      }
      const text = await file.text().catch(() => null);
      if (text === null) onProblem('The browser cannot read this file.');
      else onText(text);
    },
  });
  // Some browsers open no chooser for an input that is not in the page.
  document.querySelector('input[type=file][hidden]')?.remove();
  document.body.append(input);
  input.click();
}
