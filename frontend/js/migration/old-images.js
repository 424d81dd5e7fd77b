/** @import { Request } from '../api/http.js' */
/** @import { Api } from '../api/api.js' */
/** @import { Timers } from '../ui/timers.js' */
/** @import { Preferences } from '../screens/preferences.js' */
/** @import { Progress } from './mover.js' */
/** @import { Answer } from './proof.js' */
import { isNothing } from './find-entries.js';
import { Mover } from './mover.js';
import { mountOffer } from './offer-view.js';
import { browserStorage } from './old-storage.js';
import { saveAsFile } from '../ui/files.js';
import { createHash } from './sha256.js';
import { answerFrom } from './proof.js';

/**
 * The offer to import the old pictures, made once. A player who says "Not now"
 * is not asked again, but finds a button beside the settings.
 *
 * @typedef {object} Outside
 * @property {Request} request
 * @property {Api['saves']} saves
 * @property {Timers} timers
 * @property {{ now: () => Preferences, set: (change: Partial<Preferences>) => void }} preferences
 * @property {() => void} onSavedGame
 *
 * @param {{ region: HTMLElement, opener: HTMLButtonElement }} places
 * @param {Outside} outside
 */
export function mountOldImages({ region, opener }, { request, saves, timers, preferences, onSavedGame }) {
  let isKnown = false; // what the person chose earlier
  let isOpen = false;
  const storage = browserStorage();
  const view = mountOffer(region, {
    start: () => void mover.start(),
    stop: () => mover.stop(),
    free: () => mover.free(),
    download: () => saveAsFile('emberpeak-old-images.json', mover.leftovers()),
    later: () => {
      isOpen = false;
      preferences.set({ oldImagesLater: true });
      update(mover.progress());
      opener.focus({ preventScroll: true });
    },
  });
  const mover = new Mover({
    storage,
    move: migrationApi(request).move,
    readSave: saves.read,
    hash: createHash(globalThis.crypto),
    timers,
    onSavedGame,
    onChange: (progress) => update(progress),
  });

  /** @param {Progress} progress */
  function update(progress) {
    const isThere = !isNothing(progress.found);
    if (progress.phase === 'freed' && isThere) preferences.set({ oldImagesLater: true }); // it was asked, and answered
    isOpen ||= progress.phase !== 'offered';
    region.hidden = !isKnown || !(isOpen || (isThere && !preferences.now().oldImagesLater));
    opener.hidden = !isKnown || !isThere || !region.hidden;
    view.update(progress);
  }

  opener.addEventListener('click', () => {
    isOpen = true;
    update(mover.progress());
    view.focus();
  });
  addEventListener('storage', () => mover.refresh());

  return {
    /** The preferences are known, or cannot be had. */
    show() {
      isKnown = true;
      mover.refresh();
    },
  };
}

/** A call may wait for other imports, but not for ever. */
const PATIENCE_MS = 180_000;

/**
 * @param {Request} request
 */
export function migrationApi(request) {
  return {
    /**
     * @param {Record<string, unknown>} body
     * @returns {Promise<Answer>}
     */
    async move(body) {
      const { data } = await request('POST', 'api/v1/migrate/from-localstorage', { body, timeoutMs: PATIENCE_MS });
      return answerFrom(data);
    },
  };
}
