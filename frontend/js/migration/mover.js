/** @import { ApiError } from '../api/http.js' */
/** @import { Timers } from '../ui/timers.js' */
/** @import { Batch } from './batches.js' */
/** @import { Broken, Entry, Found } from './find-entries.js' */
/** @import { OldStorage } from './old-storage.js' */
/** @import { Answer, Hash, Verdict } from './proof.js' */
import { asApiError } from '../api/http.js';
import { waitWords } from '../api/words.js';
import { bodyOf, halves, makeBatches } from './batches.js';
import { findEntries } from './find-entries.js';
import { dumpOfRest, freeStorage, putBack } from './free-storage.js';
import { isSameGame, judge } from './proof.js';
import { whyStopped } from './mover-words.js';

/**
 * Moves the old pictures, batch by batch. It may stop or break off at any
 * moment: answered batches stay answered, and sending one again does no harm.
 *
 * @typedef {'offered'|'moving'|'waiting'|'stopping'|'stopped'|'done'|'freed'} Phase
 *
 * @typedef {object} Progress
 * @property {Phase} phase
 * @property {Found} found
 * @property {number} total entries that are offered, and the saved game
 * @property {number} answered of these
 * @property {number} moved
 * @property {number} already there before
 * @property {(Broken & { payload: string })[]} bad
 * @property {readonly string[]} notes
 * @property {string} words what is going on, or why not
 * @property {boolean} canFree
 * @property {number} freed entries removed from the browser
 * @property {boolean} hasLeftovers whether there is something that the server does not have
 *
 * @typedef {object} Outside
 * @property {OldStorage} storage
 * @property {(body: Record<string, unknown>) => Promise<Answer>} move
 * @property {(slot: string) => Promise<{ body: unknown }>} readSave
 * @property {Hash} hash
 * @property {Timers} timers
 * @property {(progress: Progress) => void} onChange
 * @property {() => void} onSavedGame
 */

const USUAL_WAIT_SECONDS = 20;
const LONGEST_PAUSE_SECONDS = 60;
const STOPPED = 'Stopped. Everything moved so far is safe on the server. Continue whenever you like.';
const REFUSED_WRITE =
  'The browser refused to write the entries that should stay. Nothing is lost, but download them to be safe.';

/** If the server refuses a batch, perhaps only one of its entries is at fault. */
const MAY_BE_ONE_ENTRY = [400, 413, 422];

export class Mover {
  /** @type {Outside} */
  #outside;

  /** @type {Phase} */
  #phase = 'offered';

  /** @type {Found} */
  #found;

  /** @type {Map<string, Verdict>} */
  #verdicts = new Map();

  /** The result for the saved game with this text. @type {{ text: string, isStored: boolean, error: string }|null} */
  #game = null;

  /** @type {Set<string>} */
  #notes = new Set();

  #words = '';

  #freed = 0;

  /** @type {Record<string, string>} */
  #rescued = {};

  /** @type {() => void} */
  #wake = () => {};

  /** @param {Outside} outside */
  constructor(outside) {
    this.#outside = outside;
    this.#found = findEntries(outside.storage);
  }

  get isBusy() {
    return ['moving', 'waiting', 'stopping'].includes(this.#phase);
  }

  /** @returns {Progress} */
  progress() {
    const { entries, broken, game } = this.#found;
    const verdicts = entries.map((entry) => ({ entry, verdict: this.#verdicts.get(entry.mark) }));
    const stored = verdicts.filter(({ verdict }) => verdict?.isStored).length;
    const moved = verdicts.filter(({ verdict }) => verdict?.isStored && verdict.isNew).length;
    const bad = verdicts.flatMap(({ entry, verdict }) =>
      verdict && !verdict.isStored
        ? [{ key: keyOf(entry), name: nameOf(entry), error: verdict.error, payload: entry.payload }]
        : [],
    );
    const gameAnswered = game !== null && this.#game?.text === game;
    const hasGame = gameAnswered && this.#game?.isStored === true;
    const total = entries.length + (game === null ? 0 : 1);
    const answered = verdicts.filter(({ verdict }) => verdict).length + (gameAnswered ? 1 : 0);
    return {
      phase: this.#phase,
      found: this.#found,
      total,
      answered,
      moved,
      already: stored - moved,
      bad: [...broken.map((one) => ({ ...one, payload: '' })), ...bad],
      notes: [...this.#notes],
      words: this.#words,
      canFree: this.#phase === 'done' && answered === total && (stored > 0 || hasGame),
      freed: this.#freed,
      hasLeftovers:
        broken.length + bad.length > 0 || Object.keys(this.#rescued).length > 0 || (gameAnswered && !hasGame),
    };
  }

  /** Reads the storage again, because another tab may have changed it. */
  refresh() {
    if (this.isBusy) return;
    this.#rescued = putBack(this.#outside.storage, this.#rescued);
    this.#found = findEntries(this.#outside.storage);
    const { total, answered } = this.progress();
    if (this.#phase === 'done' && answered < total) this.#phase = 'offered';
    this.#tell();
  }

  /** Starts, or continues where it stopped. Refused entries are sent again. */
  async start() {
    if (this.isBusy) return;
    this.#phase = 'moving';
    this.#found = findEntries(this.#outside.storage);
    for (const [mark, verdict] of this.#verdicts) if (!verdict.isStored) this.#verdicts.delete(mark);
    if (this.#game?.isStored === false) this.#game = null;
    this.#notes.clear();
    this.#say('');
    try {
      await this.#run();
    } catch (error) {
      this.#halt(whyStopped(asApiError(error)));
    }
  }

  /** Stops after the batch that is being sent. */
  stop() {
    if (!this.isBusy) return;
    this.#phase = 'stopping';
    this.#wake();
    this.#say('Stopping when the server has answered.');
  }

  /** Removes from the browser what is proven to be on the server. */
  free() {
    if (!this.progress().canFree) return;
    const freed = freeStorage(this.#outside.storage, this.#proof());
    this.#freed += freed.removed;
    this.#rescued = { ...this.#rescued, ...freed.rescued };
    this.#found = findEntries(this.#outside.storage);
    const { total, answered } = this.progress();
    this.#phase = answered < total ? 'offered' : 'freed';
    if (freed.kept.length > 0) this.#phase = 'done';
    const trouble = freed.kept.length > 0 || Object.keys(freed.rescued).length > 0;
    this.#say(trouble ? REFUSED_WRITE : '');
  }

  /** What the server does not have, as a file for `scripts/migrate.sh`. */
  leftovers() {
    return dumpOfRest(this.#outside.storage, this.#proof(), this.#rescued);
  }

  #proof() {
    const marks = new Set([...this.#verdicts].filter(([, { isStored }]) => isStored).map(([mark]) => mark));
    return { marks, game: this.#game?.isStored ? this.#game.text : null };
  }

  async #run() {
    const open = this.#found.entries.filter(({ mark }) => !this.#verdicts.has(mark));
    const { game } = this.#found;
    /** @type {Batch[]} */
    const queue = makeBatches(open);
    if (game !== null && this.#game?.text !== game) queue.push({ entries: [], game });
    let pauses = 0;
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      if (this.#phase === 'stopping') return this.#halt(STOPPED);
      const trouble = await this.#offer(batch);
      if (trouble?.status === 429) {
        queue.unshift(batch);
        await this.#wait(trouble.retryAfter ?? USUAL_WAIT_SECONDS, (pauses += 1));
      } else if (trouble && MAY_BE_ONE_ENTRY.includes(trouble.status)) queue.unshift(...this.#smaller(batch, trouble));
      else if (trouble) return this.#halt(whyStopped(trouble));
      if (trouble?.status !== 429) pauses = 0;
      this.#tell();
    }
    this.#phase = 'done';
    return this.#say('');
  }

  /**
   * @param {Batch} batch
   * @returns {Promise<ApiError|null>}
   */
  async #offer(batch) {
    try {
      const answer = await this.#outside.move(bodyOf(batch));
      for (const note of answer.notes) this.#notes.add(note);
      if (batch.game !== null) await this.#proveGame(batch.game, answer.saved_game_slot);
      const verdicts = await judge(batch, answer, this.#outside.hash);
      for (const [entry, verdict] of verdicts) this.#verdicts.set(entry.mark, verdict);
      return null;
    } catch (error) {
      return asApiError(error);
    }
  }

  /**
   * @param {Batch} batch
   * @param {ApiError} trouble
   * @returns {Batch[]}
   */
  #smaller(batch, trouble) {
    if (batch.entries.length > 1) return halves(batch);
    const [entry] = batch.entries;
    if (entry) this.#verdicts.set(entry.mark, { isStored: false, error: whyStopped(trouble) });
    else if (batch.game !== null) this.#game = { text: batch.game, isStored: false, error: whyStopped(trouble) };
    return [];
  }

  /**
   * @param {string} text
   * @param {string|null} slot
   */
  async #proveGame(text, slot) {
    const isStored = slot !== null && isSameGame(text, (await this.#outside.readSave(slot)).body);
    this.#game = { text, isStored, error: '' };
    if (isStored) this.#outside.onSavedGame();
    else if (this.#notes.size === 0) this.#notes.add('The old saved game stays in this browser.');
  }

  /**
   * @param {number} asked seconds
   * @param {number} pauses in a row: a server that always names one second is not asked each second
   */
  async #wait(asked, pauses) {
    const seconds = Math.max(asked, Math.min(LONGEST_PAUSE_SECONDS, 2 ** (pauses - 1)));
    if (this.#phase === 'stopping') return;
    this.#phase = 'waiting';
    this.#say(`The server asks for a pause. The move continues ${waitWords(seconds)}.`);
    /** @type {unknown} */
    let timer;
    await new Promise((/** @type {(value: void) => void} */ resolve) => {
      this.#wake = resolve;
      timer = this.#outside.timers.set(resolve, seconds * 1000);
    });
    this.#outside.timers.clear(timer);
    if (/** @type {Phase} */ (this.#phase) === 'stopping') return;
    this.#phase = 'moving';
    this.#say('');
  }

  /** @param {string} words */
  #halt(words) {
    this.#phase = 'stopped';
    this.#say(words);
  }

  /** @param {string} words */
  #say(words) {
    this.#words = words;
    this.#tell();
  }

  #tell() {
    this.#outside.onChange(this.progress());
  }
}

/** @param {Entry} entry */
function keyOf({ kind, name, id }) {
  return `${kind}/${name}/${id ?? ''}`;
}

/** @param {Entry} entry */
function nameOf({ kind, name, value }) {
  if (kind === 'item') return name;
  const parts = [value.location, value.timeOfDay, value.weather];
  const words = parts.filter((part) => typeof part === 'string' && part !== '');
  return words.length > 0 ? words.join(', ') : name;
}
