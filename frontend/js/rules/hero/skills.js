/** @import { Ability, State, Turn } from '../types.js' */
import { d20 } from '../dice.js';
import { modifier, proficiency } from './progress.js';
import { emit, has } from '../turn.js';

/**
 * @typedef {'Sleight of Hand'|'Stealth'|'Perception'|'Persuasion'|'Investigation'|'Athletics'|'Arcana'|'Medicine'
 *   |'Survival'|'Animal Handling'} Skill
 */

/**
 * Each skill's ability, and whether this hero is trained in it.
 * @type {Readonly<Record<Skill, readonly [Ability, boolean]>>}
 */
const SKILLS = {
  'Sleight of Hand': ['dex', true],
  Stealth: ['dex', true],
  Perception: ['wis', true],
  Persuasion: ['cha', true],
  Investigation: ['int', true],
  Athletics: ['str', false],
  Arcana: ['int', false],
  Medicine: ['wis', false],
  Survival: ['wis', false],
  'Animal Handling': ['wis', false],
};

/** What lockpicks add to Sleight of Hand. */
const PICKS = 2;

/**
 * @param {State} s
 * @param {Skill} skill
 */
export function skillBonus(s, skill) {
  const [ability, trained] = SKILLS[skill];
  const tools = skill === 'Sleight of Hand' && has(s, 'lockpicks') ? PICKS : 0;
  return modifier(s.hero, ability) + (trained ? proficiency(s.hero.level) : 0) + tools;
}

/**
 * The hero's sheet of skills.
 * @param {State} s
 * @returns {{ name: Skill, ability: Ability, trained: boolean, bonus: number }[]}
 */
export function skillSheet(s) {
  const names = /** @type {Skill[]} */ (Object.keys(SKILLS));
  return names.map((name) => ({
    name,
    ability: SKILLS[name][0],
    trained: SKILLS[name][1],
    bonus: skillBonus(s, name),
  }));
}

/**
 * @param {Turn} t
 * @param {Skill} skill
 * @param {number} against
 * @param {number} [edge] above 0 advantage, below 0 disadvantage
 * @returns {number} by how much it was won (0 or more) or lost
 */
export function rollSkill(t, skill, against, edge = 0) {
  const total = d20(t.dice, edge) + skillBonus(t.s, skill);
  const won = total >= against;
  t.s.tally[won ? 'checksWon' : 'checksLost'] += 1;
  const text = `${skill}: ${total} against ${against}. ${won ? 'Success.' : 'Failure.'}`;
  emit(t, { type: 'roll', text, tone: 'system', outcome: won ? 'won' : 'lost', amount: total });
  return total - against;
}
