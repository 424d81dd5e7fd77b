/** @import { Dice, EnemyId, PlaceId } from '../types.js' */
import { place, regionOf } from '../world/world.js';

/**
 * @typedef {object} Enemy
 * @property {EnemyId} id
 * @property {string} name
 * @property {number} hp
 * @property {number} ac
 * @property {number} attack
 * @property {readonly [number, number, number]} damage count, sides, plus
 * @property {number} xp
 * @property {readonly [number, number]} gold
 * @property {string} arrives
 * @property {string} hits The verb for its blow.
 * @property {string} dies
 */

/** @type {readonly Enemy[]} */
const LIST = [
  {
    id: 'goblin',
    name: 'Goblin',
    hp: 15,
    ac: 13,
    attack: 5,
    damage: [1, 6, 2],
    xp: 35,
    gold: [2, 6],
    arrives: 'A goblin drops out of nowhere, all elbows and knife.',
    hits: "The goblin's knife finds you",
    dies: 'The goblin folds up over its knife.',
  },
  {
    id: 'wolf',
    name: 'Dire Wolf',
    hp: 17,
    ac: 13,
    attack: 5,
    damage: [2, 4, 2],
    xp: 45,
    gold: [1, 4],
    arrives: 'A dire wolf is standing where there was only shadow. It has already chosen its spot.',
    hits: "The wolf's jaws close on you",
    dies: 'The wolf lies down, almost gently, and does not get up.',
  },
  {
    id: 'skeleton',
    name: 'Skeleton',
    hp: 20,
    ac: 13,
    attack: 5,
    damage: [1, 8, 2],
    xp: 50,
    gold: [1, 8],
    arrives: 'Earth shifts. A skeleton gets up, finds its sword, and finds you.',
    hits: 'The rusted sword bites',
    dies: 'The skeleton comes apart into the things it was made of.',
  },
  {
    id: 'orc',
    name: 'Orc',
    hp: 25,
    ac: 13,
    attack: 6,
    damage: [1, 10, 3],
    xp: 70,
    gold: [2, 8],
    arrives: 'An orc steps out and rolls its shoulders, like someone with a job to do.',
    hits: "The orc's axe comes down on you",
    dies: 'The orc looks puzzled, and falls like a door.',
  },
  {
    id: 'bats',
    name: 'Giant Bats',
    hp: 12,
    ac: 14,
    attack: 5,
    damage: [1, 4, 0],
    xp: 40,
    gold: [1, 4],
    arrives: 'The roof lets go. Giant bats fill the air with leather and needles.',
    hits: 'Small teeth nip you',
    dies: 'The last of the bats flaps down like a dropped glove.',
  },
  {
    id: 'corrupted',
    name: 'Corrupted Miner',
    hp: 18,
    ac: 13,
    attack: 5,
    damage: [1, 8, 2],
    xp: 50,
    gold: [1, 8],
    arrives: 'A miner shuffles into your light. His eyes are lit from behind, and red.',
    hits: 'The pick handle cracks against you',
    dies: "The red goes out of the miner's eyes. He looks, at the last, merely tired.",
  },
  {
    id: 'shadow',
    name: 'Shadow Spawn',
    hp: 20,
    ac: 14,
    attack: 5,
    damage: [2, 6, 1],
    xp: 65,
    gold: [2, 6],
    arrives: 'Your shadow stands up, and it is not yours.',
    hits: 'Cold goes through you like a hand through smoke',
    dies: 'The shadow tears down the middle and is only dark.',
  },
  {
    id: 'spider',
    name: 'Giant Spider',
    hp: 22,
    ac: 14,
    attack: 6,
    damage: [1, 8, 2],
    xp: 70,
    gold: [2, 8],
    arrives: 'A thread brushes your face. Above it are eight eyes, in no hurry.',
    hits: "The spider's fangs go in",
    dies: 'The spider closes like a fist, and stays closed.',
  },
  {
    id: 'revenant',
    name: 'Stone Revenant',
    hp: 28,
    ac: 16,
    attack: 7,
    damage: [2, 8, 3],
    xp: 100,
    gold: [3, 8],
    arrives: 'A part of the wall turns its head. A stone revenant pulls one foot out of the rock, then the other.',
    hits: 'A fist like a milestone lands',
    dies: 'The revenant stops, and is a statue, and is rubble.',
  },
];

/** @type {ReadonlyMap<string, Enemy>} */
const ENEMIES = new Map(LIST.map((one) => [one.id, one]));

/** @type {readonly EnemyId[]} */
export const ENEMY_IDS = LIST.map(({ id }) => id);

/** @type {readonly EnemyId[]} */
export const SURFACE_TABLE = ['goblin', 'wolf', 'skeleton', 'orc'];
/** @type {readonly EnemyId[]} */
export const MINES_TABLE = ['bats', 'corrupted', 'shadow', 'spider', 'revenant'];

/** Enemies that slip past the wall into the village. @type {readonly EnemyId[]} */
const PROWLERS = ['goblin', 'goblin', 'goblin', 'wolf'];

/**
 * Enemies that are more common in a place, besides the table of its region.
 * @type {Partial<Record<PlaceId, readonly EnemyId[]>>}
 */
const HAUNTS = {
  cemetery: ['skeleton', 'skeleton', 'skeleton', 'skeleton'],
  forest: ['wolf', 'wolf'],
  bandits: ['goblin', 'goblin', 'orc'],
  cave: ['orc', 'wolf'],
  entrance: ['bats', 'bats', 'corrupted'],
  passage: ['bats', 'spider', 'spider'],
  camp: ['corrupted', 'corrupted'],
  deep: ['shadow', 'revenant'],
  rune: ['shadow', 'shadow'],
};

/**
 * @param {EnemyId} id
 * @returns {Enemy}
 */
export function enemy(id) {
  const found = ENEMIES.get(id);
  if (!found) throw new RangeError(`no such enemy: ${id}`);
  return found;
}

/**
 * @param {PlaceId} at
 * @param {Dice} dice
 * @returns {EnemyId}
 */
export function whoComes(at, dice) {
  const region = regionOf(at) === 'mines' ? MINES_TABLE : SURFACE_TABLE;
  const table = place(at).safe ? PROWLERS : [...region, ...(HAUNTS[at] ?? [])];
  return table[dice.d(table.length) - 1] ?? 'goblin';
}
