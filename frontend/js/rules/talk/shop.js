/** @import { Choice, ItemId, PersonId, State, Turn } from '../types.js' */
import { COST, dayOf } from '../world/clock.js';
import { item, itemName } from '../hero/items.js';
import { countOf, earn, gain, has, lose, passTime, pay, say } from '../turn.js';

/**
 * What each keeper sells, and for how much.
 * @type {Partial<Record<PersonId, readonly (readonly [ItemId, number])[]>>}
 */
const WARES = {
  merchant: [
    ['potion', 20],
    ['ration', 4],
  ],
  vendor: [
    ['ration', 3],
    ['potion', 18],
  ],
  weaponsmith: [['shortsword', 25]],
  trader: [
    ['torch', 2],
    ['lockpicks', 10],
    ['planks', 10],
  ],
  smith: [
    ['blade', 60],
    ['studded', 40],
  ],
};

/** The hero needs only one of each of these. */
const SINGLE = new Set(['lockpicks', 'torch', 'planks', 'shortsword', 'blade', 'studded']);

/**
 * @param {State} s
 * @param {number} price
 */
export function priceOf(s, price) {
  return s.haggled === dayOf(s) ? Math.max(1, Math.floor(price * 0.8)) : price;
}

/**
 * @param {State} s
 * @returns {Choice[]}
 */
export function shopChoices(s) {
  if (!s.shop) return [];
  /** @type {Choice} */
  const leave = { id: 'leave', label: 'Done trading', enabled: true, reason: '', action: { type: 'leave' } };
  if (s.shop.selling) return [...sales(s), choice('buy-list', 'Buy instead', { type: 'buy-list' }), leave];
  const wares = (WARES[s.shop.keeper] ?? []).map(([id, full]) => {
    const price = priceOf(s, full);
    const reason = whyNot(s, id, price);
    return choice(
      `buy:${id}`,
      `Buy ${itemName(id)} (${item(id).facts}): ${price} gold`,
      { type: 'buy', item: id },
      reason,
    );
  });
  return [...wares, choice('sell-list', 'Sell something', { type: 'sell-list' }), leave];
}

/**
 * @param {string} id
 * @param {string} label
 * @param {Choice['action']} action
 * @param {string} [reason]
 * @returns {Choice}
 */
function choice(id, label, action, reason = '') {
  return { id, label, enabled: reason === '', reason, action };
}

/**
 * @param {State} s
 * @param {ItemId} id
 * @param {number} price
 */
function whyNot(s, id, price) {
  if (SINGLE.has(id) && has(s, id)) return 'You have one already.';
  if (id === 'planks' && s.flags.bridgeMended) return 'The bridge is mended.';
  if (countOf(s, id) >= 9) return 'You can carry no more of those.';
  return s.hero.gold < price ? 'You have not the gold.' : '';
}

/**
 * What can be sold: whatever has a price and is not in use. Nothing that the
 * story needs has one.
 * @param {State} s
 * @returns {Choice[]}
 */
function sales(s) {
  return s.inventory.flatMap(({ id, count }) => {
    const { worth } = item(id);
    if (worth === undefined) return [];
    const reason = count === 1 ? inUse(s, id) : '';
    return [choice(`sell:${id}`, `Sell ${itemName(id)}: ${worth} gold`, { type: 'sell', item: id }, reason)];
  });
}

/**
 * @param {State} s
 * @param {ItemId} id
 */
function inUse({ hero }, id) {
  if (hero.weapon === id) return 'It is in your hand.';
  return hero.armour === id ? 'You are wearing it.' : '';
}

/**
 * @param {Turn} t
 * @param {ItemId} id
 */
export function buy(t, id) {
  const row = (WARES[t.s.shop?.keeper ?? 'guard'] ?? []).find(([ware]) => ware === id);
  if (!row) return;
  passTime(t, COST.trade);
  const price = priceOf(t.s, row[1]);
  pay(t, price);
  gain(t, id, `You buy ${itemName(id)} for ${price} gold.`);
}

/**
 * @param {Turn} t
 * @param {ItemId} id
 */
export function sell(t, id) {
  const { worth } = item(id);
  if (worth === undefined) return;
  passTime(t, COST.trade);
  lose(t, id);
  earn(t, worth, `You sell ${itemName(id)} for ${worth} gold.`);
}

/**
 * @param {Turn} t
 * @param {boolean} selling
 */
export function turnCounter(t, selling) {
  if (!t.s.shop) return;
  t.s.shop = { keeper: t.s.shop.keeper, selling };
  say(t, selling ? '"What have you got?"' : '"What will it be?"', 'speech');
}
