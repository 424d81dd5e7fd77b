/** @import { Turn } from '../types.js' */
import { die } from './death.js';
import { roll } from '../dice.js';
import { enemy } from './enemies.js';
import { gainXp } from '../hero/progress.js';
import { earn, emit, mark, say } from '../turn.js';

/**
 * Wounds the hero, who may die of it.
 * @param {Turn} t
 * @param {number} amount
 * @param {string} how
 */
export function hurt(t, amount, how) {
  const { hero } = t.s;
  hero.hp = Math.max(0, hero.hp - amount);
  emit(t, {
    type: 'damaged',
    text: `${how}: ${amount} damage. You have ${hero.hp} of ${hero.maxHp}.`,
    tone: 'bad',
    amount,
  });
  if (hero.hp === 0) die(t);
}

/**
 * Wounds the enemy.
 * @param {Turn} t
 * @param {number} amount
 * @param {string} how
 */
export function wound(t, amount, how) {
  const { fight } = t.s;
  if (!fight) return;
  fight.hp = Math.max(0, fight.hp - amount);
  emit(t, { type: 'enemy-damaged', text: `${how} for ${amount}.`, tone: 'fight', enemy: fight.enemy, amount });
  if (fight.hp === 0) endFight(t, 'won', enemy(fight.enemy).dies);
}

/**
 * @param {Turn} t
 * @param {'won'|'fled'|'spared'|'escaped'} outcome fled: the enemy did; escaped: the hero did
 * @param {string} text
 */
export function endFight(t, outcome, text) {
  const { s } = t;
  if (!s.fight) return;
  const foe = enemy(s.fight.enemy);
  const { guardian } = s.fight;
  s.fight = null;
  emit(t, { type: 'fight-ended', text, tone: outcome === 'escaped' ? 'narration' : 'good', enemy: foe.id, outcome });
  if (outcome === 'escaped') {
    s.tally.escapes += 1;
    return;
  }
  if (outcome === 'spared') s.tally.spared += 1;
  if (outcome === 'won') s.beaten[foe.id] = (s.beaten[foe.id] ?? 0) + 1;
  if (outcome === 'won' && guardian) mark(t, 'guardian');
  if (outcome === 'spared') say(t, 'You leave him bound where his mates will find him.');
  const half = outcome === 'fled' ? 2 : 1;
  earn(t, Math.ceil(roll(t.dice, ...foe.gold) / half));
  gainXp(t, Math.floor(foe.xp / half));
}
