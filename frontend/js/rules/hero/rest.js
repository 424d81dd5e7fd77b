/** @import { State, Turn } from '../types.js' */
import { hourOf, minutesUntil } from '../world/clock.js';
import { roll } from '../dice.js';
import { meet } from '../fights/encounter.js';
import { heal } from './healing.js';
import { modifier } from './progress.js';
import { emit, has, lose, passTime, pay, say } from '../turn.js';
import { place } from '../world/world.js';

export const BED_PRICE = 5;
const CAMP_MINUTES = 4 * 60;
const BED_MINUTES = 8 * 60;

/** Whether it is late enough to sleep until dawn. @param {State} s */
function isLate(s) {
  return hourOf(s) === 'dusk' || hourOf(s) === 'night';
}

/** What resting here would cost, in words. @param {State} s */
export function restOffer(s) {
  if (s.place === 'tavern' && s.hero.gold >= BED_PRICE)
    return `A bed ${isLate(s) ? 'until dawn' : 'for eight hours'}: ${BED_PRICE} gold`;
  if (s.place === 'tavern') return 'The hearth floor for four hours: free, and hard';
  if (has(s, 'ration')) return 'Make camp for four hours: one ration';
  return 'Doze for four hours, hungry';
}

/**
 * A bed costs gold, a camp a ration; both cost time, and out of doors something may come.
 * @param {Turn} t
 */
export function rest(t) {
  t.s.tally.rests += 1;
  t.s.hidden = false;
  if (t.s.place === 'tavern') sleepInTavern(t);
  else makeCamp(t);
}

/** @param {Turn} t */
function sleepInTavern(t) {
  const { hero } = t.s;
  if (hero.gold >= BED_PRICE) {
    pay(t, BED_PRICE);
    emit(t, { type: 'text', text: `You pay ${BED_PRICE} gold, and sleep like the righteous.`, tone: 'narration' });
    passTime(t, isLate(t.s) ? minutesUntil(t.s, 6) : BED_MINUTES);
    heal(t, hero.maxHp, 'You wake whole');
    return;
  }
  passTime(t, CAMP_MINUTES);
  heal(t, Math.ceil(hero.maxHp / 4), 'The floor is hard, the fire is kind');
}

/** @param {Turn} t */
function makeCamp(t) {
  const { s } = t;
  const fed = has(s, 'ration');
  const outside = !place(s.place).safe;
  if (fed) lose(t, 'ration', 'You eat a ration, and let the embers do the watching.');
  else say(t, 'You have nothing to eat. You sit with your back to something solid, and doze.');
  passTime(t, CAMP_MINUTES);
  const disturbed = outside && t.dice.d(20) <= (fed ? 3 : 6);
  if (disturbed && meet(t)) {
    heal(t, Math.ceil(s.hero.maxHp / 8), 'You had hardly closed your eyes');
    return;
  }
  const amount = fed ? Math.ceil(s.hero.maxHp / 2) : roll(t.dice, 1, 8) + modifier(s.hero, 'con');
  heal(t, amount, fed ? 'You wake stiff, but better' : 'Hunger is a poor blanket');
}
