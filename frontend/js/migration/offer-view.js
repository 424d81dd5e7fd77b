/** @import { Progress } from './mover.js' */
import { mountBar } from '../ui/bar.js';
import { el, setEnabled, setText } from '../ui/dom.js';
import { isNothing } from './find-entries.js';
import { foundWords, resultWords } from './mover-words.js';
import { thumbnailOf } from './old-storage.js';

const PROMISE =
  'On the server they appear in the galleries and are safe if this browser loses its data. ' +
  'Nothing is removed here until you say so.';
const NOTHING = 'Nothing of the old game is left in this browser.';
const WHEN_FREE = 'Available once the server has proved what it stored. Removes only that.';

/**
 * @typedef {object} Up
 * @property {() => void} start
 * @property {() => void} stop
 * @property {() => void} free
 * @property {() => void} download
 * @property {() => void} later
 */

/**
 * What is in the browser, how much of it has been moved, and with what result.
 * @param {HTMLElement} element
 * @param {Up} up
 */
export function mountOffer(element, up) {
  const button = (/** @type {string} */ text, /** @type {() => void} */ onClick, className = 'button') =>
    el('button', { type: 'button', class: className, text, onClick });
  const title = el('h2', { id: 'old-images-title', text: 'Old images', tabindex: '-1' });
  const found = el('p', { class: 'old-found' });
  const promise = el('p', { class: 'hint', text: PROMISE });
  const bar = mountBar('progressbar', 'old-bar');
  const words = el('p', { class: 'old-words', role: 'status' });
  const notes = el('ul', { class: 'old-notes hint' });
  const bad = mountBadList();
  const start = button('Move images to the server', up.start, 'button button-main');
  const stop = button('Stop', up.stop);
  const free = button('Free browser storage', up.free);
  const download = button('Download what stays', up.download);
  const later = button('Not now', up.later);
  const why = el('p', { id: 'old-free-why', class: 'hint', text: WHEN_FREE });
  free.setAttribute('aria-describedby', why.id);
  element.append(
    title,
    found,
    promise,
    bar.element,
    words,
    notes,
    bad.element,
    el('div', { class: 'button-row' }, start, stop, free, download, later),
    why,
  );

  return {
    /** @param {Progress} progress */
    update(progress) {
      const { phase, answered, total, bad: refused, notes: said, canFree, hasLeftovers } = progress;
      const isBusy = ['moving', 'waiting', 'stopping'].includes(phase);
      const isGone = isNothing(progress.found);
      setText(found, isGone ? NOTHING : `This browser holds ${foundWords(progress.found)}.`);
      promise.hidden = phase !== 'offered' || isGone;
      bar.element.hidden = phase === 'offered' || phase === 'freed' || total === 0;
      bar.update({ name: 'Entries that the server has answered for', now: answered, max: Math.max(1, total) });
      setText(words, wordsOf(progress));
      notes.replaceChildren(...said.map((text) => el('li', { text })));
      const isAsked = phase !== 'offered' || answered > 0;
      bad.update(isAsked ? refused : []);
      setEnabled(stop, phase !== 'stopping', title);
      setEnabled(free, canFree, title);
      if (isBusy) show(stop, true, title);
      show(start, !isGone && !isBusy && !(phase === 'done' && !hasLeftovers), stop);
      show(stop, isBusy, canFree ? free : title);
      show(later, !isBusy && phase !== 'freed' && !canFree && !isGone, title);
      show(download, hasLeftovers && isAsked && !isBusy, title);
      show(free, !isGone, title);
      start.classList.toggle('button-main', !canFree && phase !== 'freed');
      free.classList.toggle('button-main', canFree);
      why.hidden = free.hidden || canFree || phase === 'freed';
    },
    focus() {
      title.focus();
    },
  };
}

/** @param {Progress} progress */
function wordsOf(progress) {
  const { phase, answered, words } = progress;
  const isOver = phase === 'done' || phase === 'freed';
  const result = isOver || (phase === 'stopped' && answered > 0) ? resultWords(progress) : '';
  // The bar shows the progress; a live region that counts would never be quiet.
  return [words || (phase === 'moving' ? 'Moving. You can keep playing.' : ''), result].filter(Boolean).join(' ');
}

/**
 * Shows or hides a button; a hidden one passes its focus on.
 * @param {HTMLButtonElement} button
 * @param {boolean} isShown
 * @param {HTMLElement} heir
 */
function show(button, isShown, heir) {
  if (button.hidden === !isShown) return;
  const focused = document.activeElement === button;
  button.hidden = !isShown;
  if (focused) heir.focus({ preventScroll: true });
}

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
