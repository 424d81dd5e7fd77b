/** @import { Check } from './checks.js' */
/** @import { Flag, PlaceId, State, Turn } from '../types.js' */
import { dayOf } from '../world/clock.js';
import { startFight } from '../fights/combat.js';
import { roll } from '../dice.js';
import { heal } from './healing.js';
import { gainXp } from './progress.js';
import { earn, emit, gain, mark, say, set } from '../turn.js';
import { place } from '../world/world.js';

/**
 * @param {PlaceId} id
 * @param {Flag} [until] the flag that ends it
 * @returns {(s: State) => boolean}
 */
const at = (id, until) => (s) => s.place === id && !(until && s.flags[until]);

/**
 * @param {Turn} t
 * @param {number} amount
 * @param {string} how
 */
function bruise(t, amount, how) {
  const { hero } = t.s;
  const done = Math.min(amount, hero.hp - 1);
  hero.hp -= done;
  emit(t, { type: 'damaged', text: `${how} (${done} damage)`, tone: 'bad', amount: done });
}

/** @type {readonly Check[]} */
export const CHECKS = [
  {
    id: 'hide',
    at: (s) => !place(s.place).safe && !s.hidden,
    label: 'Go softly',
    skill: 'Stealth',
    against: 14,
    won: (t) => {
      t.s.hidden = true;
      say(t, 'You let the dark have your outline. What comes next will not see you first.', 'good');
    },
    lost: (t) => say(t, 'Your buckle finds the only stone in reach. Clink.'),
  },
  {
    id: 'haggle',
    at: (s) => s.place === 'market' && s.haggled !== dayOf(s),
    label: 'Charm the stallholders',
    skill: 'Persuasion',
    against: 14,
    daily: true,
    won: (t) => {
      t.s.haggled = dayOf(t.s);
      say(t, 'A joke here, an onion praised there. Today the whole village will ask you a fifth less.', 'good');
    },
    lost: (t) => say(t, 'You praise the wrong onion. No bargains today.'),
  },
  {
    id: 'cat',
    at: (s) => s.place === 'cemetery' && !!s.flags.catAsked && !s.flags.catFound,
    label: 'Coax the cat down',
    skill: 'Animal Handling',
    against: 11,
    won: (t) => {
      set(t, 'catFound');
      mark(t, 'cat-found');
      say(t, 'Cinder descends, as if it had been her idea, and goes to sleep in your pack.', 'good');
    },
    lost: (t) => say(t, 'Cinder climbs one branch higher and washes a foot at you.'),
  },
  {
    id: 'crypt',
    at: at('cemetery', 'cryptOpen'),
    label: 'Pick the lock of the crypt',
    skill: 'Sleight of Hand',
    against: 15,
    won: (t) => {
      set(t, 'cryptOpen');
      say(t, 'The lock gives, with a cough of rust. Someone was buried with his savings.');
      earn(t, 14 + roll(t.dice, 2, 6));
      gain(t, 'potion');
      gainXp(t, 25);
    },
    lost: (t, by) => {
      say(t, 'A pick slips. The noise goes down a long way.');
      if (by >= 5) startFight(t, 'skeleton');
    },
  },
  {
    id: 'forage',
    at: at('forest'),
    label: 'Forage',
    skill: 'Survival',
    against: 12,
    daily: true,
    won: (t) => {
      say(t, 'Mushrooms, the good sort, and a snared hare somebody forgot.');
      gain(t, 'ration');
    },
    lost: (t) => say(t, 'Mushrooms, the other sort. You wipe your hands for some time.'),
  },
  {
    id: 'spring',
    at: at('grove'),
    label: "Read the spring's old signs, and drink",
    skill: 'Arcana',
    against: 11,
    daily: true,
    won: (t) =>
      heal(
        t,
        roll(t.dice, 3, 8) + 4,
        'You say the word on the rim. The water answers, and runs through every hurt you have',
      ),
    lost: (t) => heal(t, 3, 'The water is merely water, and cold, and good'),
  },
  {
    id: 'strongbox',
    at: at('bandits', 'strongboxOpen'),
    label: 'Pick the strongbox',
    skill: 'Sleight of Hand',
    against: 16,
    won: (t) => {
      set(t, 'strongboxOpen');
      say(t, 'Nine pins, one of them lying. You persuade it.');
      earn(t, 25 + roll(t.dice, 2, 8));
      gainXp(t, 25);
    },
    lost: (t, by) => {
      say(t, 'The lock bites your pick.');
      if (by >= 6) startFight(t, 'goblin');
    },
  },
  {
    id: 'cache',
    at: at('cave', 'cacheFound'),
    label: 'Follow the scratches',
    skill: 'Perception',
    against: 14,
    dark: true,
    won: (t) => {
      set(t, 'cacheFound');
      say(t, "Third stone from the floor. Behind it a niche, and someone's careful little hoard.");
      earn(t, 10 + roll(t.dice, 2, 6));
      gain(t, 'potion');
      gainXp(t, 25);
    },
    lost: (t, by) => {
      say(t, 'You count scratches until they start to move.');
      if (by >= 7) startFight(t, 'orc');
    },
  },
  {
    id: 'outsiders',
    at: at('entrance', 'outsidersTrust'),
    label: 'Win the miners over',
    skill: 'Persuasion',
    against: 13,
    daily: true,
    won: (t) => {
      set(t, 'outsidersTrust');
      say(t, '"Take it," says the eldest. "We were saving it for when one of us got brave."');
      gain(t, 'potion');
      gain(t, 'ration');
    },
    lost: (t) => say(t, 'They have heard speeches. The last speech is still down there.'),
  },
  {
    id: 'tracks',
    at: at('junction', 'tracksRead'),
    label: 'Read the tracks',
    skill: 'Survival',
    against: 12,
    dark: true,
    won: (t) => {
      set(t, 'tracksRead');
      t.s.scouted.push(.../** @type {PlaceId[]} */ (['crystal', 'passage', 'camp', 'tunnel', 'river', 'deep']));
      say(t, 'Boots, carts, claws: you read where each came from, and your map fills in.', 'good');
      gainXp(t, 20);
    },
    lost: (t) => say(t, 'Too many feet, and too much running.'),
  },
  {
    id: 'shard',
    at: at('crystal', 'shardTaken'),
    label: 'Work the loose shard free',
    skill: 'Sleight of Hand',
    against: 14,
    won: (t) => {
      set(t, 'shardTaken');
      gain(t, 'shard', 'It slides out into your palm, ringing: a Crystal Shard.');
    },
    lost: (t) => bruise(t, t.dice.d(4), 'The edge opens your finger before you feel it.'),
  },
  {
    id: 'scratching',
    at: (s) => s.place === 'passage' && !s.hidden,
    label: 'Listen to the scratching',
    skill: 'Perception',
    against: 13,
    daily: true,
    won: (t) => {
      t.s.hidden = true;
      say(t, 'You learn its rhythm, and step only when it does. Nothing here can hear you now.', 'good');
      gainXp(t, 10);
    },
    lost: (t) => say(t, 'It seems to come from everywhere, including your own sleeve.'),
  },
  {
    id: 'search',
    at: at('camp', 'campSearched'),
    label: 'Search the tents',
    skill: 'Investigation',
    against: 13,
    dark: true,
    won: (t) => {
      set(t, 'campSearched');
      say(t, "In a boot, in a sock, in a tobacco tin: a miner's savings. You leave the carved horse.");
      earn(t, 8 + roll(t.dice, 1, 8));
      gain(t, 'ration');
    },
    lost: (t) => say(t, 'Socks. An astonishing number of socks.'),
  },
  {
    id: 'tend',
    at: (s) => s.place === 'camp' && !!s.flags.noteRead && !s.flags.minersHome && !s.flags.survivorTended,
    label: "Tend Wat's leg",
    skill: 'Medicine',
    against: 12,
    daily: true,
    won: (t) => {
      set(t, 'survivorTended');
      mark(t, 'tended');
      say(t, 'You reset the splint. Wat swears in three languages, then sleeps, for the first time in days.', 'good');
      gainXp(t, 40);
    },
    lost: (t) => say(t, '"No offence," says Wat through his teeth, "but stop."'),
  },
  {
    id: 'ledge',
    at: at('river', 'ledgeFound'),
    label: 'Climb out to the ledge',
    skill: 'Athletics',
    against: 13,
    won: (t) => {
      set(t, 'ledgeFound');
      say(t, 'Hand, foot, hand. You hook the satchel with your chin and crawl back, extremely alive.');
      earn(t, 12 + roll(t.dice, 1, 8));
      gain(t, 'potion');
    },
    lost: (t) => bruise(t, t.dice.d(6), 'The river takes you round the cave once and hands you back.'),
  },
  {
    id: 'carvings',
    at: (s) => s.place === 'deep' && !s.flags.stoneTaken && !s.flags.carvingsRead,
    label: 'Study the carvings',
    skill: 'Arcana',
    against: 12,
    daily: true,
    won: (t) => {
      set(t, 'carvingsRead');
      say(t, 'One figure, over and over: a man of stone, bound at the ankles. Now you know where he is weak.', 'good');
      gainXp(t, 20);
    },
    lost: (t) => say(t, 'Men, or mountains. The carver saw little difference.'),
  },
];
