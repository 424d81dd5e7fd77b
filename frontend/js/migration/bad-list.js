/** @import { Progress } from './mover.js' */
import { el, setText } from '../ui/dom.js';
import { thumbnailOf } from './payload.js';

const MOST_SHOWN = 100;

/** The entries that could not be moved, with as much of their pictures as the browser shows. */
export function mountBadList() {
  const list = el('ul', { class: 'old-bad-list', 'aria-label': 'Entries that stay', tabindex: '0' });
  const more = el('p', { class: 'hint' });
  const title = el('h3', { text: 'These stay in this browser' });
  const element = el('div', { class: 'old-bad', hidden: true }, title, list, more);
  let shown = '';
  return {
    element,
    /** @param {Progress['bad']} bad */
    update(bad) {
      element.hidden = bad.length === 0;
      const now = JSON.stringify(bad.map(({ key, error }) => [key, error]));
      if (now === shown) return;
      shown = now;
      list.replaceChildren(...bad.slice(0, MOST_SHOWN).map(drawn));
      setText(more, bad.length > MOST_SHOWN ? `and ${bad.length - MOST_SHOWN} more` : '');
    },
  };
}

/** @param {Progress['bad'][number]} one */
function drawn({ name, error, payload }) {
  const url = thumbnailOf(payload);
  const blank = el('span', { class: 'old-thumb', 'aria-hidden': 'true', text: '?' });
  if (url) {
    const img = el('img', { class: 'old-thumb', alt: `What is left of the picture: ${name}`, hidden: true });
    img.addEventListener('load', () => {
      img.hidden = false;
      blank.replaceWith(img);
    });
    img.src = url;
  }
  return el(
    'li',
    { class: 'old-entry' },
    blank,
    el(
      'div',
      { class: 'old-entry-text' },
      el('p', { class: 'old-name', text: name }),
      el('p', { class: 'hint', text: error }),
    ),
  );
}
