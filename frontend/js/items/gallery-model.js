/** @import { Api, Picture, PicturePage } from '../api/api.js' */
import { asApiError } from '../api/http.js';
import { explain, explainWithWait } from '../api/words.js';

/**
 * The pictures of the item whose window is open, and what is done to them.
 * An answer that comes after the window went to another item is dropped.
 *
 * @typedef {{ page: PicturePage|null, chosen: Picture|null, busy: ReadonlySet<number> }} GalleryState
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

  /** @type {PicturePage|null} */
  #page = null;

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
    [this.#name, this.#page, this.#chosen] = [item, null, null];
    this.#tell();
    return this.load(1);
  }

  close() {
    this.#visit += 1;
  }

  /** @param {number} number */
  async load(number) {
    const { images, onNews } = this.#outside;
    const mine = this.#visit;
    try {
      let found = await images.gallery(this.#name, number);
      // The last picture of the last page was deleted.
      if (found.items.length === 0 && number > 1 && mine === this.#visit)
        found = await images.gallery(this.#name, Math.max(1, found.total_pages));
      if (mine !== this.#visit) return;
      this.#page = found;
      this.#tell();
    } catch (error) {
      if (mine === this.#visit) onNews(`The gallery cannot be shown. ${explainWithWait(asApiError(error))}`);
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
      this.#outside.onNews('The picture is in the trash.', () => void this.#restore(id));
    });
  }

  #tell() {
    this.#outside.onChange({
      page: this.#page,
      chosen: this.#chosen ?? this.#page?.items[0] ?? null,
      busy: this.#busy,
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
    if (mine === this.#visit) await this.load(this.#page?.page ?? 1);
  }

  /** @param {number} id */
  async #restore(id) {
    const mine = this.#visit;
    try {
      await this.#outside.images.restore(id);
      if (mine === this.#visit) this.#outside.onNews('The picture is back.');
    } catch (error) {
      if (mine === this.#visit) this.#outside.onNews(refusal(error));
    }
    if (mine === this.#visit) await this.load(this.#page?.page ?? 1);
  }
}

/** @param {unknown} error */
function refusal(error) {
  const trouble = asApiError(error);
  return trouble.status === 401 ? 'This picture belongs to somebody else, so it stays where it is.' : explain(trouble);
}
