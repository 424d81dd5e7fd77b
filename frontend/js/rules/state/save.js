/** @import { Fight, Hero, ItemId, Mark, PlaceId, Stack, State } from '../types.js' */
import { CHECKS } from '../hero/check-list.js';
import { fromLegacy, looksLegacy } from './legacy-save.js';
import { ENEMY_IDS, enemy } from '../fights/enemies.js';
import { ITEM_IDS, item } from '../hero/items.js';
import { PERSON_IDS, person } from '../talk/people.js';
import { levelFor, maxHpFor } from '../hero/progress.js';
import { VERSION, blankState } from './start.js';
import * as check from './validate.js';
import { WEATHERS } from '../world/weather.js';
import { PLACE_IDS } from '../world/world.js';

const FLAGS = /** @type {const} */ ([
  'fighter',
  'rogue',
  'reachedMines',
  'noteRead',
  'rubbleCleared',
  'minersFree',
  'minersHome',
  'stoneTaken',
  'runeSealed',
  'catAsked',
  'catFound',
  'catHome',
  'bridgeMended',
  'planksTaken',
  'cryptOpen',
  'strongboxOpen',
  'cacheFound',
  'ledgeFound',
  'shardTaken',
  'outsidersTrust',
  'campSearched',
  'survivorTended',
  'carvingsRead',
  'tracksRead',
  'strangerTrust',
]);
const CHECK_IDS = CHECKS.map(({ id }) => id);
const HOURS = /** @type {const} */ (['dawn', 'day', 'dusk', 'night']);

/** More turns than any game has. */
const MANY = 1_000_000_000;

/**
 * A stored or foreign value, made a state that can be played and won; null
 * where it is none. What this game wrote itself comes back unchanged.
 * @param {unknown} stored text or the value
 * @returns {State|null}
 */
export function revive(stored) {
  const value = typeof stored === 'string' ? check.parse(stored) : stored;
  if (looksLegacy(value)) return mended(fromLegacy(value));
  if (!check.isRecord(value) || value.version !== VERSION) return null;
  const place = check.oneOf(value.place, PLACE_IDS);
  const hero = heroOf(value.hero);
  if (!place || !hero) return null;
  return mended(stateOf(value, hero, place));
}

/**
 * @param {Record<string, unknown>} v
 * @param {Hero} hero
 * @param {PlaceId} place
 * @returns {State}
 */
function stateOf(v, hero, place) {
  const blank = blankState();
  return {
    version: VERSION,
    hero,
    inventory: stacksOf(v.inventory),
    place,
    turn: check.whole(v.turn, 0, MANY, 0),
    minutes: check.whole(v.minutes, 0, MANY, blank.minutes),
    weather: check.oneOf(v.weather, WEATHERS) ?? 'clear',
    visits: check.counts(v.visits, PLACE_IDS, 1, MANY),
    scouted: check.list(v.scouted, (one) => check.oneOf(one, PLACE_IDS), PLACE_IDS.length),
    flags: flagsOf(v.flags),
    memory: memoryOf(v.memory),
    tried: check.counts(v.tried, CHECK_IDS, 1, MANY),
    beaten: check.counts(v.beaten, ENEMY_IDS, 1, MANY),
    tally: { ...blank.tally, ...check.counts(v.tally, Object.keys(blank.tally), 0, MANY) },
    marks: check.list(v.marks, markOf, 50),
    fight: fightOf(v.fight),
    talk: check.oneOf(v.talk, PERSON_IDS),
    choosing: v.choosing === true,
    shop: shopOf(v.shop),
    hidden: v.hidden === true,
    quiet: check.whole(v.quiet, 0, 2, 2),
    haggled: v.haggled === null ? null : check.whole(v.haggled, 0, MANY, 0),
    ended: v.ended === true,
    startedAt: check.numberOrNull(v.startedAt),
    endedAt: check.numberOrNull(v.endedAt),
  };
}

/**
 * @param {unknown} v
 * @returns {Hero|null}
 */
function heroOf(v) {
  if (!check.isRecord(v) || !check.isRecord(v.abilities)) return null;
  const blank = blankState().hero;
  const xp = check.whole(v.xp, 0, MANY, blank.xp);
  const level = levelFor(xp);
  const maxHp = maxHpFor(level);
  const weapon = check.oneOf(v.weapon, ITEM_IDS) ?? 'dagger';
  const armour = check.oneOf(v.armour, ITEM_IDS);
  return {
    name: check.text(v.name, 40) || blank.name,
    className: blank.className,
    level,
    xp,
    maxHp,
    hp: check.whole(v.hp, 1, maxHp, maxHp),
    gold: check.whole(v.gold, 0, MANY, 0),
    abilities: { ...blank.abilities, ...check.counts(v.abilities, Object.keys(blank.abilities), 1, 30) },
    weapon: item(weapon).kind === 'weapon' ? weapon : 'dagger',
    armour: armour && item(armour).kind === 'armour' ? armour : null,
  };
}

/**
 * @param {unknown} v
 * @returns {Stack[]}
 */
function stacksOf(v) {
  /** @type {Map<ItemId, number>} */
  const counts = new Map();
  check.list(
    v,
    (one) => {
      const id = check.isRecord(one) ? check.oneOf(one.id, ITEM_IDS) : null;
      if (id && check.isRecord(one)) counts.set(id, (counts.get(id) ?? 0) + check.whole(one.count, 1, 999, 1));
      return null;
    },
    100,
  );
  return [...counts].map(([id, count]) => ({ id, count }));
}

/**
 * @param {unknown} v
 * @returns {State['flags']}
 */
function flagsOf(v) {
  const given = check.isRecord(v) ? v : {};
  return Object.fromEntries(FLAGS.filter((flag) => given[flag] === true).map((flag) => [flag, true]));
}

/**
 * @param {unknown} v
 * @returns {State['memory']}
 */
function memoryOf(v) {
  const given = check.isRecord(v) ? v : {};
  /** @type {State['memory']} */
  const memory = {};
  for (const id of PERSON_IDS) {
    const one = given[id];
    if (!check.isRecord(one)) continue;
    const known = person(id).topics.map((topic) => topic.id);
    memory[id] = {
      times: check.whole(one.times, 1, MANY, 1),
      day: check.whole(one.day, 1, MANY, 1),
      said: [...new Set(check.list(one.said, (said) => check.oneOf(said, known), known.length))],
    };
  }
  return memory;
}

/**
 * @param {unknown} v
 * @returns {Mark|null}
 */
function markOf(v) {
  if (!check.isRecord(v)) return null;
  const [what, hour, place] = [check.text(v.what, 30), check.oneOf(v.hour, HOURS), check.oneOf(v.place, PLACE_IDS)];
  return what && hour && place ? { what, day: check.whole(v.day, 1, MANY, 1), hour, place } : null;
}

/**
 * @param {unknown} v
 * @returns {Fight|null}
 */
function fightOf(v) {
  const id = check.isRecord(v) ? check.oneOf(v.enemy, ENEMY_IDS) : null;
  if (!id || !check.isRecord(v)) return null;
  const maxHp = enemy(id).hp;
  return {
    enemy: id,
    hp: check.whole(v.hp, 1, maxHp, maxHp),
    maxHp,
    round: check.whole(v.round, 1, MANY, 1),
    guardian: v.guardian === true,
    hidden: v.hidden === true,
    prone: v.prone === true,
    poison: check.whole(v.poison, 0, 3, 0),
    held: check.whole(v.held, 0, 9, 0),
    roped: check.whole(v.roped, 0, 99, 0),
    raging: v.raging === true,
    torchUsed: v.torchUsed === true,
    dazzled: v.dazzled === true,
  };
}

/**
 * @param {unknown} v
 * @returns {State['shop']}
 */
function shopOf(v) {
  const keeper = check.isRecord(v) ? check.oneOf(v.keeper, PERSON_IDS) : null;
  return keeper && check.isRecord(v) && person(keeper).keeper ? { keeper, selling: v.selling === true } : null;
}

/**
 * Corrects what would make a foreign save inconsistent or impossible to win.
 * @param {State} s
 * @returns {State}
 */
function mended(s) {
  const { flags, hero } = s;
  if (flags.runeSealed || flags.stoneTaken) flags.minersFree = true;
  if (flags.minersFree) flags.rubbleCleared = true;
  /** @type {ItemId[]} */
  const needed = flags.stoneTaken && !flags.runeSealed ? ['rope', 'dagger', 'stone'] : ['rope', 'dagger'];
  for (const id of needed) if (!s.inventory.some((one) => one.id === id)) s.inventory.push({ id, count: 1 });
  if (!s.inventory.some(({ id }) => id === hero.weapon)) hero.weapon = 'dagger';
  if (!s.inventory.some(({ id }) => id === hero.armour)) hero.armour = null;
  if (!flags.stoneTaken || flags.runeSealed) s.inventory = s.inventory.filter(({ id }) => id !== 'stone');
  if (!s.visits[s.place]) s.visits[s.place] = 1;
  if (s.fight) [s.talk, s.shop, s.choosing] = [null, null, false];
  if (s.shop && s.shop.keeper !== s.talk) s.shop = null;
  s.ended = flags.runeSealed === true;
  return s;
}
