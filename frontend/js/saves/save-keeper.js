/** @import { Timers } from '../ui/timers.js' */
/** @import { ApiError } from '../api/http.js' */
import { asApiError } from '../api/http.js';

/**
 * Keeps one slot on the server equal to the game: one PUT in flight, the newest
 * state wins, and what could not be sent is sent later. Only a page that is
 * about to go sends its newest state while an older one is still in flight.
 *
 * Each body carries a stamp, and each PUT names what it may replace: the
 * version last known, or any that this tab has sent since without an answer.
 * An older body never names a newer one; so in whichever order they arrive,
 * the newest stays, and a 412 means that somebody else was first.
 *
 * @typedef {'saved'|'saving'|'waiting'|'conflict'|'refused'} SaveStatus
 * @typedef {Record<string, unknown> & { stamp: string }} SaveBody
 *
 * What was found in the slot: a later version, another adventure where it was believed to be empty, nothing.
 * @typedef {'changed'|'taken'|'gone'} Conflict
 *
 * @typedef {object} Outside
 * @property {(slot: string, body: SaveBody, tags: string[], leaving: boolean) => Promise<{ etag: string }>} write
 * @property {(slot: string) => Promise<{ body: any, etag: string|null }>} read
 * @property {Timers} timers
 * @property {string} tab a name that no other tab has
 * @property {() => string} nextStamp begins with the tab's name; never the same twice
 * @property {(status: SaveStatus, error?: ApiError) => void} onStatus
 * @property {(conflict: Conflict) => void} onConflict
 */

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;
const EMPTY = 'empty';

/** More would make the header too long; then the stamp in the stored body decides. */
const MOST_UNANSWERED = 8;

export class SaveKeeper {
  /** @type {Outside} */
  #outside;

  /** @type {string} */
  #slot;

  /** The newest version that the server has confirmed, and the number under which it was sent. */
  #known = { tag: EMPTY, number: 0 };

  /** @type {{ tag: string, number: number }[]} sent later than the known one */
  #unanswered = [];

  /** @type {SaveBody|null} */
  #pending = null;

  #sent = 0;

  #underWay = 0;

  #blocked = false;

  #failures = 0;

  /** A 412 about this tab's own version was answered by resending, and nothing has been stored since. */
  #hasSentAgain = false;

  /** @type {ApiError|null} of the newest sending */
  #trouble = null;

  /** @type {unknown} */
  #timer = null;

  /**
   * @param {{ slot: string, etag: string|null }} where null: the slot is believed to be empty
   * @param {Outside} outside
   */
  constructor({ slot, etag }, outside) {
    [this.#slot, this.#outside] = [slot, outside];
    this.#learn(etag);
  }

  get slot() {
    return this.#slot;
  }

  get isClean() {
    return this.#pending === null && this.#underWay === 0;
  }

  /** @param {Record<string, unknown>} body */
  save(body) {
    this.#pending = { ...body, stamp: this.#outside.nextStamp() };
    if (this.#blocked) this.#outside.onStatus('conflict');
    return this.#pump();
  }

  /** The network is back. */
  retryNow() {
    this.#failures = 0;
    return this.#pump();
  }

  /** The page may be closing, so no answer can be waited for. */
  async leave() {
    this.#failures = 0;
    if (!this.#blocked && this.#pending !== null) await this.#send(this.#pending, true);
  }

  /**
   * The player chose this tab's game: it replaces that version or goes into that slot.
   * @param {string|null} over
   * @param {string} [into]
   */
  overwrite(over, into = this.#slot) {
    [this.#slot, this.#blocked, this.#failures] = [into, false, 0];
    this.#learn(over);
    return this.#pump();
  }

  /** Another game takes the slot; unsaved changes of this one are dropped. */
  close() {
    this.#outside.timers.clear(this.#timer);
    [this.#pending, this.#blocked] = [null, true];
  }

  /** @param {string|null} etag */
  #learn(etag, number = this.#sent) {
    if (number < this.#known.number) return;
    this.#known = { tag: etag ?? EMPTY, number };
    this.#unanswered = this.#unanswered.filter((one) => one.number > number);
  }

  /** @returns {Promise<void>} */
  async #pump() {
    if (this.#underWay > 0 || this.#blocked || this.#pending === null) return;
    await this.#send(this.#pending, false);
  }

  /**
   * @param {SaveBody} body
   * @param {boolean} leaving
   */
  async #send(body, leaving) {
    const { timers, write, onStatus } = this.#outside;
    timers.clear(this.#timer);
    [this.#pending, this.#trouble] = [null, null];
    this.#sent += 1;
    this.#underWay += 1;
    const number = this.#sent;
    const tag = `stamp:${body.stamp}`;
    const others = this.#unanswered.filter((one) => one.tag !== tag);
    this.#unanswered = [...others, { tag, number }].slice(-MOST_UNANSWERED);
    const tags = [this.#known, ...this.#unanswered].map((one) => one.tag);
    onStatus('saving');
    try {
      this.#learn((await write(this.#slot, body, tags, leaving)).etag, number);
    } catch (error) {
      const trouble = asApiError(error);
      if (number === this.#sent) {
        this.#trouble = trouble;
        if (!this.#blocked) this.#pending ??= body;
      }
    }
    this.#underWay -= 1;
    if (this.#underWay === 0 && !this.#blocked) await this.#settle();
  }

  /** Nothing is in flight any more: starts the next request, if there is one. */
  async #settle() {
    const isFree = this.#trouble ? await this.#fail(this.#trouble) : this.#succeed();
    if (this.#blocked) return;
    if (this.#pending === null) this.#outside.onStatus('saved');
    else if (isFree) await this.#pump();
  }

  #succeed() {
    [this.#failures, this.#hasSentAgain] = [0, false];
    return true;
  }

  /**
   * @param {ApiError} error
   * @returns {Promise<boolean>} whether what is unsaved may be sent at once
   */
  async #fail(error) {
    if (error.status === 412) return this.#lost(error);
    if (error.trouble !== 'client') return this.#later(error);
    this.#failures += 1; // the next turn tries again; the same body would be refused again
    this.#outside.onStatus('refused', error);
    return false;
  }

  /** @param {ApiError} error */
  #later(error, least = 0) {
    const { timers, onStatus } = this.#outside;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    timers.clear(this.#timer);
    this.#timer = timers.set(() => void this.#pump(), Math.max(wait, least, (error.retryAfter ?? 0) * 1000));
    onStatus('waiting', error);
    return false;
  }

  /**
   * Another save was first. Perhaps it is this tab's own, of an adventure begun before this one.
   * @param {ApiError} refusal
   */
  async #lost(refusal) {
    const { read, tab, onStatus, onConflict } = this.#outside;
    /** @type {Conflict} */
    let conflict = this.#known.tag === EMPTY ? 'taken' : 'changed';
    try {
      const stored = await read(this.#slot);
      const stamp = String(stored.body?.stamp);
      if (stamp.startsWith(`${tab}:`)) return this.#sendOver(stored.etag, stamp, refusal);
    } catch (error) {
      const trouble = asApiError(error);
      if (trouble.status !== 404) return this.#later(trouble);
      conflict = 'gone';
    }
    if (this.#blocked) return false;
    [this.#blocked, this.#failures] = [true, 1];
    onStatus('conflict');
    onConflict(conflict);
    return false;
  }

  /**
   * The stored version is this tab's own. Its stamp names it too, since a proxy may have changed the
   * ETag. If the server refuses even that, resending at once would never end.
   * @param {string|null} etag
   * @param {string} stamp
   * @param {ApiError} refusal
   */
  #sendOver(etag, stamp, refusal) {
    const tag = `stamp:${stamp}`;
    this.#learn(etag ?? tag);
    if (etag !== null) this.#unanswered = [{ tag, number: this.#sent }];
    if (this.#hasSentAgain) return this.#later(refusal, LONGEST_WAIT_MS);
    this.#hasSentAgain = true;
    return true;
  }
}
