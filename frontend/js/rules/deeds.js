/** @import { Choice, State, Turn } from './types.js' */
import { COST } from './world/clock.js';
import { startFight } from './fights/combat.js';
import { roll } from './dice.js';
import { gainXp } from './hero/progress.js';
import { progressQuests } from './quests.js';
import { emit, gain, has, lose, mark, passTime, say, set } from './turn.js';

/**
 * Deeds: they are possible in one place, and always succeed.
 * @typedef {object} Deed
 * @property {string} id
 * @property {string} label
 * @property {(s: State) => boolean} at
 * @property {(s: State) => string} lacks What is missing; '' where nothing is.
 * @property {(t: Turn) => void} act
 */

const nothing = () => '';

/** @type {readonly Deed[]} */
const DEEDS = [
  {
    id: 'take-planks',
    label: 'Take the oak planks',
    at: (s) => s.place === 'bandits' && !s.flags.planksTaken,
    lacks: nothing,
    act: (t) => {
      set(t, 'planksTaken');
      gain(t, 'planks', 'You strap the six oak planks to your back. You are now wider than most doors.');
    },
  },
  {
    id: 'mend-bridge',
    label: 'Mend the bridge',
    at: (s) => (s.place === 'bridge' || s.place === 'grove') && !s.flags.bridgeMended,
    lacks: (s) => (has(s, 'planks') ? '' : 'You have no planks.'),
    act: (t) => {
      lose(t, 'planks');
      say(
        t,
        'Tied to your own rope, you crawl out over nothing and lay the boards, one by one. The sixth one fits.',
        'good',
      );
      progressQuests(t, () => set(t, 'bridgeMended'));
    },
  },
  {
    id: 'read-note',
    label: 'Take the page from the pole',
    at: (s) => s.place === 'camp' && !s.flags.noteRead,
    lacks: nothing,
    act: (t) => {
      set(t, 'noteRead');
      mark(t, 'note');
      gain(
        t,
        'note',
        'You take down the Miner\'s Note: "The roof came down by the west tunnel. We hear Garrett ' +
          'knocking. Bring rope."',
      );
      gainXp(t, 25);
      say(t, 'In the last tent, somebody coughs.');
    },
  },
  {
    id: 'clear-rubble',
    label: 'Clear the rubble with the rope',
    at: (s) => s.place === 'tunnel' && !s.flags.rubbleCleared,
    lacks: (s) => (has(s, 'rope') ? '' : 'You have no rope.'),
    act: clearRubble,
  },
  {
    id: 'take-stone',
    label: 'Take the Sealing Stone',
    at: (s) => s.place === 'deep' && !!s.flags.minersFree && !s.flags.stoneTaken,
    lacks: nothing,
    act: takeStone,
  },
  {
    id: 'seal-rune',
    label: 'Seal the rune with the Stone',
    at: (s) => s.place === 'rune' && !s.flags.runeSealed,
    lacks: (s) => (has(s, 'stone') ? '' : 'You have nothing that fits the socket.'),
    act: (t) => {
      lose(t, 'stone');
      say(
        t,
        "You let the Stone go. It crosses the last hand's breadth alone, and drops home with the sound " +
          'of a door, far down, being shut.',
        'good',
      );
      progressQuests(t, () => set(t, 'runeSealed'));
      finish(t);
    },
  },
];

/** @param {Turn} t */
function clearRubble(t) {
  const { s } = t;
  say(
    t,
    'You loop the rope about the key stone, walk it back, and throw your weight on it. Nothing; nothing; ' +
      'then the whole fall roars down about you.',
  );
  if (s.flags.fighter) say(t, 'Bryn has you by the collar, and out of it, before the dust does.');
  else {
    const done = Math.min(roll(t.dice, 1, 4), s.hero.hp - 1);
    s.hero.hp -= done;
    emit(t, {
      type: 'damaged',
      text: `A stone the size of a loaf finds your shoulder (${done} damage).`,
      tone: 'bad',
      amount: done,
    });
  }
  mark(t, 'rubble');
  set(t, 'rubbleCleared');
  say(t, 'When you can see again there is a gap, and in the gap a hand. The way north is open.', 'good');
}

/** @param {Turn} t */
function takeStone(t) {
  set(t, 'stoneTaken');
  mark(t, 'stone');
  gain(t, 'stone', 'Second pin, first pin, kick. The chain runs out, and the Sealing Stone comes down into your arms.');
  gainXp(t, 100);
  say(t, 'And the wall that used to look at it looks at you.', 'bad');
  startFight(t, 'revenant', true);
  if (t.s.fight && t.s.flags.carvingsRead) {
    t.s.fight.held = 2;
    say(t, 'The carvings were right: its ankles are fast in the rock. You have a moment.', 'good');
  }
}

/**
 * @param {State} s
 * @returns {Choice[]}
 */
export function deedChoices(s) {
  return DEEDS.filter((deed) => deed.at(s)).map(({ id, label, lacks }) => ({
    id: `deed:${id}`,
    label,
    enabled: lacks(s) === '',
    reason: lacks(s),
    action: { type: 'deed', deed: id },
  }));
}

/**
 * @param {Turn} t
 * @param {string} id
 */
export function doDeed(t, id) {
  const deed = DEEDS.find((one) => one.id === id && one.at(t.s));
  if (!deed) return;
  passTime(t, COST.deed);
  deed.act(t);
}

/** The rune is sealed, and the game is over. @param {Turn} t */
export function finish(t) {
  const { s } = t;
  s.ended = true;
  s.endedAt = t.now;
  const text =
    'The red light goes out of the mountain like breath out of a sleeper. Emberpeak is only a hill ' +
    'again. You have won.';
  emit(t, { type: 'ended', text, tone: 'good' });
}
