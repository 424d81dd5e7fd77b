/** @import { EnemyId, Fight, ItemId, Turn } from '../types.js' */
import { endRound } from './combat.js';
import { enemy } from './enemies.js';
import { endFight, wound } from './fight-end.js';
import { modifier, proficiency } from '../hero/progress.js';
import { say } from '../turn.js';

/** No rope holds a swarm or a shadow. */
const NEVER = 99;

/** An enemy that was caught once is harder to catch again. */
const WARY = 4;

/** The number a throw with the rope must reach, and its effects. @type {Readonly<Record<EnemyId, number>>} */
const ROPE_AGAINST = {
  goblin: 12,
  wolf: 14,
  skeleton: 12,
  orc: 15,
  bats: NEVER,
  corrupted: 12,
  shadow: NEVER,
  spider: 17,
  revenant: 11,
};

/** What fire does to each enemy the first time, besides burning. @type {Partial<Record<EnemyId, string>>} */
const DREADS_FIRE = {
  shadow: 'The shadow shrieks without a mouth and thins before the flame.',
  bats: 'The swarm breaks about the flame like water round a post.',
  spider: 'Eight eyes full of fire: the spider backs up its thread.',
  wolf: 'The wolf flinches from the fire, hackles up.',
};

/** @type {readonly ItemId[]} */
export const FIGHT_ITEMS = ['potion', 'torch', 'rope'];

/** Thrusts the torch: a burn, and for those that dread light a lost turn. @param {Turn} t */
export function thrustTorch(t) {
  const { fight } = t.s;
  if (!fight) return;
  const dread = DREADS_FIRE[fight.enemy];
  const first = !fight.torchUsed;
  fight.torchUsed = true;
  if (dread && first) {
    say(t, dread, 'good');
    fight.held += 1;
    fight.dazzled = fight.enemy === 'shadow' || fight.enemy === 'bats';
    wound(t, t.dice.d(6) + 2, `Fire licks the ${enemy(fight.enemy).name}`);
  } else {
    wound(t, t.dice.d(4), `You singe the ${enemy(fight.enemy).name}`);
  }
  endRound(t);
}

/** Throws the rope: d20 + DEX modifier + proficiency. @param {Turn} t */
export function throwRope(t) {
  const { fight, hero } = t.s;
  if (!fight) return;
  const total = t.dice.d(20) + modifier(hero, 'dex') + proficiency(hero.level);
  const { name } = enemy(fight.enemy);
  const against = ROPE_AGAINST[fight.enemy] + WARY * fight.roped;
  if (ROPE_AGAINST[fight.enemy] >= NEVER)
    say(t, `The rope falls through the ${name}. There is nothing there to hold.`, 'fight');
  else if (total < against) say(t, `The loop falls short of the ${name}.`, 'fight');
  else caught(t, fight, name);
  endRound(t);
}

/**
 * @param {Turn} t
 * @param {Fight} fight
 * @param {string} name
 */
function caught(t, fight, name) {
  const weak = fight.hp * 2 <= fight.maxHp;
  if (fight.enemy === 'corrupted' && weak) {
    return endFight(t, 'spared', "The loop goes over the miner's arms. Three turns, two knots, and he can only glare.");
  }
  if (fight.enemy === 'goblin' && weak) {
    return endFight(t, 'fled', 'Tied like a parcel, the goblin offers you its purse. You let it hop away.');
  }
  fight.roped += 1;
  fight.held = Math.max(fight.held, fight.enemy === 'revenant' ? 2 : 1);
  say(t, `The rope takes the ${name} about the legs and brings it down.`, 'good');
}
