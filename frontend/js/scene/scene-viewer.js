/** @import { View } from '../rules/view.js' */
/** @import { Shown } from './scene-requests.js' */
import { el, setAttr, setText } from '../ui/dom.js';
import { mountBar } from '../ui/bar.js';

const FADE_MS = 700;

/** A note that would vanish sooner is not shown. */
const NOTE_AFTER_MS = 500;

/**
 * The picture of the place. A new picture is loaded beside the old one and faded in.
 * @param {HTMLElement} element
 */
export function mountSceneViewer(element) {
  const title = el('h2', { class: 'scene-title', tabindex: '-1' });
  const when = el('p', { class: 'scene-when' });
  const note = el('p', { class: 'scene-note', role: 'status' });
  const nameplate = el('p', { class: 'scene-nameplate', 'aria-hidden': 'true' });
  const frame = el('div', { class: 'scene-frame' }, nameplate);
  const banner = el('div', { class: 'fight-banner', hidden: true });
  const fight = mountFightBanner(banner);
  element.append(frame, el('div', { class: 'scene-caption' }, title, when), note, banner);
  /** @type {Shown|null} */
  let wanted = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let noteTimer;

  /** @param {Shown} shown */
  function picture(shown) {
    const moved = wanted === null || wanted.scene.location !== shown.scene.location;
    wanted = shown;
    setText(nameplate, shown.scene.location);
    if (moved) for (const old of frame.querySelectorAll('img')) leave(old, true);
    const img = el('img', { class: 'scene-picture', decoding: 'async', draggable: 'false' });
    img.addEventListener('load', () => {
      if (wanted === shown) swap(frame, img, shown, element);
    });
    img.addEventListener('error', () => {
      if (wanted === shown && moved) element.dataset.kind = 'blank';
    });
    if (moved) {
      // The img is there at once, so that screen readers and slow networks know what is coming.
      img.alt = shown.alt;
      frame.append(img);
      element.dataset.sceneKey = shown.key;
      element.dataset.kind = shown.kind;
    }
    img.src = shown.url;
  }

  return {
    picture,
    /** @param {string} text */
    note(text) {
      clearTimeout(noteTimer);
      if (text === '') setText(note, '');
      else noteTimer = setTimeout(() => setText(note, text), NOTE_AFTER_MS);
    },
    /** @param {View} view */
    update(view) {
      const { clock, scene, place } = view;
      setText(title, place.name);
      setText(
        when,
        `Day ${clock.day}, ${clock.time}, ${clock.hour}; ${place.region === 'mines' ? 'underground' : scene.weather}`,
      );
      setAttr(element, 'data-region', place.region);
      fight.update(view.fight);
    },
    focus() {
      title.focus({ preventScroll: true });
    },
  };
}

/**
 * @param {HTMLElement} frame
 * @param {HTMLImageElement} img
 * @param {Shown} shown
 * @param {HTMLElement} element
 */
function swap(frame, img, shown, element) {
  for (const other of frame.querySelectorAll('img')) if (other !== img) leave(other);
  img.alt = shown.alt;
  if (!img.isConnected) frame.append(img);
  element.dataset.sceneKey = shown.key;
  element.dataset.kind = shown.kind;
  const pixels = img.clientWidth * devicePixelRatio;
  img.classList.toggle('is-upscaled', img.naturalWidth > 0 && img.naturalWidth < pixels);
  requestAnimationFrame(() => img.classList.add('is-shown'));
}

/**
 * @param {HTMLImageElement} img no longer the picture, though still to be seen for a moment
 * @param {boolean} [moved] of another place, so it goes quickly
 */
function leave(img, moved = false) {
  img.classList.toggle('has-moved', moved);
  if (img.classList.contains('is-leaving')) return;
  img.classList.add('is-leaving');
  img.alt = '';
  setTimeout(() => img.remove(), FADE_MS);
}

/** @param {HTMLElement} element */
export function mountFightBanner(element) {
  const name = el('p', { class: 'fight-name' });
  const round = el('p', { class: 'fight-round' });
  const bar = mountBar('meter', 'bar-enemy');
  element.append(el('div', { class: 'fight-line' }, name, round), bar.element);
  return {
    /** @param {View['fight']} fight */
    update(fight) {
      element.hidden = fight === null;
      if (!fight) return;
      setText(name, fight.name);
      setText(round, [`Round ${fight.round}`, ...fight.conditions].join('. '));
      bar.update({ name: `${fight.name} hit points`, now: fight.hp, max: fight.maxHp });
    },
  };
}
