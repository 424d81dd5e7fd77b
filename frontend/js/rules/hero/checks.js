/** @import { Choice, State, Turn } from '../types.js' */
import { CHECKS } from './check-list.js';
import { COST, dayOf } from '../world/clock.js';
import { rollSkill, skillBonus } from './skills.js';
import { has, passTime } from '../turn.js';

/**
 * @typedef {object} Check
 * @property {string} id
 * @property {(s: State) => boolean} at Where it can be tried, and whether it still can.
 * @property {string} label
 * @property {import('./skills.js').Skill} skill
 * @property {number} against
 * @property {boolean} [daily] Once a day only.
 * @property {boolean} [dark] Without a torch it is tried at disadvantage.
 * @property {(t: Turn) => void} won
 * @property {(t: Turn, by: number) => void} lost by: how far it was missed, 1 or more
 */

/**
 * @param {State} s
 * @param {Check} check
 */
function triedToday(s, check) {
  return check.daily === true && s.tried[check.id] === dayOf(s);
}

/**
 * @param {State} s
 * @returns {Choice[]}
 */
export function checkChoices(s) {
  return CHECKS.filter((check) => check.at(s)).map((check) => {
    const bonus = skillBonus(s, check.skill);
    const label = `${check.label} (${check.skill} ${bonus < 0 ? '' : '+'}${bonus})`;
    const tired = triedToday(s, check);
    return {
      id: `check:${check.id}`,
      label,
      enabled: !tired,
      reason: tired ? 'Not again today.' : '',
      action: { type: 'check', check: check.id },
    };
  });
}

/**
 * @param {Turn} t
 * @param {string} id
 */
export function tryCheck(t, id) {
  const { s } = t;
  const check = CHECKS.find((one) => one.id === id && one.at(s));
  if (!check) return;
  s.tried[id] = dayOf(s);
  passTime(t, COST.check);
  const by = rollSkill(t, check.skill, check.against, check.dark && !has(s, 'torch') ? -1 : 0);
  if (by >= 0) check.won(t);
  else check.lost(t, -by);
}
