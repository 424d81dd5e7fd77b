/** @import { Action, Choice, State } from './types.js' */
import { checkChoices } from './hero/checks.js';
import { deedChoices } from './deeds.js';
import { FIGHT_ITEMS } from './fights/fight-items.js';
import { exit } from './world/gates.js';
import { companions, peopleHere } from './talk/people.js';
import { restOffer } from './hero/rest.js';
import { shopChoices } from './talk/shop.js';
import { peopleChoices, talkChoices } from './talk/talk.js';
import { has } from './turn.js';
import { useOf, whyNotUse } from './hero/use.js';
import { DIRECTIONS } from './world/world.js';

const FIGHTING = 'Not in a fight.';
const OVER = 'The adventure is over.';

/** @typedef {'explore'|'talk'|'shop'|'fight'|'ended'} Mode */

/**
 * @param {State} s
 * @returns {Mode}
 */
export function modeOf(s) {
  if (s.ended) return 'ended';
  if (s.fight) return 'fight';
  if (s.shop) return 'shop';
  return s.talk || s.choosing ? 'talk' : 'explore';
}

/**
 * The verbs that are always on the screen.
 * @param {State} s
 * @returns {(Choice & { hint: string })[]}
 */
export function verbs(s) {
  return [
    verb(s, 'look', 'Look', { type: 'look' }),
    verb(s, 'talk', 'Talk', { type: 'talk' }),
    verb(s, 'attack', 'Attack', { type: 'attack' }),
    verb(s, 'sneak', 'Sneak away', { type: 'sneak' }),
    verb(s, 'rest', 'Rest', { type: 'rest' }, restOffer(s)),
  ];
}

/**
 * @param {State} s
 * @param {string} id
 * @param {string} label
 * @param {Action} action
 * @param {string} [hint]
 * @returns {Choice & { hint: string }}
 */
function verb(s, id, label, action, hint = '') {
  const reason = whyNot(s, action);
  return { id, label, enabled: reason === '', reason, action, hint };
}

/**
 * The numbered choices of the moment.
 * @param {State} s
 * @returns {Choice[]}
 */
export function choicesOf(s) {
  switch (modeOf(s)) {
    case 'ended':
      return [
        { id: 'story', label: 'Hear the story of this run', enabled: true, reason: '', action: { type: 'story' } },
      ];
    case 'fight':
      return fightChoices(s);
    case 'shop':
      return shopChoices(s);
    case 'talk':
      return talkChoices(s);
    default:
      return [...deedChoices(s), ...checkChoices(s), ...peopleChoices(s)];
  }
}

/**
 * @param {State} s
 * @returns {Choice[]}
 */
function fightChoices(s) {
  const blows = verbs(s).filter(({ id }) => id === 'attack' || id === 'sneak');
  const items = FIGHT_ITEMS.filter((id) => has(s, id)).flatMap((id) => {
    const use = useOf(s, id);
    return use ? [{ id: `use:${id}`, ...use }] : [];
  });
  return [...blows, ...items];
}

/**
 * The one place that decides which actions are allowed now.
 * @param {State} s
 * @param {Action} action
 * @returns {string} why it is not allowed; '' if it is
 */
export function whyNot(s, action) {
  if (s.ended) return action.type === 'story' ? '' : OVER;
  if (s.fight) return whyNotInFight(s, action);
  switch (action.type) {
    case 'move':
      return DIRECTIONS.includes(action.direction) ? exit(s, action.direction).reason : 'There is no such way.';
    case 'look':
    case 'rest':
      return '';
    case 'attack':
      return 'There is nothing here to fight.';
    case 'sneak':
      return 'There is nothing here to sneak away from.';
    case 'story':
      return 'The story is not over yet.';
    case 'talk':
      return whyNotTalk(s, action.person);
    case 'use':
      return whyNotUse(s, action.item);
    case 'deed':
    case 'check':
      return offered([...deedChoices(s), ...checkChoices(s)], action);
    default:
      return offered(choicesOf(s), action);
  }
}

/**
 * @param {State} s
 * @param {Action} action
 */
function whyNotInFight(s, action) {
  if (action.type === 'attack' || action.type === 'sneak' || action.type === 'look') return '';
  return action.type === 'use' ? whyNotUse(s, action.item) : FIGHTING;
}

/**
 * @param {State} s
 * @param {string} [whom]
 */
function whyNotTalk(s, whom) {
  const here = peopleHere(s);
  if (here.length === 0) {
    return companions(s).length > 0
      ? 'Your companions save their breath, and there is nobody else here.'
      : 'There is nobody here to talk to.';
  }
  return whom === undefined || here.some(({ id }) => id === whom) ? '' : 'They are not here.';
}

/**
 * @param {readonly Choice[]} choices
 * @param {Action} action
 */
function offered(choices, action) {
  const wanted = keyOf(action);
  const found = choices.find((choice) => keyOf(choice.action) === wanted);
  return found ? found.reason : 'That cannot be done now.';
}

/** @param {Action} action */
function keyOf(action) {
  const what =
    'topic' in action
      ? action.topic
      : 'check' in action
        ? action.check
        : 'deed' in action
          ? action.deed
          : 'item' in action
            ? action.item
            : '';
  return `${action.type}:${what}`;
}
