import { createWindow, openOnce } from '../ui/dialogs.js';
import { el } from '../ui/dom.js';

/**
 * A picture as large as the screen allows.
 * @param {{ url: string, alt: string, name: string, style: string|null }} picture
 */
export function openFullView({ url, alt, name, style }) {
  const made = createWindow({ title: `${name}, full size`, className: 'full-view', id: 'full-view' });
  made.body.append(
    el('img', { class: 'full-picture', src: url, alt }),
    el('p', { class: 'hint', text: style ? `Style: ${style}` : 'Without a style.' }),
  );
  openOnce(made);
}
