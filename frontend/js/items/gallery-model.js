/** @import { Api, Picture, PicturePage } from '../api/api.js' */
import { asApiError } from '../api/http.js';
import { explain, explainWithWait } from '../api/words.js';

/**
 * The pictures of the item whose window is open, and the changes to them.
 * An answer is dropped if the window has moved on to another item.
 *
 * @typedef {{ page: PicturePage|null, chosen: Picture|null, busy: ReadonlySet<number>, failed: boolean }} GalleryState
 *   `failed`: the page requested last did not arrive
 *
 * @typedef {object} Outside
 * @property {Api['images']} images
 * @property {(state: GalleryState) => void} onChange
 * @property {(text: string, undo?: () => void) => void} onNews
 */
export class GalleryModel {
  /** @type {Outside} */
  #outside;

  #name = '';

  #visit = 0;

  /** The wanted page, and a count of requests, so that a late answer changes nothing. */
  #wanted = 1;

  #asked = 0;

  /** Pictures deleted in this visit that can be restored, the last one last. @type {number[]} */
  #trash = [];

  /** @type {PicturePage|null} */
  #page = null;

  #failed = false;

  /** @type {Picture|null} */
  #chosen = null;

  /** @type {Set<number>} */
  #busy = new Set();

  /** @param {Outside} outside */
  constructor(outside) {
    this.#outside = outside;
  }

  /** @param {string} item */
  open(item) {
    this.#visit += 1;
    [this.#name, this.#page, this.#chosen, this.#trash] = [item, null, null, []];
    this.#tell();
    return this.load(1);
  }

  close() {
    this.#visit += 1;
  }

  /** @param {number} number */
  async load(number) {
    const { images, onNews } = this.#outside;
    const visit = this.#visit;
    this.#asked += 1;
    this.#wanted = number;
    this.#failed = false;
    const mine = this.#asked;
    const isWanted = () => mine === this.#asked && visit === this.#visit;
    try {
      let found = await images.gallery(this.#name, number);
      // The last picture of the last page was deleted.
      if (found.items.length === 0 && number > 1 && isWanted())
        found = await images.gallery(this.#name, Math.max(1, found.total_pages));
      if (!isWanted()) return;
      [this.#page, this.#wanted] = [found, found.page];
      this.#tell();
    } catch (error) {
      if (!isWanted()) return;
      this.#failed = true;
      this.#tell();
      onNews(`The gallery cannot be shown. ${explainWithWait(asApiError(error))}`);
    }
  }

  /** @param {Picture} picture */
  choose(picture) {
    this.#chosen = picture;
    this.#tell();
  }

  /** @param {Picture} picture a new one, of this item */
  async added(picture) {
    this.#chosen = picture;
    await this.load(1);
  }

  /** @param {Picture} picture */
  star(picture) {
    return this.#change(picture, this.#outside.images.star, () => {});
  }

  /** @param {Picture} picture */
  remove(picture) {
    return this.#change(picture, this.#outside.images.remove, (id) => {
      if (this.#chosen?.id === id) this.#chosen = null;
      this.#trash.push(id);
      this.#offerUndo('The picture is in the trash.');
    });
  }

  #tell() {
    this.#outside.onChange({
      page: this.#page,
      chosen: this.#chosen ?? this.#page?.items[0] ?? null,
      busy: this.#busy,
      failed: this.#failed,
    });
  }

  /**
   * @param {Picture} picture
   * @param {(id: number) => Promise<void>} change
   * @param {(id: number) => void} after
   */
  async #change({ id }, change, after) {
    if (id === null || this.#busy.has(id)) return;
    const mine = this.#visit;
    this.#busy.add(id);
    this.#tell();
    try {
      await change(id);
      if (mine === this.#visit) after(id);
    } catch (error) {
      if (mine === this.#visit) this.#outside.onNews(refusal(error));
    }
    this.#busy.delete(id);
    if (mine === this.#visit) await this.load(this.#wanted);
  }

  /** @param {string} text */
  #offerUndo(text) {
    const left = this.#trash.length;
    const more = left > 1 ? ` ${left} pictures can be restored.` : '';
    this.#outside.onNews(text + more, left > 0 ? () => void this.#restore() : undefined);
  }

  /** Brings back what was deleted last. */
  async #restore() {
    const mine = this.#visit;
    const id = this.#trash.pop();
    if (id === undefined) return;
    try {
      await this.#outside.images.restore(id);
      if (mine === this.#visit) this.#offerUndo('The picture is back.');
    } catch (error) {
      if (mine === this.#visit) this.#outside.onNews(refusal(error));
    }
    if (mine === this.#visit) await this.load(this.#wanted);
  }
}

/** @param {unknown} error */
function refusal(error) {
  const trouble = asApiError(error);
  return trouble.status === 401 ? 'This picture belongs to somebody else, so it stays where it is.' : explain(trouble);
}
