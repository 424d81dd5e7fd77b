/** @import { Batch } from './batches.js' */
/** @import { Entry } from './find-entries.js' */
import { keysOf } from './batches.js';
import { bytesOf } from './old-storage.js';

/**
 * What the server said about one entry. Only `isStored` entries may ever be removed.
 * @typedef {{ isStored: true, isNew: boolean } | { isStored: false, error: string }} Verdict
 *
 * @typedef {object} Answer
 * @property {{ key: string, outcome: string, source_hash: string }[]} results
 * @property {{ key: string, error: string }[]} errors
 * @property {string[]} notes
 * @property {string|null} saved_game_slot
 *
 * @typedef {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} Hash
 */

const SILENCE = 'The server did not say whether it has this picture.';
const DIFFERS = 'The server has other bytes than this browser, so the picture stays here.';

/**
 * The parts of an answer that have the right types.
 * @param {any} data
 * @returns {Answer}
 */
export function answerFrom(data) {
  const list = (/** @type {unknown} */ value) => (Array.isArray(value) ? value : []);
  const slot = data?.saved_game_slot;
  return {
    // A dry run has stored nothing, whatever it lists.
    results: data?.dry_run === true ? [] : list(data?.results).filter((one) => typeof one?.source_hash === 'string'),
    errors: list(data?.errors).map((one) => ({ key: String(one?.key), error: String(one?.error) })),
    notes: list(data?.notes).map(String),
    saved_game_slot: typeof slot === 'string' ? slot : null,
  };
}

/**
 * Compares what the server stored with the browser's copy, by SHA-256.
 * @param {Batch} batch
 * @param {Answer} answer
 * @param {Hash} hash
 * @returns {Promise<Map<Entry, Verdict>>} one for each entry of the batch
 */
export async function judge({ entries }, { results, errors }, hash) {
  /** @type {Map<Entry, Verdict>} */
  const verdicts = new Map();
  const stored = new Map(results.map((one) => [one.key, one]));
  const refused = new Map(errors.map(({ key, error }) => [key, error]));
  for (const [key, entry] of keysOf(entries) ?? []) {
    const result = stored.get(key);
    const bytes = result && !refused.has(key) ? bytesOf(entry.payload) : null;
    const isProven = bytes !== null && (await hash(bytes)) === result?.source_hash;
    if (!result || refused.has(key)) verdicts.set(entry, { isStored: false, error: refused.get(key) ?? SILENCE });
    else if (!isProven) verdicts.set(entry, { isStored: false, error: DIFFERS });
    else verdicts.set(entry, { isStored: true, isNew: result.outcome !== 'already_there' });
  }
  for (const entry of entries) if (!verdicts.has(entry)) verdicts.set(entry, { isStored: false, error: SILENCE });
  return verdicts;
}

/**
 * Whether the slot holds the old saved game as the browser has it.
 * @param {string} game
 * @param {any} body of the slot
 */
export function isSameGame(game, body) {
  try {
    return canonical(JSON.parse(game)) === canonical(body?.state);
  } catch {
    return false;
  }
}

/**
 * @param {unknown} value
 * @returns {string} equal for objects that differ only in the order of their members
 */
function canonical(value) {
  return (
    JSON.stringify(value, (_, one) =>
      typeof one === 'object' && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
        : one,
    ) ?? ''
  );
}
