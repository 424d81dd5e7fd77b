/** @import { Action, Chance, Clock, GameEvent, Result, State, Turn } from './types.js' */
import { tryCheck } from './hero/checks.js';
import { whyNot } from './choices.js';
import { COST } from './world/clock.js';
import { copy } from './state/copy.js';
import { attack, sneakAway } from './fights/combat.js';
import { doDeed } from './deeds.js';
import { enemy } from './fights/enemies.js';
import { move } from './world/movement.js';
import { whoIsHere } from './talk/people.js';
import { describe } from './world/prose.js';
import { rest } from './hero/rest.js';
import { buy, sell, turnCounter } from './talk/shop.js';
import { blankState } from './state/start.js';
import { storyOf } from './story.js';
import { endTalk, sayTopic, startTalk } from './talk/talk.js';
import { passTime, say } from './turn.js';
import { useItem } from './hero/use.js';

/**
 * @param {{ name?: string, clock?: Clock }} [options]
 * @returns {State}
 */
export function newGame(options = {}) {
  const s = blankState();
  s.hero.name = (options.name ?? '').trim().slice(0, 40).trim() || s.hero.name;
  s.startedAt = options.clock ? options.clock.now() : null;
  return s;
}

/**
 * The first words of a run.
 * @param {State} s
 * @returns {GameEvent[]}
 */
export function opening(s) {
  return [
    {
      type: 'text',
      tone: 'narration',
      text:
        'Nine days ago the mine under Emberpeak fell silent. ' +
        "You came for the reward. You have stayed for the look on people's faces.",
    },
    { type: 'moved', text: describe(s), tone: 'narration', place: s.place },
    { type: 'text', text: whoIsHere(s), tone: 'narration' },
  ];
}

/**
 * Plays one action. An action that is not allowed changes nothing and says why.
 * @param {Readonly<State>} state never written to
 * @param {Action} action
 * @param {Chance} chance
 * @returns {Result}
 */
export function act(state, action, chance) {
  const reason = whyNot(state, action);
  if (reason) return { state, events: [{ type: 'refused', text: reason, tone: 'system' }] };
  /** @type {Turn} */
  const t = { s: copy(state), dice: chance.dice, events: [], now: chance.clock ? chance.clock.now() : null };
  if (action.type === 'story') storyOf(state).paragraphs.forEach((text) => say(t, text));
  else play(t, action);
  if (action.type !== 'story') t.s.turn += 1;
  return { state: t.s, events: t.events };
}

/**
 * @param {Turn} t
 * @param {Action} action one that may be done
 */
function play(t, action) {
  if (t.s.fight) passTime(t, COST.round);
  switch (action.type) {
    case 'move':
      return move(t, action.direction);
    case 'look':
      return look(t);
    case 'talk':
      return startTalk(t, action.person);
    case 'topic':
      return void sayTopic(t, action.topic);
    case 'leave':
      return leave(t);
    case 'attack':
      return attack(t);
    case 'sneak':
      return sneakAway(t);
    case 'rest':
      return awayFromTalk(t, () => rest(t));
    case 'use':
      return useItem(t, action.item);
    case 'check':
      return awayFromTalk(t, () => tryCheck(t, action.check));
    case 'deed':
      return awayFromTalk(t, () => doDeed(t, action.deed));
    case 'buy':
      return buy(t, action.item);
    case 'sell':
      return sell(t, action.item);
    case 'buy-list':
      return turnCounter(t, false);
    case 'sell-list':
      return turnCounter(t, true);
    default:
      return undefined;
  }
}

/** @param {Turn} t */
function look(t) {
  const { s } = t;
  if (s.fight) {
    say(
      t,
      `${enemy(s.fight.enemy).name}: ${s.fight.hp} of ${s.fight.maxHp} hit points. There is no time for more.`,
      'fight',
    );
    return;
  }
  passTime(t, COST.look);
  say(t, describe(s, true));
  say(t, whoIsHere(s));
}

/** @param {Turn} t */
function leave(t) {
  const { s } = t;
  const text = s.talk ? 'You take your leave.' : 'You keep your own counsel.';
  endTalk(s);
  say(t, text);
}

/**
 * @param {Turn} t
 * @param {() => void} doing
 */
function awayFromTalk(t, doing) {
  endTalk(t.s);
  doing();
}
