/** @import { EnemyId, Fight, Turn } from '../types.js' */
import { d20, roll } from '../dice.js';
import { enemy } from './enemies.js';
import { endFight, hurt } from './fight-end.js';
import { armourClass } from '../hero/progress.js';
import { say } from '../turn.js';

/** On this or better a fleeing goblin gets away. */
const GOBLIN_FLEES_ON = 8;

/**
 * What an enemy does with its turn instead of a plain blow.
 * @type {Readonly<Record<EnemyId, (t: Turn, fight: Fight) => void>>}
 */
const WAYS = {
  goblin: (t, fight) => {
    if (fight.hp * 3 > fight.maxHp) return void blow(t, fight);
    if (t.dice.d(20) >= GOBLIN_FLEES_ON) {
      return void endFight(t, 'fled', 'The goblin throws its purse in your face and runs.');
    }
    say(t, 'The goblin turns to run and trips over its own feet.', 'fight');
  },
  wolf: (t, fight) => {
    if (blow(t, fight) === 0 || !t.s.fight || fight.prone || t.dice.d(20) < 10) return;
    fight.prone = true;
    say(t, 'Its weight takes your legs away. You are on your back.', 'bad');
  },
  skeleton: (t, fight) => void blow(t, fight),
  orc: (t, fight) => {
    if (!fight.raging && fight.hp * 2 <= fight.maxHp) {
      fight.raging = true;
      say(t, 'The orc sees its own blood and roars. Now it is angry.', 'bad');
    }
    blow(t, fight, fight.raging ? 3 : 0);
  },
  bats: (t, fight) => {
    const bites = fight.hp * 2 > fight.maxHp ? 4 : 2;
    for (let i = 0; i < bites && t.s.fight; i += 1) blow(t, fight);
  },
  corrupted: (t, fight) => {
    if (blow(t, fight) === 0 || !t.s.fight || t.dice.d(20) < 14) return;
    say(t, 'Your skull rings like a bell. While you reel, the miner swings again.', 'bad');
    blow(t, fight);
  },
  shadow: (t, fight) => {
    const drained = blow(t, fight, fight.dazzled ? -2 : 0);
    if (drained === 0 || fight.dazzled || !t.s.fight) return;
    fight.hp = Math.min(fight.maxHp, fight.hp + 2);
    say(t, 'It darkens as you pale: what it takes from you, it keeps.', 'bad');
  },
  spider: (t, fight) => {
    if (blow(t, fight) === 0 || !t.s.fight || t.dice.d(20) < 9) return;
    fight.poison = 3;
    say(t, 'Fire spreads from the bite. You are poisoned.', 'bad');
  },
  revenant: (t, fight) => {
    if (fight.round % 2 === 1) return void say(t, 'Slowly, the revenant draws back its arm.', 'fight');
    blow(t, fight);
  },
};

/**
 * The enemy's half of a round.
 * @param {Turn} t
 */
export function enemyTurn(t) {
  const fight = t.s.fight;
  if (!fight) return;
  if (fight.held > 0) {
    fight.held -= 1;
    say(t, `The ${enemy(fight.enemy).name} cannot get at you this moment.`, 'good');
  } else {
    WAYS[fight.enemy](t, fight);
  }
  if (t.s.fight && fight.poison > 0) {
    fight.poison -= 1;
    hurt(t, t.dice.d(4), 'The poison burns');
  }
  fight.round += 1;
}

/**
 * One blow at the hero.
 * @param {Turn} t
 * @param {Fight} fight
 * @param {number} [more] added damage
 * @returns {number} the damage done; 0 for a miss
 */
function blow(t, fight, more = 0) {
  const foe = enemy(fight.enemy);
  const face = d20(t.dice, (fight.prone ? 1 : 0) - (fight.dazzled ? 1 : 0));
  if (guarded(t)) return 0;
  if (face === 1 || (face < 20 && face + foe.attack < armourClass(t.s))) {
    say(t, `The ${foe.name} misses you.`, 'fight');
    return 0;
  }
  const [count, sides, plus] = foe.damage;
  const done = Math.max(1, roll(t.dice, face === 20 ? count * 2 : count, sides) + plus + more);
  hurt(t, done, face === 20 ? `${foe.hits}, terribly` : foe.hits);
  return done;
}

/** Bryn puts her shield in the way, one blow in five. @param {Turn} t */
function guarded(t) {
  if (!t.s.flags.fighter || t.dice.d(5) < 5) return false;
  say(t, "Bryn's shield is suddenly there, and takes the blow.", 'good');
  return true;
}
