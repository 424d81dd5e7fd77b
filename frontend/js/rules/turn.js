/** @import { Flag, GameEvent, ItemId, State, Tone, Turn } from './types.js' */
import { dayOf, hourOf } from './world/clock.js';
import { itemName } from './hero/items.js';
import { nextWeather, turnsOfSky, weatherText } from './world/weather.js';
import { regionOf } from './world/world.js';

/**
 * @param {Turn} t
 * @param {string} text
 * @param {Tone} [tone]
 */
export function say(t, text, tone = 'narration') {
  t.events.push({ type: 'text', text, tone });
}

/**
 * @param {Turn} t
 * @param {GameEvent} event
 */
export function emit(t, event) {
  t.events.push(event);
}

/**
 * Lets time pass: the hour may change, and the sky.
 * @param {Turn} t
 * @param {number} minutes
 */
export function passTime(t, minutes) {
  const { s } = t;
  const [before, hour, sky] = [s.minutes, hourOf(s), s.weather];
  s.minutes += minutes;
  for (let i = turnsOfSky(before, s.minutes); i > 0; i -= 1) s.weather = nextWeather(s.weather, t.dice);
  const above = regionOf(s.place) === 'surface';
  if (hourOf(s) !== hour) emit(t, { type: 'time', text: above ? HOUR_TEXT[hourOf(s)] : '', tone: 'narration' });
  if (s.weather !== sky) emit(t, { type: 'weather', text: above ? weatherText(s.weather) : '', tone: 'narration' });
}

const HOUR_TEXT = {
  dawn: 'Dawn comes up grey, then gold.',
  day: 'The day is fully here.',
  dusk: 'The light drains westward. Dusk.',
  night: 'Night closes over the valley.',
};

/**
 * Records once that something happened.
 * @param {Turn} t
 * @param {string} what
 */
export function mark(t, what) {
  const { s } = t;
  if (s.marks.some((m) => m.what === what)) return;
  s.marks.push({ what, day: dayOf(s), hour: hourOf(s), place: s.place });
}

/**
 * @param {State} s
 * @param {ItemId} id
 */
export function countOf(s, id) {
  return s.inventory.find((stack) => stack.id === id)?.count ?? 0;
}

/**
 * @param {State} s
 * @param {ItemId} id
 */
export function has(s, id) {
  return countOf(s, id) > 0;
}

/**
 * @param {Turn} t
 * @param {ItemId} id
 * @param {string} [text]
 */
export function gain(t, id, text = `You now carry: ${itemName(id)}.`) {
  const stack = t.s.inventory.find((one) => one.id === id);
  if (stack) stack.count += 1;
  else t.s.inventory.push({ id, count: 1 });
  emit(t, { type: 'item-gained', text, tone: 'good', item: id });
}

/**
 * @param {Turn} t
 * @param {ItemId} id
 * @param {string} [text]
 */
export function lose(t, id, text = '') {
  const stack = t.s.inventory.find((one) => one.id === id);
  if (!stack) return;
  stack.count -= 1;
  t.s.inventory = t.s.inventory.filter((one) => one.count > 0);
  emit(t, { type: 'item-lost', text, tone: 'narration', item: id });
}

/**
 * @param {Turn} t
 * @param {number} amount
 * @param {string} [text]
 */
export function earn(t, amount, text = `You gain ${amount} gold.`) {
  if (amount <= 0) return;
  t.s.hero.gold += amount;
  t.s.tally.goldEarned += amount;
  emit(t, { type: 'gold', text, tone: 'good', amount });
}

/**
 * @param {Turn} t
 * @param {number} amount
 */
export function pay(t, amount) {
  t.s.hero.gold -= amount;
  t.s.tally.goldSpent += amount;
  emit(t, { type: 'gold', text: '', tone: 'narration', amount: -amount });
}

/**
 * @param {Turn} t
 * @param {Flag} flag
 */
export function set(t, flag) {
  t.s.flags[flag] = true;
}
