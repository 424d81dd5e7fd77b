/** @import { Turn } from '../types.js' */
import { roll } from '../dice.js';
import { emit, lose } from '../turn.js';

/**
 * Heals, up to the hero's maximum.
 * @param {Turn} t
 * @param {number} amount
 * @param {string} how
 */
export function heal(t, amount, how) {
  const { hero } = t.s;
  const done = Math.max(0, Math.min(amount, hero.maxHp - hero.hp));
  hero.hp += done;
  const text =
    done > 0 ? `${how}. You recover ${done} and have ${hero.hp} of ${hero.maxHp}.` : `${how}. You were not hurt.`;
  emit(t, { type: 'healed', text, tone: 'good', amount: done });
}

/** A Healing Potion: 2d4+2, and an end to poison. @param {Turn} t */
export function drinkPotion(t) {
  lose(t, 'potion');
  t.s.tally.potions += 1;
  heal(t, roll(t.dice, 2, 4) + 2, 'The potion goes down like swallowed sunlight');
  if (t.s.fight) t.s.fight.poison = 0;
}
