/** @import { Flag, QuestId, State, Turn } from './types.js' */
import { gainXp } from './hero/progress.js';
import { emit, mark } from './turn.js';

/**
 * @typedef {object} Quest
 * @property {QuestId} id
 * @property {string} text
 * @property {boolean} main One of the four objectives.
 * @property {number} xp
 * @property {(s: State) => boolean} done
 * @property {(s: State) => boolean} known
 * @property {string} says When it is done.
 * @property {(s: State) => string} hint
 */

const on = (/** @type {Flag} */ flag) => (/** @type {State} */ s) => s.flags[flag] === true;
const always = () => true;

/** @type {readonly Quest[]} */
export const QUESTS = [
  {
    id: 'party',
    text: 'Gather your party',
    main: true,
    xp: 50,
    known: always,
    done: (s) => s.flags.fighter === true && s.flags.rogue === true,
    says: 'Objective complete: Gather your party.',
    hint: () => 'Talk to the Fighter and the Rogue in the Starting Tavern.',
  },
  {
    id: 'mines',
    text: 'Reach the Emberpeak Mines',
    main: true,
    xp: 75,
    known: always,
    done: on('reachedMines'),
    says: 'Objective complete: Reach the Emberpeak Mines.',
    hint: () => 'South through the City Gates and along the Forest Path.',
  },
  {
    id: 'miners',
    text: 'Rescue the trapped miners',
    main: true,
    xp: 200,
    known: always,
    done: on('minersFree'),
    says: 'Objective complete: Rescue the trapped miners.',
    hint: (s) =>
      s.flags.rubbleCleared
        ? 'Talk to the miners behind the gap in the Collapsed Tunnel.'
        : 'Clear the rubble in the Collapsed Tunnel. Rope will do it.',
  },
  {
    id: 'rune',
    text: 'Seal the shattered rune',
    main: true,
    xp: 300,
    known: always,
    done: on('runeSealed'),
    says: 'Objective complete: Seal the shattered rune.',
    hint: (s) =>
      s.flags.stoneTaken
        ? 'Carry the Sealing Stone to the Rune Chamber.'
        : s.flags.minersFree
          ? 'Take the Sealing Stone from the winch in the Deep Chamber.'
          : 'The crew will know what can seal it. Free them first.',
  },
  {
    id: 'cat',
    text: "Find the child's lost cat",
    main: false,
    xp: 60,
    known: on('catAsked'),
    done: on('catHome'),
    says: 'Cinder the cat is home.',
    hint: (s) =>
      s.flags.catFound
        ? 'Bring Cinder to the child in the Town Square. The child is abed at night.'
        : 'Cinder likes high places, and quiet.',
  },
  {
    id: 'bridge',
    text: 'Mend the Old Bridge',
    main: false,
    xp: 60,
    known: (s) => (s.visits.bridge ?? 0) > 0,
    done: on('bridgeMended'),
    says: 'The Old Bridge is mended.',
    hint: () => "Six planks would do. The bridge crew's were stolen; the trader may have more.",
  },
];

/**
 * Sets flags and reports each quest that they complete, once.
 * @param {Turn} t
 * @param {() => void} change
 */
export function progressQuests(t, change) {
  const open = QUESTS.filter((quest) => !quest.done(t.s));
  change();
  for (const quest of open.filter((one) => one.done(t.s))) {
    mark(t, quest.id);
    emit(t, { type: 'quest-done', text: quest.says, tone: 'good', quest: quest.id });
    gainXp(t, quest.xp);
  }
}
