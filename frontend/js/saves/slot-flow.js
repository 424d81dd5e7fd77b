/** @import { Api, SavedGame } from '../api/api.js' */
/** @import { Timers } from '../ui/timers.js' */
/** @import { Conflict, SaveStatus } from './save-keeper.js' */
/** @import { ApiError } from '../api/http.js' */
/** @import { State } from '../rules/types.js' */
/** @import { Line } from '../game/log-lines.js' */
import { noCookies } from '../api/api.js';
import { asApiError } from '../api/http.js';
import { explainCall } from '../api/words.js';
import { SaveKeeper } from './save-keeper.js';
import { lastPlayed, slotList, unpackSave } from './save-file.js';
import { wordsAtTheTitle } from './why-not-saved.js';
import { askAboutConflict, askWhereToBegin } from './slot-questions.js';

export const SLOTS = ['1', '2', '3'];

/** @type {Readonly<Record<Conflict, string>>} */
const NOT_BEING_SAVED = {
  changed: 'This adventure is not being saved: its slot holds another version.',
  taken: 'This adventure is not being saved: its slot holds another one.',
  gone: 'This adventure is not being saved: its slot was emptied.',
};

/** @type {Readonly<Record<string, Server>>} */
const SERVERS = { offline: 'away', server: 'failing', storage: 'refused', own: 'broken' };

/**
 * Which slot the running game is kept in, and what the other slots hold.
 *
 * @typedef {'asking'|'here'|'away'|'failing'|'refused'|'broken'} Server
 *   `refused`: the browser keeps nothing; `broken`: the page itself could not ask
 * @typedef {{ slot: string, save: SavedGame|null }} Slot
 *
 * @typedef {object} Overview
 * @property {string} words what is wrong with keeping adventures; empty where nothing is
 * @property {boolean} isKnown the slots are as the server last reported them, and it could be reached
 * @property {Slot[]} slots
 * @property {string|null} playing
 * @property {boolean} isSaved the adventure in that slot, up to its last turn
 * @property {boolean} canContinue
 *
 * @typedef {object} Outside
 * @property {Api['saves']} saves
 * @property {Timers} timers
 * @property {string} tab
 * @property {(status: SaveStatus, error?: ApiError) => void} onStatus
 * @property {(overview: Overview) => void} onOverview
 * @property {(state: State, lines: Line[]) => void} onLoaded
 * @property {(text: string, action?: { label: string, press: () => void }) => void} say
 * @property {() => void} hush takes back what was said
 */
export class SlotFlow {
  /** @type {Outside} */
  #outside;

  /** @type {SavedGame[]} */
  #saves = [];

  /** @type {Server} */
  #server = 'asking';

  #isKnown = false;

  #areCookiesKept = true;

  /** @type {SaveKeeper|null} */
  #keeper = null;

  /** @type {SaveKeeper[]} of earlier adventures of this tab whose last turn is not confirmed yet */
  #earlier = [];

  /** Why the running adventure cannot be saved in its slot until the player decides. @type {Conflict|null} */
  #conflict = null;

  /** The question is open, or its answer is being carried out. */
  #isAsking = false;

  #stamps = 0;

  /** @param {Outside} outside */
  constructor(outside) {
    this.#outside = outside;
  }

  get isAway() {
    return !['asking', 'here'].includes(this.#server);
  }

  /** The slot of the game that is running here. */
  get playing() {
    return this.#keeper?.slot ?? null;
  }

  /** The slot of the newest save. */
  get newest() {
    return lastPlayed(this.#saves)?.slot ?? null;
  }

  /** @returns {Promise<boolean>} whether it is known now what the slots hold */
  async refresh() {
    let isKnown = false;
    try {
      [this.#saves, this.#server] = [(await this.#outside.saves.list()).saves, 'here'];
      isKnown = true;
    } catch (error) {
      this.#server = SERVERS[asApiError(error).trouble] ?? 'here';
    }
    this.#isKnown = isKnown;
    this.#tell();
    return isKnown;
  }

  /**
   * @param {string} slot
   * @param {() => boolean} isWanted asked when the server has answered
   * @param {boolean} [afresh] even where this tab is playing it: to settle a conflict
   */
  async load(slot, isWanted, afresh = false) {
    const { saves, onLoaded, onStatus } = this.#outside;
    const say = (/** @type {string} */ text) => (afresh ? this.#askLater(text) : this.#outside.say(text));
    try {
      const { body, etag } = await saves.read(slot);
      if (!isWanted()) return undefined;
      const game = unpackSave(body);
      if (!game) return say('This save cannot be read. It has been left as it is.');
      if (afresh) this.#keeper?.close();
      this.#keepIn(slot, etag);
      onLoaded(game.state, game.lines);
      onStatus('saved');
    } catch (error) {
      if (!isWanted()) return undefined;
      const trouble = asApiError(error);
      say(
        trouble.status === 404
          ? 'There is no adventure in this slot any more.'
          : `It cannot be loaded. ${explainCall(trouble)}`,
      );
      await this.refresh();
    }
    return this.#tell();
  }

  /** @param {string} slot */
  async remove(slot) {
    if (this.playing === slot) return;
    try {
      await this.#outside.saves.remove(slot);
    } catch (error) {
      const trouble = asApiError(error);
      if (trouble.status !== 404) this.#outside.say(`Not deleted. ${explainCall(trouble)}`);
    }
    await this.refresh();
  }

  /**
   * Finds a slot for a new adventure, asking where one would be replaced.
   * @param {string|null} running what the running adventure is called
   * @param {() => boolean} isWanted asked when the server has answered
   * @param {boolean} [fromFile] the adventure comes from a file
   * @returns {Promise<boolean>} false where the person thought better of it
   */
  async beginNew(running, isWanted, fromFile = false) {
    await this.refresh();
    if (!isWanted()) return false;
    const own = this.#saves.filter((save) => SLOTS.includes(save.slot));
    const nothingToLose = own.length === 0 && this.playing === null;
    const slot = nothingToLose ? '1' : await askWhereToBegin(slotList(own, SLOTS), this.playing, running, fromFile);
    if (slot === null) return false;
    this.#keepIn(slot, this.#saves.find((save) => save.slot === slot)?.etag ?? null);
    this.#tell();
    return true;
  }

  /** @param {Record<string, unknown>} body */
  save(body) {
    void this.#keeper?.save(body);
  }

  /** Asks again if the running adventure is not saved because the player has not decided yet. */
  decide() {
    if (!this.#conflict || this.#isAsking) return;
    this.#outside.hush();
    void this.#settle();
  }

  /** @param {boolean} areKept whether the browser keeps the cookie by which the server knows the player */
  cookies(areKept) {
    this.#areCookiesKept = areKept;
    this.#tell();
  }

  /**
   * Sends what is to be stored for this player. Without a cookie each request would create another
   * player, so this first asks the server whether the cookie arrives now.
   * @template T
   * @param {() => Promise<T>} send
   * @param {boolean} [leaving] no answer can be waited for
   * @returns {Promise<T>}
   */
  async forKnownPlayer(send, leaving = false) {
    if (!this.#areCookiesKept && !leaving) await this.#outside.saves.list();
    if (!this.#areCookiesKept) throw noCookies();
    return send();
  }

  retryNow() {
    for (const keeper of this.#keepers()) void keeper.retryNow();
  }

  /** The page may be closing: sends what is unsaved. */
  leave() {
    for (const keeper of this.#keepers()) void keeper.leave();
  }

  #keepers() {
    return [...this.#earlier, ...(this.#keeper ? [this.#keeper] : [])];
  }

  #tell() {
    this.#outside.onOverview({
      words: wordsAtTheTitle(this.#server, this.#areCookiesKept),
      isKnown: this.#isKnown,
      slots: slotList(this.#saves, SLOTS),
      playing: this.playing,
      isSaved: this.#keeper?.isClean ?? false,
      canContinue: this.#keeper !== null || this.#saves.length > 0,
    });
  }

  /**
   * @param {string} slot
   * @param {string|null} etag
   */
  #keepIn(slot, etag) {
    const { saves, timers, tab, onStatus } = this.#outside;
    for (const keeper of this.#keepers()) if (keeper.slot === slot) keeper.close();
    this.#earlier = this.#keepers().filter((keeper) => !keeper.isClean);
    const mine = new SaveKeeper(
      { slot, etag },
      {
        write: (...put) => this.forKnownPlayer(() => saves.write(...put), put[3]),
        read: saves.read,
        timers,
        tab,
        nextStamp: () => `${tab}:${(this.#stamps += 1)}`,
        onStatus: (status, error) => {
          if (this.#keeper === mine) onStatus(status, error);
        },
        onConflict: (conflict) => {
          if (this.#keeper !== mine) return;
          this.#conflict = conflict;
          void this.#settle();
        },
      },
    );
    [this.#keeper, this.#conflict, this.#isAsking] = [mine, null, false];
  }

  /** Another tab was first: asks the player. */
  async #settle() {
    const mine = this.#keeper;
    if (!mine || !this.#conflict) return;
    this.#isAsking = true;
    const isKnown = await this.refresh();
    if (mine !== this.#keeper) return;
    const isEmpty = !this.#saves.some((save) => save.slot === mine.slot);
    // A slot may have been emptied or filled meanwhile.
    if (isKnown && isEmpty) this.#conflict = 'gone';
    else if (isKnown && this.#conflict === 'gone') this.#conflict = 'taken';
    await this.#ask(mine, this.#conflict);
  }

  /**
   * @param {SaveKeeper} mine
   * @param {Conflict} conflict
   */
  async #ask(mine, conflict) {
    const free = SLOTS.find((slot) => slot !== mine.slot && !this.#saves.some((save) => save.slot === slot)) ?? null;
    const answer = await askAboutConflict(mine.slot, free, conflict);
    if (mine !== this.#keeper) return;
    if (answer === 'later') this.#askLater(NOT_BEING_SAVED[conflict]);
    else if (answer === 'both' && free) await this.#overwrite(mine, null, free);
    else if (answer === 'mine' && conflict === 'gone') await this.#overwrite(mine, null);
    else if (answer === 'mine') await this.#overwriteTheirs(mine);
    else await this.load(mine.slot, () => mine === this.#keeper, true);
  }

  /** @param {SaveKeeper} mine */
  async #overwriteTheirs(mine) {
    let over = null;
    try {
      over = (await this.#outside.saves.read(mine.slot)).etag;
    } catch (error) {
      const trouble = asApiError(error);
      if (trouble.status !== 404) {
        if (mine === this.#keeper) this.#askLater(`Not saved. ${explainCall(trouble)}`);
        return;
      }
    }
    await this.#overwrite(mine, over);
  }

  /**
   * @param {SaveKeeper} mine
   * @param {string|null} over
   * @param {string} [into]
   */
  async #overwrite(mine, over, into = mine.slot) {
    // Before sending: the answer may be the next conflict, which must be asked about at once.
    if (mine === this.#keeper) [this.#conflict, this.#isAsking] = [null, false];
    await mine.overwrite(over, into);
  }

  /** @param {string} text */
  #askLater(text) {
    this.#isAsking = false;
    this.#outside.say(text, { label: 'Decide now', press: () => this.decide() });
  }
}
