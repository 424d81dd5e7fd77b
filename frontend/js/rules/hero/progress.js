/** @import { Ability, Hero, State, Turn } from '../types.js' */
import { item } from './items.js';
import { emit } from '../turn.js';

/** XP at which each level begins: index 0 is level 4. The hero starts at level 3 with 750. */
const LEVELS = [1000, 1400, 1900, 2500, 3200, 4000, 5000];

export const START_LEVEL = 3;
export const START_XP = 750;
export const START_HP = 50;

/** @param {number} xp */
export function levelFor(xp) {
  return START_LEVEL + LEVELS.filter((needed) => xp >= needed).length;
}

/**
 * XP at which the next level begins, or null at the last.
 * @param {number} level
 * @returns {number|null}
 */
export function nextLevelAt(level) {
  return LEVELS[level - START_LEVEL] ?? null;
}

/** @param {number} level */
export function maxHpFor(level) {
  return START_HP + 6 * (level - START_LEVEL);
}

/** @param {number} level */
export function proficiency(level) {
  return 2 + Math.floor((level - 1) / 4);
}

/** Dice of a sneak attack, d6. @param {number} level */
export function sneakDice(level) {
  return Math.ceil(level / 2);
}

/**
 * @param {Hero} hero
 * @param {Ability} ability
 */
export function modifier(hero, ability) {
  return Math.floor((hero.abilities[ability] - 10) / 2);
}

/** @param {State} s */
export function armourClass(s) {
  const worn = s.hero.armour ? (item(s.hero.armour).bonus ?? 0) : 0;
  return 11 + modifier(s.hero, 'dex') + worn;
}

/**
 * @param {Turn} t
 * @param {number} amount
 */
export function gainXp(t, amount) {
  const { hero } = t.s;
  hero.xp += amount;
  emit(t, { type: 'xp', text: `You gain ${amount} XP.`, tone: 'good', amount });
  while (hero.level < levelFor(hero.xp)) {
    hero.level += 1;
    const more = maxHpFor(hero.level) - hero.maxHp;
    hero.maxHp += more;
    hero.hp = Math.min(hero.maxHp, hero.hp + more);
    const text = `You are level ${hero.level}. Your hit points rise to ${hero.maxHp}.`;
    emit(t, { type: 'level-up', text, tone: 'good', level: hero.level });
  }
}
