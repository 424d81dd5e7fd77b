/** @import { ItemId } from '../types.js' */

/**
 * @typedef {object} Item
 * @property {ItemId} id
 * @property {string} name The name pictures are filed under; never change one.
 * @property {'weapon'|'armour'|'tool'|'food'|'potion'|'quest'|'treasure'} kind
 * @property {string} facts
 * @property {string} text
 * @property {number} [sides] Damage die.
 * @property {'piercing'|'slashing'} [damage]
 * @property {number} [bonus] To attack rolls, or to armour class.
 * @property {number} [worth] What a keeper pays; without it the item is never sold.
 */

/** @type {readonly Item[]} */
const LIST = [
  {
    id: 'dagger',
    name: 'Dagger',
    kind: 'weapon',
    facts: '1d4 piercing',
    sides: 4,
    damage: 'piercing',
    text: 'A plain blade with a worn grip. It has never let you down, which is more than you can say of people.',
  },
  {
    id: 'lockpicks',
    name: 'Lockpicks',
    kind: 'tool',
    facts: '+2 Sleight of Hand',
    worth: 5,
    text: 'Nine slim picks in a roll of oiled leather. One is bent, from a night you do not discuss.',
  },
  {
    id: 'rope',
    name: 'Rope (50ft)',
    kind: 'tool',
    facts: 'Hauls, binds and climbs',
    text: 'Fifty feet of good hemp. Half of all rescues are just someone who brought rope.',
  },
  {
    id: 'torch',
    name: 'Torch',
    kind: 'tool',
    facts: 'Light; fire in a fight',
    worth: 1,
    text: 'Pitch and rag on an ash stave. Some things below have not seen light in an age, and hate it.',
  },
  {
    id: 'note',
    name: "Miner's Note",
    kind: 'quest',
    facts: 'Quest',
    text:
      'A page in a shaking hand: "The roof came down by the west tunnel. We hear Garrett knocking. ' +
      'Whoever reads this, bring rope. And do not go near the rune. It is singing."',
  },
  {
    id: 'stone',
    name: 'Sealing Stone',
    kind: 'quest',
    facts: 'Quest',
    text: 'A grey disc, heavy as a promise. The groove in it matches a wound you have not seen yet.',
  },
  {
    id: 'potion',
    name: 'Healing Potion',
    kind: 'potion',
    facts: 'Heals 2d4+2',
    worth: 8,
    text: 'Red as a coal in its little bottle, and warm through the glass.',
  },
  {
    id: 'ration',
    name: 'Ration',
    kind: 'food',
    facts: 'Eaten when you make camp',
    worth: 1,
    text: 'Hard bread, hard cheese, harder sausage. It tastes like another day alive.',
  },
  {
    id: 'planks',
    name: 'Oak Planks',
    kind: 'tool',
    facts: 'Could mend a bridge',
    text: 'Six sound boards, strapped for carrying. Someone sawed them; someone else stole them.',
  },
  {
    id: 'shard',
    name: 'Crystal Shard',
    kind: 'treasure',
    facts: 'Worth good gold',
    worth: 25,
    text: 'A splinter of the cavern, blue at the root. It hums when you stop listening.',
  },
  {
    id: 'shortsword',
    name: 'Shortsword',
    kind: 'weapon',
    facts: '1d6 piercing',
    sides: 6,
    damage: 'piercing',
    worth: 10,
    text: 'Straight, honest and sharp at the point. Twice the length of an argument.',
  },
  {
    id: 'blade',
    name: 'Emberforged Blade',
    kind: 'weapon',
    facts: '1d8 slashing, +1 to hit',
    sides: 8,
    damage: 'slashing',
    bonus: 1,
    worth: 25,
    text: 'Iron from the deep seam, folded till it caught the colour of the fire. It cuts where points only rattle.',
  },
  {
    id: 'studded',
    name: 'Studded Leather',
    kind: 'armour',
    facts: 'Armour class +2',
    bonus: 2,
    worth: 15,
    text: 'Black hide and iron studs. It creaks for a week and then forgets to.',
  },
];

/** @type {ReadonlyMap<string, Item>} */
const ITEMS = new Map(LIST.map((item) => [item.id, item]));

/** @type {readonly ItemId[]} */
export const ITEM_IDS = LIST.map(({ id }) => id);

/**
 * @param {ItemId} id
 * @returns {Item}
 */
export function item(id) {
  const found = ITEMS.get(id);
  if (!found) throw new RangeError(`no such item: ${id}`);
  return found;
}

/** @param {ItemId} id */
export function itemName(id) {
  return item(id).name;
}
