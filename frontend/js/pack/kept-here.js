/** @import { SavedGame } from '../api/api.js' */
import { ApiError } from '../api/http.js';

/**
 * Saves and settings of a static game, in the browser's local storage. Other games may be served from the
 * same origin, so each key begins with the name of this one.
 */
const GAME = 'emberpeak-expedition/';
const SAVE = `${GAME}save/`;
const PREFERENCES = `${GAME}preferences`;

const REFUSED = 'This browser does not allow the page to keep anything.';
const FULL = 'The browser has no room left for what this page keeps.';

/** @param {() => Storage} storage may throw where the browser refuses it */
export function createKeptHere(storage) {
  /** @returns {Storage} */
  function open() {
    try {
      const opened = storage();
      if (opened) return opened;
    } catch {
      // as if there were none
    }
    throw new ApiError(REFUSED, { trouble: 'storage' });
  }

  /** @param {string} key */
  function read(key) {
    const text = open().getItem(key);
    if (text === null) return null;
    try {
      return JSON.parse(text);
    } catch {
      return {}; // something is there, but no game
    }
  }

  /**
   * @param {string} key
   * @param {object} value
   */
  function write(key, value) {
    const opened = open();
    try {
      opened.setItem(key, JSON.stringify(value));
    } catch {
      throw new ApiError(FULL, { trouble: 'storage' });
    }
  }

  return {
    saves: {
      /** @returns {Promise<{ saves: SavedGame[], max_slots: number }>} */
      async list() {
        const opened = open();
        const keys = Array.from({ length: opened.length }, (_, index) => opened.key(index) ?? '');
        const slots = keys.filter((key) => key.startsWith(SAVE)).map((key) => key.slice(SAVE.length));
        const saves = slots.sort().map((slot) => described(slot, read(SAVE + slot)));
        return { saves, max_slots: slots.length };
      },
      /** @param {string} slot */
      async read(slot) {
        const kept = read(SAVE + slot);
        if (kept === null) throw new ApiError('There is no such save.', { status: 404 });
        return { body: kept.body, etag: tagOf(kept) };
      },
      /**
       * Written before the first wait, so that a page that is closing has saved.
       * @param {string} slot
       * @param {object} body
       * @param {readonly string[]} tags one of which what is stored now must have
       */
      async write(slot, body, tags) {
        const before = read(SAVE + slot);
        if (!tags.includes(before === null ? 'empty' : tagOf(before)))
          throw new ApiError('Another tab has saved here.', { status: 412 });
        const kept = { body, updated_at: new Date().toISOString() };
        write(SAVE + slot, kept);
        return { etag: tagOf(kept) };
      },
      /** @param {string} slot */
      async remove(slot) {
        open().removeItem(SAVE + slot);
      },
    },
    preferences: {
      /** @returns {Promise<unknown>} */
      async read() {
        return read(PREFERENCES);
      },
      /** @param {object} body */
      async write(body) {
        write(PREFERENCES, body);
      },
    },
  };
}

/** @param {any} kept */
function tagOf(kept) {
  return `stamp:${kept.body?.stamp}`;
}

/**
 * @param {string} slot
 * @param {any} kept
 * @returns {SavedGame}
 */
function described(slot, kept) {
  const { body, updated_at: time } = kept;
  const label = typeof body?.label === 'string' ? body.label : null;
  const isDate = typeof time === 'string' && !Number.isNaN(Date.parse(time));
  return { slot, label, updated_at: isDate ? time : new Date(0).toISOString(), etag: tagOf(kept) };
}
