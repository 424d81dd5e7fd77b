/** @import { EnemyId, Fight, Turn } from '../types.js' */
import { d20, roll } from '../dice.js';
import { enemyTurn } from './enemy-turn.js';
import { enemy } from './enemies.js';
import { endFight, wound } from './fight-end.js';
import { item } from '../hero/items.js';
import { modifier, proficiency, sneakDice } from '../hero/progress.js';
import { endTalk } from '../talk/talk.js';
import { emit, say } from '../turn.js';

/** Difficulty of sneaking away: d20 + DEX modifier. */
export const SNEAK_AGAINST = 12;

/**
 * @param {Turn} t
 * @param {EnemyId} id
 * @param {boolean} [guardian]
 */
export function startFight(t, id, guardian = false) {
  const { s } = t;
  const foe = enemy(id);
  endTalk(s);
  s.fight = {
    enemy: id,
    hp: foe.hp,
    maxHp: foe.hp,
    round: 1,
    guardian,
    hidden: s.hidden,
    prone: false,
    poison: 0,
    held: 0,
    roped: 0,
    raging: false,
    torchUsed: false,
    dazzled: false,
  };
  emit(t, { type: 'fight-started', text: foe.arrives, tone: 'bad', enemy: id });
  if (s.hidden) say(t, 'It has not seen you. The first move is yours.', 'good');
  s.hidden = false;
  s.quiet = 0;
}

/** The hero strikes; friends help; the enemy answers. @param {Turn} t */
export function attack(t) {
  const { fight } = t.s;
  if (!fight) return;
  strike(t, fight);
  endRound(t);
}

/** What follows the hero's own move in a round. @param {Turn} t */
export function endRound(t) {
  if (t.s.fight) friendsStrike(t);
  const { fight } = t.s;
  if (!fight) return;
  fight.hidden = false;
  enemyTurn(t);
}

/**
 * d20 + DEX modifier + proficiency against armour class; 20 always hits and
 * doubles the dice, 1 always misses.
 * @param {Turn} t
 * @param {Fight} fight
 */
function strike(t, fight) {
  const { hero, tally } = t.s;
  const foe = enemy(fight.enemy);
  const weapon = item(hero.weapon);
  const face = d20(t.dice, (fight.hidden ? 1 : 0) - (fight.prone ? 1 : 0));
  const total = face + modifier(hero, 'dex') + proficiency(hero.level) + (weapon.bonus ?? 0);
  fight.prone = false;
  if (face === 1) return say(t, 'You lunge, and stab the place where it was. A clear miss.', 'fight');
  if (face < 20 && total < armourOf(fight)) {
    return say(t, `You strike at the ${foe.name} (${total} against ${armourOf(fight)}) and miss.`, 'fight');
  }
  const times = face === 20 ? 2 : 1;
  const sneak = fight.hidden || !!t.s.flags.fighter || !!t.s.flags.rogue;
  let damage = roll(t.dice, times, weapon.sides ?? 4) + modifier(hero, 'dex');
  if (sneak) damage += roll(t.dice, times * sneakDice(hero.level), 6);
  const rattles = fight.enemy === 'skeleton' && weapon.damage === 'piercing';
  if (rattles) damage = Math.ceil(damage / 2);
  if (face === 20) tally.criticals += 1;
  const opening = face === 20 ? 'A perfect opening! ' : '';
  const how = `${opening}${sneak ? 'You find the gap' : 'You strike'}: your ${weapon.name} cuts the ${foe.name}`;
  wound(t, damage, rattles ? `${how}, though the point skids on bone,` : how);
}

/** @param {Fight} fight */
function armourOf(fight) {
  const { ac } = enemy(fight.enemy);
  return ac - (fight.raging ? 2 : 0) - (fight.dazzled ? 2 : 0) - (fight.held > 0 ? 2 : 0);
}

/** Companions get a small blow in: Bryn in the odd rounds, Sable in the even. @param {Turn} t */
function friendsStrike(t) {
  const { flags, fight } = t.s;
  const odd = (fight?.round ?? 0) % 2 === 1;
  if (flags.fighter && odd) friendStrikes(t, "Bryn's sword catches it", 6);
  if (flags.rogue && !odd) friendStrikes(t, "Sable's thrown knife lands", 4);
}

/**
 * @param {Turn} t
 * @param {string} how
 * @param {number} sides
 */
function friendStrikes(t, how, sides) {
  const { fight } = t.s;
  if (fight && t.dice.d(20) + 2 >= armourOf(fight)) wound(t, t.dice.d(sides), how);
}

/** @param {Turn} t */
export function sneakAway(t) {
  const { fight, hero } = t.s;
  if (!fight) return;
  const face = d20(t.dice, (fight.hidden ? 1 : 0) - (fight.prone ? 1 : 0));
  const total = face + modifier(hero, 'dex');
  const outcome = total >= SNEAK_AGAINST ? 'won' : 'lost';
  fight.prone = false;
  emit(t, {
    type: 'roll',
    text: `You try to slip away: ${total} against ${SNEAK_AGAINST}.`,
    tone: 'system',
    outcome,
    amount: total,
  });
  if (outcome === 'won') return endFight(t, 'escaped', 'You are a shadow among shadows, and then you are gone.');
  say(t, 'A stone turns under your heel. It has not lost you.', 'bad');
  endRound(t);
}
