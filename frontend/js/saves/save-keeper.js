/** @import { Timers } from '../ui/timers.js' */
/** @import { ApiError } from '../api/http.js' */
import { asApiError } from '../api/http.js';

/**
 * Keeps one slot on the server equal to the game: at most one PUT in flight,
 * the newest state wins, and what could not be sent is sent later.
 *
 * Each body carries a `stamp` of the tab that wrote it. After an answer got
 * lost, the slot may hold what this tab wrote without this tab knowing the new
 * ETag: then the 412 is no other tab's doing, and nobody is asked.
 *
 * @typedef {'saved'|'saving'|'waiting'|'conflict'|'refused'} SaveStatus
 * @typedef {Record<string, unknown>} SaveBody
 *
 * @typedef {object} Outside
 * @property {(slot: string, body: SaveBody, etag: string|null) => Promise<{ etag: string }>} write
 * @property {(slot: string) => Promise<{ body: any, etag: string|null }>} read
 * @property {Timers} timers
 * @property {string} tab a name that no other tab has
 * @property {(status: SaveStatus, error?: ApiError) => void} onStatus
 * @property {(wasEmpty: boolean) => void} onConflict `wasEmpty`: the slot was believed to be empty
 */

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;

export class SaveKeeper {
  /** @type {Outside} */
  #outside;

  /** @type {string} */
  #slot;

  /** @type {string|null} */
  #etag;

  /** @type {SaveBody|null} */
  #pending = null;

  #busy = false;

  #blocked = false;

  #failures = 0;

  #count = 0;

  /** @type {unknown} */
  #timer = null;

  /**
   * @param {{ slot: string, etag: string|null }} where null: the slot is believed to be empty
   * @param {Outside} outside
   */
  constructor({ slot, etag }, outside) {
    [this.#slot, this.#etag, this.#outside] = [slot, etag, outside];
  }

  get slot() {
    return this.#slot;
  }

  get isClean() {
    return this.#pending === null && !this.#busy;
  }

  /** @param {SaveBody} body */
  save(body) {
    this.#count += 1;
    this.#pending = { ...body, stamp: `${this.#outside.tab}:${this.#count}` };
    if (this.#blocked) this.#outside.onStatus('conflict');
    return this.#pump();
  }

  /** The network is back, or the page is about to go. */
  retryNow() {
    return this.#pump();
  }

  /**
   * The person has decided: this tab's game it is, over that version or into that slot.
   * @param {string|null} over
   * @param {string} [into]
   */
  overwrite(over, into = this.#slot) {
    [this.#slot, this.#etag, this.#blocked, this.#failures] = [into, over, false, 0];
    return this.#pump();
  }

  /** Another game takes the slot: what is unsaved of this one is given up. */
  close() {
    this.#outside.timers.clear(this.#timer);
    [this.#pending, this.#blocked] = [null, true];
  }

  /** @returns {Promise<void>} */
  async #pump() {
    if (this.#busy || this.#blocked || this.#pending === null) return;
    const { timers, write, onStatus } = this.#outside;
    timers.clear(this.#timer);
    const body = this.#pending;
    [this.#busy, this.#pending] = [true, null];
    onStatus('saving');
    try {
      this.#etag = (await write(this.#slot, body, this.#etag)).etag;
      this.#failures = 0;
    } catch (error) {
      if (!this.#blocked) this.#pending ??= body;
      await this.#fail(asApiError(error));
    }
    this.#busy = false;
    if (this.#blocked) return;
    if (this.#pending === null) onStatus('saved');
    else if (this.#failures === 0) await this.#pump();
  }

  /** @param {ApiError} error */
  async #fail(error) {
    if (this.#blocked) return undefined;
    if (error.status === 412) return this.#lost();
    if (error.trouble !== 'client') return this.#later(error);
    this.#failures += 1; // the next turn tries again; the same body would be refused again
    return this.#outside.onStatus('refused', error);
  }

  /** @param {ApiError} error */
  #later(error) {
    const { timers, onStatus } = this.#outside;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = timers.set(() => void this.#pump(), Math.max(wait, (error.retryAfter ?? 0) * 1000));
    onStatus('waiting', error);
  }

  /** Somebody was first: was it this tab, whose answer got lost? */
  async #lost() {
    const { read, tab, onStatus, onConflict } = this.#outside;
    try {
      const stored = await read(this.#slot);
      if (String(stored.body?.stamp).startsWith(`${tab}:`) && stored.etag !== null) {
        [this.#etag, this.#failures] = [stored.etag, 0];
        return;
      }
    } catch (error) {
      const trouble = asApiError(error);
      if (trouble.status !== 404) {
        this.#later(trouble);
        return;
      }
    }
    [this.#blocked, this.#failures] = [true, 1];
    onStatus('conflict');
    onConflict(this.#etag === null);
  }
}
