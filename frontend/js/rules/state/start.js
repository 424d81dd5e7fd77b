/** @import { State } from '../types.js' */
import { START_MINUTES } from '../world/clock.js';
import { START_HP, START_LEVEL, START_XP } from '../hero/progress.js';
import { START } from '../world/world.js';

/** Raised when an old save can no longer be read as it is. 1 was the old game. */
export const VERSION = 2;

/**
 * A run before its first turn.
 * @returns {State}
 */
export function blankState() {
  return {
    version: VERSION,
    hero: {
      name: 'Hero',
      className: 'Rogue',
      level: START_LEVEL,
      xp: START_XP,
      hp: START_HP,
      maxHp: START_HP,
      gold: 15,
      abilities: { str: 14, dex: 18, con: 12, int: 10, wis: 13, cha: 16 },
      weapon: 'dagger',
      armour: null,
    },
    inventory: [
      { id: 'dagger', count: 1 },
      { id: 'lockpicks', count: 1 },
      { id: 'rope', count: 1 },
      { id: 'torch', count: 1 },
    ],
    place: START,
    turn: 0,
    minutes: START_MINUTES,
    weather: 'light rain',
    visits: { [START]: 1 },
    scouted: [],
    flags: {},
    memory: {},
    tried: {},
    beaten: {},
    tally: {
      moves: 0,
      encounters: 0,
      deaths: 0,
      escapes: 0,
      rests: 0,
      potions: 0,
      goldEarned: 0,
      goldSpent: 0,
      checksWon: 0,
      checksLost: 0,
      criticals: 0,
      spared: 0,
    },
    marks: [],
    fight: null,
    talk: null,
    choosing: false,
    shop: null,
    hidden: false,
    quiet: 2,
    haggled: null,
    ended: false,
    startedAt: null,
    endedAt: null,
  };
}
