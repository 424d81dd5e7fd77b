/** @import { ItemId } from '../rules/types.js' */

/** The prompt of each item, without a style. @type {Readonly<Record<ItemId, string>>} */
const PROMPTS = {
  dagger: 'A plain steel dagger with a worn leather grip, lying on a dark oak table beside a candle.',
  lockpicks: 'A roll of oiled leather unrolled on stone, nine slim iron lockpicks in their loops, one of them bent.',
  rope: 'A heavy coil of fifty feet of hemp rope on a mine floor, its loose end frayed and bound with twine.',
  torch: 'A burning torch of pitch and rag on an ash stave, its flame bright against a black tunnel.',
  note: 'A creased page in shaky handwriting, pinned to a mine timber with a rusty nail, lit from the side.',
  stone: 'A heavy grey stone disc with one deep groove that glows faintly red, resting on carved rock.',
  potion: 'A small round bottle of glowing red healing potion with a wax-sealed cork, on a stone shelf.',
  ration: 'A travel ration of hard bread, hard cheese and a dark sausage on an open square of cloth.',
  planks: 'Six sound oak planks strapped together with rope for carrying, leaning on a mossy rock.',
  shard: 'A splinter of blue crystal, dark at the root and glowing at the tip, on black velvet.',
  shortsword: 'A straight, well kept shortsword with a brass pommel, laid across a whetstone.',
  blade: 'A long blade of folded dark iron with an ember-orange shimmer along its edge, fresh from the forge.',
  studded: 'A black leather jerkin set with iron studs, hanging from a peg in a smithy.',
};

/**
 * @param {ItemId} id
 * @returns {string}
 */
export function promptOf(id) {
  return PROMPTS[id];
}

export const STYLE_MAX = 200;

/** Lengths are counted in characters, as the server does, not in UTF-16 units. @param {string} text */
export function lengthOf(text) {
  return [...text].length;
}

/** @param {string} text */
export function cutToMax(text) {
  return lengthOf(text) > STYLE_MAX ? [...text].slice(0, STYLE_MAX).join('') : text;
}

/** @param {string} text */
export function tidy(text) {
  return text.split(/\s+/u).filter(Boolean).join(' ');
}

/**
 * The whole prompt, as the painter will read it.
 * @param {string} prompt
 * @param {string} style
 */
export function wholePrompt(prompt, style) {
  const tidied = tidy(style);
  if (!tidied) return prompt;
  return `${prompt}${/[.!?\u2026\u3002\uff01\uff1f]$/u.test(prompt) ? '' : '.'} Style: ${tidied}`;
}
