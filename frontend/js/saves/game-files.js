/** @import { Api } from '../api/api.js' */
/** @import { State } from '../rules/types.js' */
/** @import { View } from '../rules/view.js' */
/** @import { Line } from '../game/log-lines.js' */
/** @import { Loaded } from './save-to-file.js' */
import { asApiError } from '../api/http.js';
import { explainCall } from '../api/words.js';
import { openFile, saveAsFile } from '../ui/files.js';
import { packSave } from './save-file.js';
import { LARGEST_FILE, fileOf, gameFromFile } from './save-to-file.js';

/**
 * Saves adventures to files and loads them, even if the server is away.
 * @param {object} outside
 * @param {() => { state: State, view: View, history: readonly Line[] }|null} outside.running
 * @param {() => string|null} outside.newest the slot that "Continue" would load
 * @param {Api['saves']['read']} outside.read
 * @param {(text: string) => void} outside.say
 * @param {(found: Loaded) => void} outside.onLoaded
 */
export function createGameFiles({ running, newest, read, say, onLoaded }) {
  /** @param {Record<string, unknown>} save */
  function download(save) {
    const { name, text } = fileOf(save, new Date());
    saveAsFile(name, text);
    say(`Saved to the file ${name}, in the downloads of this browser.`);
  }

  const refuse = (/** @type {string} */ problem) => say(`${problem} Nothing was changed.`);

  return {
    /** The running adventure, or the one that "Continue" would go on with. */
    async save() {
      const game = running();
      const slot = newest();
      try {
        if (game) download(packSave(game.state, game.view, game.history));
        else if (slot !== null) download((await read(slot)).body);
      } catch (error) {
        say(`Not saved to a file. ${explainCall(asApiError(error))}`);
      }
    },
    load() {
      openFile({
        largest: LARGEST_FILE,
        onProblem: refuse,
        onText: (text) => {
          const found = gameFromFile(text);
          if ('problem' in found) refuse(found.problem);
          else onLoaded(found);
        },
      });
    },
  };
}
