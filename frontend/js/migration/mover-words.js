/** @import { ApiError } from '../api/http.js' */
/** @import { Found } from './find-entries.js' */
/** @import { Progress } from './mover.js' */
import { explain } from '../api/words.js';

const SAFE = 'Nothing is lost; you can continue from here.';

/**
 * Why the move stopped, or why the server refused an entry.
 * @param {ApiError} error
 */
export function whyStopped(error) {
  if (error.status === 413) return 'It is too large for the server.';
  if (error.status === 422 || error.status === 400) return 'The server cannot read this entry.';
  if (error.status === 503 || error.status === 504) return `The server is busy just now. ${SAFE}`;
  return `${explain(error)} ${SAFE}`;
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [more]
 */
export function counted(count, one, more = `${one}s`) {
  return `${count} ${count === 1 ? one : more}`;
}

/**
 * What the old game left in this browser.
 * @param {Found} found
 */
export function foundWords({ entries, scenes, items, game, broken, size }) {
  const ofItems = entries.length - scenes;
  const kinds = [
    ofItems > 0 ? `${ofItems} of ${counted(items, 'item')}` : '',
    scenes > 0 ? counted(scenes, 'scene') : '',
  ]
    .filter(Boolean)
    .join(', ');
  const parts = [
    entries.length > 0 ? `${counted(entries.length, 'picture')} (${kinds})` : '',
    game === null ? '' : 'a saved game',
    broken.length > 0 ? counted(broken.length, 'damaged entry', 'damaged entries') : '',
  ].filter(Boolean);
  return `${parts.join(', ')}; ${sizeWords(size)}`;
}

/** @param {number} size */
export function sizeWords(size) {
  return size < 2 ** 20 * 0.1 ? `${Math.max(1, Math.round(size / 1024))} KB` : `${(size / 2 ** 20).toFixed(1)} MB`;
}

/**
 * The result so far.
 * @param {Progress} progress
 */
export function resultWords({ moved, already, bad, phase, freed, hasLeftovers }) {
  const parts = [
    `Moved: ${moved}.`,
    `Already there: ${already}.`,
    bad.length > 0 ? `Cannot be moved: ${bad.length}.` : '',
  ];
  if (phase === 'freed') {
    return `${counted(freed, 'entry', 'entries')} removed from this browser. ${
      hasLeftovers ? 'What could not be moved has stayed.' : 'Nothing is left here.'
    }`;
  }
  if (phase === 'done') parts.push('The server has answered for everything.');
  return parts.filter(Boolean).join(' ');
}
