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
