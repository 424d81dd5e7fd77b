/** @import { View } from '../rules/view.js' */
/** @import { Action } from '../rules/types.js' */
/** @import { Api, Picture } from '../api/api.js' */
/** @import { Outcome } from './generation-jobs.js' */
/** @import { GalleryState } from './gallery-model.js' */
import { createWindow } from '../ui/dialogs.js';
import { el, setText } from '../ui/dom.js';
import { mountNotice } from '../ui/notice.js';
import { pixels } from '../ui/pixels.js';
import { openFullView, mountGallery } from './gallery.js';
import { GalleryModel } from './gallery-model.js';
import { createJobs } from './generation-jobs.js';
import { iconOf } from './item-icons.js';
import { originOf } from './origin.js';
import { promptOf } from './prompts.js';
import { mountStyleForm } from './style-form.js';

/** @typedef {View['inventory'][number]} Item */

const LOOKING = 'Looking for its picture';

/**
 * The window of one item: what it is, its gallery, and a new picture of it.
 *
 * @typedef {object} Outside
 * @property {Api['images']} images
 * @property {(url: string) => string|null} mediaUrl
 * @property {(action: Action, command: string) => void} dispatch
 * @property {(text: string) => void} onNews for when the window is closed
 */
export class ItemWindow {
  /** @type {Outside} */
  #outside;

  #window = createWindow({ title: '', className: 'item-window', id: 'item-window' });

  #parts = layOut(this.#window.body);

  #notice = mountNotice(this.#parts.notice, () => this.#gallery.focus());

  /** @type {Item|null} */
  #item = null;

  #model;

  #gallery;

  #jobs;

  #form;

  /** @param {Outside} outside */
  constructor(outside) {
    const { images, mediaUrl } = outside;
    this.#outside = outside;
    const model = new GalleryModel({
      images,
      onChange: (state) => this.#drawGallery(state),
      onNews: (text, undo) => this.#notice.say(text, undo && { label: 'Undo', press: undo }),
    });
    this.#model = model;
    this.#parts.order.hidden = !images.canChange;
    this.#parts.form.hidden = !images.canChange;
    this.#gallery = mountGallery(this.#parts.gallery, {
      mediaUrl,
      canChange: images.canChange,
      show: (picture) => model.choose(picture),
      star: (picture) => void model.star(picture),
      remove: (picture) => void model.remove(picture),
      turn: (page) => void model.load(page),
    });
    this.#jobs = createJobs({
      generate: images.generate,
      onChange: (name, outcome) => this.#jobChanged(name, outcome),
    });
    this.#form = mountStyleForm(this.#parts.form, { generate: (style) => this.#generate(style) });
    this.#window.dialog.addEventListener('close', () => this.#closed());
    document.body.append(this.#window.dialog);
  }

  /** @param {Item} item */
  open(item) {
    const { dialog, heading, body } = this.#window;
    this.#item = item;
    setText(heading, item.name);
    setText(this.#parts.facts, item.facts);
    setText(this.#parts.text, item.text);
    drawUse(this.#parts.use, item, (action) => {
      dialog.close();
      this.#outside.dispatch(action, `${item.use?.label ?? 'Use'}: ${item.name}`);
    });
    this.#form.reset();
    this.#form.update({ prompt: promptOf(item.id), running: this.#jobs.isRunning(item.name) });
    drawPicture(this.#parts.picture, item, null, LOOKING, this.#outside.mediaUrl);
    void this.#model.open(item.name);
    if (!dialog.open) dialog.showModal();
    heading.focus();
    body.scrollTop = 0;
  }

  #closed() {
    this.#model.close();
    this.#notice.clear();
    this.#item = null;
  }

  /** @param {string} style */
  #generate(style) {
    if (this.#item) void this.#jobs.start({ name: this.#item.name, prompt: promptOf(this.#item.id), style });
  }

  /** @param {GalleryState} state */
  #drawGallery({ page, chosen, busy, failed }) {
    this.#gallery.update({ page, selected: chosen?.id ?? null, busy });
    const without = page ? 'No picture yet' : failed ? 'Its pictures cannot be shown now' : LOOKING;
    if (this.#item) drawPicture(this.#parts.picture, this.#item, chosen, without, this.#outside.mediaUrl);
  }

  /**
   * @param {string} name
   * @param {Outcome|null} outcome null: it has begun
   */
  #jobChanged(name, outcome) {
    if (this.#item?.name !== name) {
      if (outcome)
        this.#outside.onNews(
          outcome.picture ? `A new picture of ${name} is in its gallery.` : `No new picture of ${name}.`,
        );
      return;
    }
    this.#form.update({ prompt: promptOf(this.#item.id), running: outcome === null });
    if (outcome === null) return;
    this.#form.finished(outcome.error);
    if (outcome.picture) void this.#model.added(outcome.picture);
  }
}

/** @param {HTMLElement} body */
function layOut(body) {
  const part = (/** @type {string} */ name) => el('div', { class: `item-${name}` });
  const parts = {
    picture: part('picture'),
    facts: el('p', { class: 'item-facts' }),
    text: el('p', { class: 'item-text' }),
    use: part('use'),
    gallery: el('section', { class: 'item-gallery', 'aria-label': 'Gallery' }),
    form: part('form'),
    notice: el('div', { class: 'item-notice', role: 'status' }),
    order: el('h3', { text: 'A new picture' }),
  };
  body.append(
    el('div', { class: 'item-left' }, parts.picture, parts.facts, parts.text, parts.use),
    el('div', { class: 'item-right' }, parts.gallery, parts.notice, parts.order, parts.form),
  );
  return parts;
}

/**
 * @param {HTMLElement} element
 * @param {Item} item
 * @param {Picture|null} picture
 * @param {string} without what to say where there is none
 * @param {(url: string) => string|null} mediaUrl
 */
function drawPicture(element, item, picture, without, mediaUrl) {
  const url = picture ? mediaUrl(picture.url) : null;
  if (!picture || !url) {
    element.replaceChildren(pixels(iconOf(item.id), 'item-stand-in'), el('p', { class: 'hint', text: without }));
    return;
  }
  const facts = { url, alt: picture.alt_text, name: item.name, style: picture.custom_prompt };
  const img = el('img', { class: 'item-image', src: url, alt: picture.alt_text, width: '512', height: '512' });
  const preview = picture.preview ? mediaUrl(picture.preview) : null;
  if (preview) img.style.setProperty('background-image', `url("${encodeURI(preview)}")`);
  const style = picture.custom_prompt ? `Style: ${picture.custom_prompt}` : 'Without a style';
  const full = el('button', { type: 'button', class: 'button', text: 'Full size', onClick: () => openFullView(facts) });
  const line = el('div', { class: 'picture-line' }, el('p', { class: 'hint', text: style }), full);
  element.replaceChildren(img, line, el('p', { class: 'hint', text: originOf(picture) }));
}

/**
 * @param {HTMLElement} element
 * @param {Item} item
 * @param {(action: Action) => void} press
 */
function drawUse(element, { use }, press) {
  if (!use) return element.replaceChildren();
  const button = el('button', {
    type: 'button',
    class: 'button button-main',
    text: use.label,
    disabled: !use.enabled,
    onClick: () => press(use.action),
  });
  return element.replaceChildren(button, use.enabled ? '' : el('p', { class: 'hint', text: use.reason }));
}
