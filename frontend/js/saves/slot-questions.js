/** @import { SavedGame } from '../api/api.js' */
/** @import { Conflict } from './save-keeper.js' */
import { ask } from '../ui/dialogs.js';

/**
 * Asks which slot a new adventure takes. Nothing is replaced without asking.
 * @param {readonly { slot: string, save: SavedGame|null }[]} slots
 * @param {string|null} playing
 * @param {string|null} running label of the adventure in this tab
 * @param {boolean} fromFile
 * @returns {Promise<string|null>} null if the player cancels
 */
export function askWhereToBegin(slots, playing, running, fromFile) {
  const free = slots.filter(({ slot, save }) => save === null && slot !== playing);
  const used = slots.filter(({ slot, save }) => save !== null || slot === playing);
  const nameOf = (/** @type {{ slot: string, save: SavedGame|null }} */ { slot, save }) =>
    (slot === playing ? running : save?.label) ?? 'an adventure without a name';
  /** @type {{ value: string|null, label: string }[]} */
  const answers = [
    ...free
      .slice(0, 1)
      .map(({ slot }) => ({ value: slot, label: `${fromFile ? 'Keep it' : 'Begin'} in empty slot ${slot}` })),
    ...used.map((one) => ({ value: one.slot, label: `Replace slot ${one.slot}: ${nameOf(one)}` })),
    { value: null, label: 'Cancel' },
  ];
  const what = fromFile ? 'The adventure from the file' : 'The new adventure';
  const text =
    free.length > 0
      ? `Other adventures are saved. ${what} can have a slot of its own.`
      : `All slots are in use. ${what} will replace one of these.`;
  const title = fromFile ? 'Load the adventure from the file?' : 'Begin a new adventure?';
  return ask({ title, text, answers, otherwise: null });
}

/**
 * @param {string} slot
 * @param {string|null} free
 * @param {Conflict} conflict
 * @returns {Promise<'theirs'|'mine'|'both'|'later'>}
 */
export function askAboutConflict(slot, free, conflict) {
  if (conflict === 'gone') return askAboutEmptied(slot);
  const wasEmpty = conflict === 'taken';
  return ask({
    title: wasEmpty ? 'This slot is taken' : 'Another tab has played on',
    text:
      `Slot ${slot} ${wasEmpty ? 'holds another adventure' : 'was changed by another tab or window'}. ` +
      'Which adventure do you want to keep?',
    answers: [
      {
        value: /** @type {const} */ ('theirs'),
        label: wasEmpty ? 'Continue the one in the slot' : "Take over the other tab's game",
      },
      { value: /** @type {const} */ ('mine'), label: 'Overwrite with this one' },
      ...(free ? [{ value: /** @type {const} */ ('both'), label: `Keep both: save this one in slot ${free}` }] : []),
    ],
    otherwise: /** @type {const} */ ('later'),
  });
}

/**
 * @param {string} slot
 * @returns {Promise<'mine'|'later'>}
 */
function askAboutEmptied(slot) {
  return ask({
    title: 'This slot is empty now',
    text:
      `What was saved in slot ${slot} is gone: another tab or window has deleted it, ` +
      "or the browser's cookies were cleared. " +
      'Save this adventure there again?',
    answers: [
      { value: /** @type {const} */ ('mine'), label: `Save it in slot ${slot} again` },
      { value: /** @type {const} */ ('later'), label: 'Decide later' },
    ],
    otherwise: /** @type {const} */ ('later'),
  });
}

/**
 * @param {string} slot
 * @returns {Promise<boolean>}
 */
export function askToDelete(slot) {
  return ask({
    title: `Delete slot ${slot}?`,
    text: 'This adventure will be gone for good.',
    answers: [
      { value: true, label: 'Delete it' },
      { value: false, label: 'Keep it' },
    ],
    otherwise: false,
  });
}
