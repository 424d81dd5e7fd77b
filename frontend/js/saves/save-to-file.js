/** @import { State } from '../rules/types.js' */
/** @import { Line } from '../game/log-lines.js' */
import { revive } from '../rules/index.js';
import { isRecord, parse } from '../rules/state/validate.js';
import { unpackSave } from './save-file.js';

/** The file's format. A newer page may write a higher version. */
const GAME = 'emberpeak';
const VERSION = 1;

/** Hundreds of times a save's size. A larger file is not a save and takes long to read. */
export const LARGEST_FILE = 4 * 2 ** 20;

/**
 * @typedef {{ state: State, lines: Line[] }} Loaded
 *
 * @param {Record<string, unknown>} save as it is kept by the server
 * @param {Date} now
 * @returns {{ name: string, text: string }}
 */
export function fileOf(save, now) {
  const { label, state, log } = save;
  const words = String(label ?? 'adventure')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const file = { game: GAME, version: VERSION, saved_at: now.toISOString(), label, state, log };
  return { name: `emberpeak-${words.slice(0, 60)}.json`, text: `${JSON.stringify(file, null, 1)}\n` };
}

/**
 * Reads a file that anybody may have made or edited.
 * @param {string} text
 * @returns {Loaded | { problem: string }} where it cannot be loaded, one sentence that says why
 */
export function gameFromFile(text) {
  const found = parse(text.replace(/^\ufeff/, ''));
  if (!isRecord(found)) return { problem: 'This file is not a saved game: it cannot be read.' };
  if (found.game !== undefined && found.game !== GAME) return { problem: 'This file is of another game.' };
  if (typeof found.version === 'number' && found.game === GAME && found.version > VERSION)
    return { problem: 'This file was saved by a newer version of the game. Reload the page, then try again.' };
  const state = found.state === undefined ? revive(found) : null;
  const loaded = state ? { state, lines: [] } : unpackSave(found);
  return loaded ?? { problem: 'This file holds no adventure that can be played.' };
}
