/** @import { Api, SavedGame } from '../api/api.js' */
/** @import { Timers } from '../ui/timers.js' */
/** @import { SaveStatus } from './save-keeper.js' */
/** @import { ApiError } from '../api/http.js' */
/** @import { State } from '../rules/types.js' */
/** @import { Line } from '../game/log-lines.js' */
import { asApiError } from '../api/http.js';
import { explain } from '../api/words.js';
import { SaveKeeper } from './save-keeper.js';
import { lastPlayed, slotList, unpackSave } from './save-file.js';
import { askAboutConflict, askWhereToBegin } from './slot-questions.js';

export const SLOTS = ['1', '2', '3'];

/**
 * Which slot the running game is kept in, and what the other slots hold.
 *
 * @typedef {'asking'|'here'|'away'} Server
 * @typedef {{ slot: string, save: SavedGame|null }} Slot
 * @typedef {{ server: Server, slots: Slot[], playing: string|null, canContinue: boolean }} Overview
 *
 * @typedef {object} Outside
 * @property {Api['saves']} saves
 * @property {Timers} timers
 * @property {string} tab
 * @property {(status: SaveStatus, error?: ApiError) => void} onStatus
 * @property {(overview: Overview) => void} onOverview
 * @property {(state: State, lines: Line[]) => void} onLoaded
 * @property {(text: string, action?: { label: string, press: () => void }) => void} say
 */
export class SlotFlow {
  /** @type {Outside} */
  #outside;

  /** @type {SavedGame[]} */
  #saves = [];

  /** @type {Server} */
  #server = 'asking';

  /** @type {SaveKeeper|null} */
  #keeper = null;

  /** @type {SaveKeeper[]} of adventures that ran here before, their last turn not confirmed yet */
  #earlier = [];

  #stamps = 0;

  /** @param {Outside} outside */
  constructor(outside) {
    this.#outside = outside;
  }

  get isAway() {
    return this.#server === 'away';
  }

  /** The slot of the game that is running here. */
  get playing() {
    return this.#keeper?.slot ?? null;
  }

  /** The slot of the newest save. */
  get newest() {
    return lastPlayed(this.#saves)?.slot ?? null;
  }

  async refresh() {
    try {
      [this.#saves, this.#server] = [(await this.#outside.saves.list()).saves, 'here'];
    } catch (error) {
      const { trouble } = asApiError(error);
      this.#server = trouble === 'offline' || trouble === 'server' ? 'away' : 'here';
    }
    this.#tell();
  }

  /**
   * @param {string} slot
   * @param {() => boolean} isWanted asked when the server has answered
   * @param {boolean} [afresh] even where this tab is playing it
   */
  async load(slot, isWanted, afresh = false) {
    const { saves, say, onLoaded, onStatus } = this.#outside;
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
          : `It cannot be loaded. ${explain(trouble)}`,
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
      if (trouble.status !== 404) this.#outside.say(`Not deleted. ${explain(trouble)}`);
    }
    await this.refresh();
  }

  /**
   * Finds a slot for a new adventure, asking where one would be replaced.
   * @param {string|null} running what the running adventure is called
   * @param {() => boolean} isWanted asked when the server has answered
   * @returns {Promise<boolean>} false where the person thought better of it
   */
  async beginNew(running, isWanted) {
    await this.refresh();
    if (!isWanted()) return false;
    const own = this.#saves.filter((save) => SLOTS.includes(save.slot));
    const nothingToLose = own.length === 0 && this.playing === null;
    const slot = nothingToLose ? '1' : await askWhereToBegin(slotList(own, SLOTS), this.playing, running);
    if (slot === null) return false;
    this.#keepIn(slot, this.#saves.find((save) => save.slot === slot)?.etag ?? null);
    this.#tell();
    return true;
  }

  /** @param {Record<string, unknown>} body */
  save(body) {
    void this.#keeper?.save(body);
  }

  retryNow() {
    for (const keeper of this.#keepers()) void keeper.retryNow();
  }

  /** The page may be about to go: what is unsaved is sent on its way. */
  leave() {
    for (const keeper of this.#keepers()) void keeper.leave();
  }

  #keepers() {
    return [...this.#earlier, ...(this.#keeper ? [this.#keeper] : [])];
  }

  #tell() {
    this.#outside.onOverview({
      server: this.#server,
      slots: slotList(this.#saves, SLOTS),
      playing: this.playing,
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
        write: saves.write,
        read: saves.read,
        timers,
        tab,
        nextStamp: () => `${tab}:${(this.#stamps += 1)}`,
        onStatus: (status, error) => {
          if (this.#keeper === mine) onStatus(status, error);
        },
        onConflict: (wasEmpty) => {
          if (this.#keeper === mine) void this.#settle(wasEmpty);
        },
      },
    );
    this.#keeper = mine;
  }

  /**
   * Another tab was first: this person decides.
   * @param {boolean} wasEmpty
   */
  async #settle(wasEmpty) {
    const mine = this.#keeper;
    if (!mine) return;
    await this.refresh();
    const free = SLOTS.find((slot) => slot !== mine.slot && !this.#saves.some((save) => save.slot === slot)) ?? null;
    const answer = await askAboutConflict(mine.slot, free, wasEmpty);
    if (mine !== this.#keeper) return;
    if (answer === 'later')
      this.#askLater('This adventure is not being saved: its slot holds another version.', wasEmpty);
    else if (answer === 'both' && free) await mine.overwrite(null, free);
    else if (answer === 'mine') await this.#overwriteTheirs(mine, wasEmpty);
    else await this.load(mine.slot, () => mine === this.#keeper, true);
  }

  /**
   * @param {SaveKeeper} mine
   * @param {boolean} wasEmpty
   */
  async #overwriteTheirs(mine, wasEmpty) {
    try {
      await mine.overwrite((await this.#outside.saves.read(mine.slot)).etag);
    } catch (error) {
      const trouble = asApiError(error);
      if (trouble.status === 404) await mine.overwrite(null);
      else this.#askLater(`Not saved. ${explain(trouble)}`, wasEmpty);
    }
  }

  /**
   * @param {string} text
   * @param {boolean} wasEmpty
   */
  #askLater(text, wasEmpty) {
    this.#outside.say(text, { label: 'Decide now', press: () => void this.#settle(wasEmpty) });
  }
}
