/** @import { Action, Exit, State } from './types.js' */
import { choicesOf, modeOf, verbs, whyNot } from './choices.js';
import { dayOf, hourOf, timeOfDay } from './world/clock.js';
import { enemy } from './fights/enemies.js';
import { exitsOf } from './world/gates.js';
import { item } from './hero/items.js';
import { mapOf } from './world/map.js';
import { companions, memoryOf, peopleHere, person } from './talk/people.js';
import { armourClass, levelFor, modifier, nextLevelAt, proficiency, sneakDice } from './hero/progress.js';
import { describe } from './world/prose.js';
import { QUESTS } from './quests.js';
import { skillSheet } from './hero/skills.js';
import { storyOf } from './story.js';
import { useOf } from './hero/use.js';
import { weatherAt } from './world/weather.js';
import { place, regionOf } from './world/world.js';

/** @typedef {ReturnType<typeof view>} View */

/**
 * Everything that a page shows, derived from the state alone.
 * @param {State} s
 */
export function view(s) {
  const here = place(s.place);
  return {
    mode: modeOf(s),
    place: { id: here.id, name: here.name, x: here.x, y: here.y, region: regionOf(here.id), description: describe(s) },
    scene: sceneOf(s),
    clock: { day: dayOf(s), hour: hourOf(s), time: timeOfDay(s), turn: s.turn },
    exits: waysOf(s),
    people: peopleHere(s).map(({ id, name }) => ({ id, name, met: memoryOf(s, id).times > 0 })),
    verbs: verbs(s),
    choices: choicesOf(s),
    choicesTitle: titleOf(s),
    hero: heroOf(s),
    fight: fightOf(s),
    inventory: inventoryOf(s),
    quests: QUESTS.filter((quest) => quest.known(s)).map((quest) => ({
      id: quest.id,
      text: quest.text,
      main: quest.main,
      done: quest.done(s),
      hint: quest.done(s) ? '' : quest.hint(s),
    })),
    map: mapOf(s),
    ended: s.ended,
    story: s.ended ? storyOf(s) : null,
  };
}

/**
 * The key words of the scene picture, as the API takes them.
 * @param {State} s
 */
export function sceneOf(s) {
  return { location: place(s.place).name, time_of_day: hourOf(s), weather: weatherAt(s) };
}

/**
 * The scenes behind the open ways, as they would look now.
 * @param {State} s
 */
export function scenesAround(s) {
  return Object.values(exitsOf(s)).flatMap(({ open, to }) =>
    open && to ? [{ location: place(to).name, time_of_day: hourOf(s), weather: weatherAt(s, to) }] : [],
  );
}

/**
 * The four ways, with whether one may be walked now: not in a fight, nor after the end.
 * @param {State} s
 */
function waysOf(s) {
  const { north, east, south, west } = exitsOf(s);
  const way = (/** @type {Exit} */ exit) => {
    const reason = whyNot(s, { type: 'move', direction: exit.direction });
    /** @type {Action} */
    const action = { type: 'move', direction: exit.direction };
    return { ...exit, enabled: reason === '', reason, action };
  };
  return { north: way(north), east: way(east), south: way(south), west: way(west) };
}

/** @param {State} s */
function titleOf(s) {
  if (s.fight) return `Fighting: ${enemy(s.fight.enemy).name}`;
  if (s.shop) return `Trading: ${person(s.shop.keeper).name}`;
  if (s.talk) return `Talking: ${person(s.talk).name}`;
  if (s.choosing) return 'Talk to whom?';
  return s.ended ? 'The end' : place(s.place).name;
}

/** @param {State} s */
function heroOf(s) {
  const { hero } = s;
  const abilities = /** @type {(keyof typeof hero.abilities)[]} */ (Object.keys(hero.abilities));
  return {
    name: hero.name,
    className: hero.className,
    level: hero.level,
    hp: hero.hp,
    maxHp: hero.maxHp,
    gold: hero.gold,
    xp: hero.xp,
    nextLevelAt: nextLevelAt(levelFor(hero.xp)),
    proficiency: proficiency(hero.level),
    armourClass: armourClass(s),
    sneakDice: `${sneakDice(hero.level)}d6`,
    abilities: abilities.map((id) => ({ id, score: hero.abilities[id], modifier: modifier(hero, id) })),
    skills: skillSheet(s),
    weapon: item(hero.weapon).name,
    armour: hero.armour ? item(hero.armour).name : 'Leather',
    companions: companions(s),
    hidden: s.hidden,
  };
}

/** @param {State} s */
function fightOf(s) {
  const { fight } = s;
  if (!fight) return null;
  const conditions = [
    fight.hidden && 'You are unseen',
    fight.prone && 'You are on the ground',
    fight.poison > 0 && 'You are poisoned',
    fight.held > 0 && 'It is held',
    fight.raging && 'It rages',
    fight.dazzled && 'It is dazzled',
  ];
  return {
    enemy: fight.enemy,
    name: enemy(fight.enemy).name,
    hp: fight.hp,
    maxHp: fight.maxHp,
    round: fight.round,
    conditions: conditions.filter((one) => typeof one === 'string'),
  };
}

/** @param {State} s */
function inventoryOf(s) {
  return s.inventory.map(({ id, count }) => {
    const { name, kind, facts, text } = item(id);
    return {
      id,
      name,
      kind,
      facts,
      text,
      count,
      equipped: s.hero.weapon === id || s.hero.armour === id,
      use: useOf(s, id),
    };
  });
}
