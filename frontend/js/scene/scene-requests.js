/** @import { Scene, ScenePicture } from '../api/api.js' */
/** @import { Timers } from '../ui/timers.js' */
import { ApiError, asApiError } from '../api/http.js';
import { failureNote, standInNote } from './scene-notes.js';

/**
 * Decides which picture is shown. Each scene has one request at a time. A request
 * is finished even if the hero has moved on; its answer is shown only while
 * its own scene is current.
 *
 * @typedef {object} Shown
 * @property {string} key
 * @property {Scene} scene
 * @property {'sketch'|'painting'|'stand-in'} kind
 * @property {string} url
 * @property {string} alt
 *
 * @typedef {object} Outside
 * @property {(scene: Scene) => Promise<ScenePicture>} generate
 * @property {(scene: Scene) => string} previewUrl
 * @property {(url: string) => string|null} mediaUrl
 * @property {Timers} timers
 * @property {(shown: Shown) => void} onPicture
 * @property {(text: string) => void} onNote
 */

const RETRY_SECONDS = [5, 15, 30, 60];
/** The server's name for its local painter. */
const PAINTER = 'pixel';

const LONGEST_TIMER_SECONDS = 24 * 3600;

/** @param {Scene} scene */
export function sceneKey({ location, time_of_day, weather }) {
  return [location, time_of_day, weather].join(' | ').toLowerCase();
}

/**
 * If the local painter makes all pictures, its placeholder is the scene's own picture.
 * @param {ScenePicture} picture
 */
export function isStandIn(picture) {
  if (picture.provider === PAINTER && picture.served === 'placeholder') return false;
  return picture.id === null || ['stale', 'near', 'placeholder'].includes(picture.served ?? '');
}

export class SceneRequests {
  /** @type {Outside} */
  #outside;

  /** @type {Map<string, Shown>} */
  #known = new Map();

  /** @type {Set<string>} */
  #underWay = new Set();

  /** @type {Map<string, number>} */
  #failures = new Map();

  /** @type {Scene|null} */
  #current = null;

  /** The sketch is already what the local painter will make, so it needs no note. */
  #isPaintedHere = false;

  /** @type {unknown} */
  #timer = null;

  /** @param {Outside} outside */
  constructor(outside) {
    this.#outside = outside;
  }

  /**
   * Shows this scene from now on; the same scene again changes nothing.
   * @param {Scene} scene
   */
  look(scene) {
    const { timers, previewUrl, onPicture, onNote } = this.#outside;
    const key = sceneKey(scene);
    if (this.#isCurrent(key)) return;
    this.#current = { ...scene };
    timers.clear(this.#timer);
    const shown = this.#known.get(key);
    onNote(shown || this.#isPaintedHere ? '' : 'A sketch, while the picture is being painted.');
    onPicture(shown ?? { key, scene: this.#current, kind: 'sketch', url: previewUrl(scene), alt: sketchAlt(scene) });
    if (!shown) void this.#ask(this.#current);
  }

  /** The network is back: retries at once. */
  retryNow() {
    const scene = this.#current;
    if (scene === null || this.#known.has(sceneKey(scene)) || !this.#failures.has(sceneKey(scene))) return;
    this.#outside.timers.clear(this.#timer);
    void this.#ask(scene);
  }

  /** @param {string} key */
  #isCurrent(key) {
    return this.#current !== null && sceneKey(this.#current) === key;
  }

  /** @param {Scene} scene */
  async #ask(scene) {
    const key = sceneKey(scene);
    if (this.#underWay.has(key)) return;
    this.#underWay.add(key);
    try {
      this.#received(scene, key, await this.#outside.generate(scene));
    } catch (error) {
      this.#failed(scene, key, asApiError(error));
    } finally {
      this.#underWay.delete(key);
    }
  }

  /**
   * @param {Scene} scene
   * @param {string} key
   * @param {ScenePicture} picture
   */
  #received(scene, key, picture) {
    const { mediaUrl, onPicture, onNote } = this.#outside;
    const url = mediaUrl(picture.url);
    if (url === null) throw new ApiError('The picture is on another site.', { status: 502 });
    this.#isPaintedHere = picture.provider === PAINTER;
    const standIn = isStandIn(picture);
    /** @type {Shown} */
    const shown = { key, scene, kind: standIn ? 'stand-in' : 'painting', url, alt: picture.alt_text };
    if (!standIn || picture.isFinal) {
      this.#failures.delete(key);
      this.#known.set(key, shown);
    }
    if (!this.#isCurrent(key)) return;
    onPicture(shown);
    const wait = standIn && !picture.isFinal ? this.#retryLater(scene, key, picture.retryAfter) : null;
    onNote(standIn ? standInNote(picture, wait) : '');
  }

  /**
   * @param {Scene} scene
   * @param {string} key
   * @param {ApiError} error
   */
  #failed(scene, key, error) {
    if (!this.#isCurrent(key)) return;
    const hopeless = error.trouble === 'client';
    const wait = hopeless ? null : this.#retryLater(scene, key, error.retryAfter);
    // Offline there is not even a sketch: the same place at another hour is better than nothing.
    const near =
      error.trouble === 'offline'
        ? [...this.#known.values()].find((one) => one.scene.location === scene.location)
        : undefined;
    if (near) this.#outside.onPicture({ ...near, key, scene, kind: 'stand-in' });
    this.#outside.onNote(`${near ? 'This place at another hour. ' : ''}${failureNote(error, wait)}`);
  }

  /**
   * @param {Scene} scene
   * @param {string} key
   * @param {number|null} retryAfter
   * @returns {number} seconds until the next try
   */
  #retryLater(scene, key, retryAfter) {
    const { timers } = this.#outside;
    const tries = this.#failures.get(key) ?? 0;
    this.#failures.set(key, tries + 1);
    const own = RETRY_SECONDS[Math.min(tries, RETRY_SECONDS.length - 1)] ?? 60;
    const wait = Math.max(own, retryAfter ?? 0);
    timers.clear(this.#timer);
    if (wait <= LONGEST_TIMER_SECONDS) {
      this.#timer = timers.set(() => {
        if (this.#isCurrent(key)) void this.#ask(scene);
      }, wait * 1000);
    }
    return wait;
  }
}

/** @param {Scene} scene */
function sketchAlt({ location, time_of_day, weather }) {
  return `Sketch: ${location}, ${time_of_day}, ${weather}`;
}
