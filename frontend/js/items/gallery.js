/** @import { Picture, PicturePage } from '../api/api.js' */
import { el, setEnabled, setText } from '../ui/dom.js';
import { createWindow, openOnce } from '../ui/dialogs.js';

/**
 * @typedef {object} Up
 * @property {(picture: Picture) => void} show
 * @property {(picture: Picture) => void} star
 * @property {(picture: Picture) => void} remove
 * @property {(page: number) => void} turn
 * @property {(url: string) => string|null} mediaUrl
 * @property {boolean} canChange pictures can be ordered, starred and deleted
 */

/**
 * One page of an item's pictures.
 * @param {HTMLElement} element
 * @param {Up} up
 */
export function mountGallery(element, up) {
  const title = el('h3', { text: 'Gallery', tabindex: '-1' });
  const empty = el('p', {
    class: 'hint',
    text: up.canChange ? 'No pictures yet. Order the first one.' : 'This pack has no picture of it.',
  });
  const list = el('ul', { class: 'gallery-list' });
  const where = el('p', { class: 'pager-where', role: 'status' });
  const previous = el('button', {
    type: 'button',
    class: 'button',
    text: 'Previous page',
    onClick: () => up.turn(page - 1),
  });
  const next = el('button', { type: 'button', class: 'button', text: 'Next page', onClick: () => up.turn(page + 1) });
  const pager = el('div', { class: 'pager', hidden: true }, previous, where, next);
  element.append(title, empty, list, pager);
  let page = 1;

  return {
    /** @param {{ page: PicturePage|null, selected: number|null, busy: ReadonlySet<number> }} data */
    update(data) {
      const had = list.contains(document.activeElement) ? document.activeElement?.getAttribute('data-key') : null;
      const items = data.page?.items ?? [];
      page = data.page?.page ?? 1;
      empty.hidden = data.page === null || items.length > 0;
      const first = (page - 1) * (data.page?.page_size ?? 0);
      list.replaceChildren(...items.map((picture, index) => card(picture, first + index + 1, data, up)));
      const pages = data.page?.total_pages ?? 0;
      pager.hidden = pages < 2;
      setText(where, `Page ${page} of ${pages}`);
      setEnabled(previous, page > 1, title);
      setEnabled(next, page < pages, title);
      if (had) (buttonOf(list, had) ?? title).focus({ preventScroll: true });
    },
    focus() {
      title.focus({ preventScroll: true });
    },
  };
}

/**
 * The same button of the same picture, wherever it has moved to.
 * @param {HTMLElement} list
 * @param {string} key
 */
function buttonOf(list, key) {
  return [...list.querySelectorAll('button')].find((button) => button.dataset.key === key);
}

/**
 * @param {Picture} picture
 * @param {number} number
 * @param {{ selected: number|null, busy: ReadonlySet<number> }} state
 * @param {Up} up
 */
function card(picture, number, { selected, busy }, up) {
  const url = up.mediaUrl(picture.thumbnail_url);
  const waiting = picture.id !== null && busy.has(picture.id);
  /**
   * @param {'Star'|'Delete'} what
   * @param {string} text
   * @param {() => void} press
   * @param {string|null} [pressed]
   */
  const button = (what, text, press, pressed = null) => {
    const name = `${what} picture ${number}`;
    return el(
      'button',
      {
        type: 'button',
        class: `icon-button is-${what.toLowerCase()}`,
        'data-key': `${what} ${picture.id}`,
        'aria-label': name,
        title: name,
        'aria-pressed': pressed,
        onClick: press,
      },
      el('span', { text, 'aria-hidden': 'true' }),
    );
  };
  const thumb = el(
    'button',
    {
      type: 'button',
      class: 'thumb',
      'data-key': `Show ${picture.id}`,
      'aria-label': `Show picture ${number}`,
      'aria-current': selected === picture.id ? 'true' : null,
      onClick: () => up.show(picture),
    },
    url ? el('img', { src: url, alt: '', loading: 'lazy', width: '96', height: '96' }) : null,
  );
  return el(
    'li',
    { class: 'gallery-card', 'data-picture': picture.id, 'aria-busy': waiting ? 'true' : null },
    thumb,
    el('p', { class: 'card-style', text: picture.custom_prompt ?? 'no style', title: picture.custom_prompt }),
    up.canChange
      ? el(
          'div',
          { class: 'card-buttons' },
          button('Star', picture.is_featured ? '★' : '☆', () => up.star(picture), String(picture.is_featured)),
          button('Delete', '✕', () => up.remove(picture)),
        )
      : null,
  );
}

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
