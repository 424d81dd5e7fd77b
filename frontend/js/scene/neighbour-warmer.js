/** @import { Scene, ScenePicture } from '../api/api.js' */
/** @import { Timers } from '../ui/timers.js' */
import { asApiError } from '../api/http.js';
import { isStandIn, sceneKey } from './scene-requests.js';

/**
 * While the player stands still, asks for the pictures of the open places around,
 * one after the other and at low priority. It reports no errors: after the first
 * one it does nothing until the next move.
 *
 * @typedef {object} Outside
 * @property {(scene: Scene) => Promise<ScenePicture>} warm
 * @property {Timers} timers
 * @property {() => boolean} isOnline
 */

/** Nothing is requested for a player who only walks through. */
export const STILL_MS = 8000;

export class NeighbourWarmer {
  /** @type {Outside} */
  #outside;

  /** Scenes that the server has a picture for. @type {Set<string>} */
  #known = new Set();

  /** @type {readonly Scene[]} */
  #around = [];

  #here = '';

  #isBusy = false;

  /** @type {unknown} */
  #timer = null;

  /** @param {Outside} outside */
  constructor(outside) {
    this.#outside = outside;
  }

  /**
   * The player's scene, and the scenes that could be next.
   * @param {Scene} here
   * @param {readonly Scene[]} around
   */
  stand(here, around) {
    const key = sceneKey(here);
    if (key === this.#here) return;
    this.#outside.timers.clear(this.#timer);
    [this.#here, this.#around] = [key, around];
    if (this.#known.has(key)) this.#soon();
  }

  /**
   * A picture of that scene has come.
   * @param {Scene} scene
   */
  arrived(scene) {
    const key = sceneKey(scene);
    this.#known.add(key);
    if (key === this.#here) this.#soon();
  }

  /** The game has left the screen. */
  rest() {
    this.#outside.timers.clear(this.#timer);
    [this.#here, this.#around] = ['', []];
  }

  #soon() {
    const { timers } = this.#outside;
    timers.clear(this.#timer);
    this.#timer = timers.set(() => void this.#warm(), STILL_MS);
  }

  async #warm() {
    const here = this.#here;
    while (!this.#isBusy && this.#here === here && this.#outside.isOnline()) {
      const next = this.#around.find((scene) => !this.#known.has(sceneKey(scene)));
      if (!next) return;
      this.#isBusy = true;
      const isThere = await this.#outside.warm(next).then(
        (picture) => !isStandIn(picture),
        (error) => {
          asApiError(error); // a fault of this page is seen in the console
          return false;
        },
      );
      this.#isBusy = false;
      if (isThere) this.#known.add(sceneKey(next));
      else if (this.#here === here) this.#around = [];
    }
    // The player moved on while a picture was being made; it was finished first.
    if (this.#here !== here && this.#known.has(this.#here)) this.#soon();
  }
}
