/** @import { Action, ItemId, State, Turn } from '../types.js' */
import { endRound } from '../fights/combat.js';
import { deedChoices, doDeed } from '../deeds.js';
import { FIGHT_ITEMS, throwRope, thrustTorch } from '../fights/fight-items.js';
import { drinkPotion } from './healing.js';
import { item, itemName } from './items.js';
import { has, passTime, say } from '../turn.js';

/**
 * @typedef {{ label: string, enabled: boolean, reason: string, action: Action }} Use
 */

/** What each item does outside a fight, if it does anything. @type {Partial<Record<ItemId, string>>} */
const DEED_OF = { rope: 'clear-rubble', stone: 'seal-rune', planks: 'mend-bridge' };

/** @type {Partial<Record<ItemId, string>>} */
const FIGHT_LABEL = { potion: 'Drink a Healing Potion', torch: 'Thrust the torch', rope: 'Throw the rope' };

/**
 * How an item can be used now; null for items that are only carried.
 * @param {State} s
 * @param {ItemId} id
 * @returns {Use|null}
 */
export function useOf(s, id) {
  const { kind } = item(id);
  if (s.ended) return null;
  if (s.fight) return inFight(s, id);
  if (id === 'potion') return use(id, 'Drink', s.hero.hp < s.hero.maxHp ? '' : 'You are not hurt; it would be wasted.');
  if (kind === 'weapon') return use(id, 'Wield', s.hero.weapon === id ? 'It is in your hand.' : '');
  if (kind === 'armour') return use(id, 'Wear', s.hero.armour === id ? 'You are wearing it.' : '');
  if (id === 'note') return use(id, 'Read', '');
  const deed = DEED_OF[id];
  if (!deed) return null;
  const offered = deedChoices(s).find((choice) => choice.id === `deed:${deed}`);
  return use(id, 'Use', offered ? offered.reason : 'There is no use for it here.');
}

/**
 * @param {State} s
 * @param {ItemId} id
 * @returns {Use|null}
 */
function inFight(s, id) {
  if (!FIGHT_ITEMS.includes(id)) return null;
  const whole = id === 'potion' && s.hero.hp === s.hero.maxHp && !s.fight?.poison;
  return use(id, FIGHT_LABEL[id] ?? 'Use', whole ? 'You are not hurt; it would be wasted.' : '');
}

/**
 * @param {ItemId} id
 * @param {string} label
 * @param {string} reason
 * @returns {Use}
 */
function use(id, label, reason) {
  return { label, enabled: reason === '', reason, action: { type: 'use', item: id } };
}

/**
 * @param {State} s
 * @param {ItemId} id
 * @returns {string} why it cannot be used; '' if it can
 */
export function whyNotUse(s, id) {
  if (!has(s, id)) return 'You carry no such thing.';
  const offered = useOf(s, id);
  return offered ? offered.reason : `You can do nothing with the ${itemName(id)} now.`;
}

/**
 * @param {Turn} t
 * @param {ItemId} id
 */
export function useItem(t, id) {
  const { s } = t;
  if (id === 'torch') return thrustTorch(t);
  if (id === 'rope' && s.fight) return throwRope(t);
  if (id === 'note') return say(t, item('note').text);
  const deed = DEED_OF[id];
  if (deed) return doDeed(t, deed);
  if (id === 'potion') drinkPotion(t);
  else wear(t, id);
  passTime(t, 1);
  return s.fight ? endRound(t) : undefined;
}

/**
 * @param {Turn} t
 * @param {ItemId} id
 */
function wear(t, id) {
  const thing = item(id);
  if (thing.kind === 'weapon') t.s.hero.weapon = id;
  if (thing.kind === 'armour') t.s.hero.armour = id;
  say(t, thing.kind === 'weapon' ? `The ${thing.name} is in your hand.` : `You buckle on the ${thing.name}.`);
}
