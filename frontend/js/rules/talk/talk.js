/** @import { Choice, PersonId, State, Turn } from '../types.js' */
/** @import { Person, TalkEffect, Topic } from './people.js' */
import { COST, dayOf } from '../world/clock.js';
import { memoryOf, peopleHere, person } from './people.js';
import { progressQuests } from '../quests.js';
import { earn, emit, gain, mark, passTime, say, set } from '../turn.js';

/**
 * What happens when the thing is said.
 * @type {Readonly<Record<TalkEffect, (t: Turn) => void>>}
 */
const EFFECTS = {
  'join-fighter': (t) => join(t, 'fighter', 'Bryn the Fighter joins you.'),
  'join-rogue': (t) => join(t, 'rogue', 'Sable the Rogue joins you.'),
  'stranger-trust': (t) => {
    set(t, 'strangerTrust');
    gain(t, 'potion');
  },
  'ask-cat': (t) => {
    set(t, 'catAsked');
    say(t, 'You will keep an eye out for Cinder.', 'system');
  },
  'return-cat': (t) => {
    progressQuests(t, () => set(t, 'catHome'));
    earn(t, 12);
  },
  rescue,
};

/**
 * @param {Turn} t
 * @param {'fighter'|'rogue'} who
 * @param {string} text
 */
function join(t, who, text) {
  mark(t, who);
  say(t, text, 'good');
  progressQuests(t, () => set(t, who));
}

/** Once the rubble is down, all nine come out, whoever is spoken to first. @param {Turn} t */
function rescue(t) {
  if (!t.s.flags.rubbleCleared || t.s.flags.minersFree) return;
  say(
    t,
    'Foreman Garrett presses a red bottle into your hand. "Nine days I have saved that," he says. ' +
      '"And hear me: the Stone on our winch in the Deep Chamber fits the rune. Second pin, first pin, kick."',
    'speech',
  );
  progressQuests(t, () => set(t, 'minersFree'));
  gain(t, 'potion', 'Foreman Garrett gives you a Healing Potion.');
}

/**
 * @param {Turn} t
 * @param {PersonId} [id] whom; without it, the only one here, or the question who
 */
export function startTalk(t, id) {
  const { s } = t;
  const here = peopleHere(s);
  const whom = id ?? (here.length === 1 ? here[0]?.id : undefined);
  endTalk(s);
  if (whom === undefined) {
    s.choosing = true;
    say(t, 'Whom do you speak to?', 'system');
    return;
  }
  passTime(t, COST.talk);
  const one = person(whom);
  const memory = memoryOf(s, whom);
  emit(t, { type: 'talked', text: one.greet(s, memory), tone: 'speech', person: whom });
  s.memory[whom] = { times: memory.times + 1, day: dayOf(s), said: memory.said };
  [s.talk, s.hidden] = [whom, false];
  if (one.effect) EFFECTS[one.effect](t);
}

/**
 * @param {State} s
 * @param {Person} one
 * @returns {Topic[]}
 */
function topicsOf(s, one) {
  const memory = memoryOf(s, one.id);
  return one.topics.filter((topic) => {
    if (topic.when && !topic.when(s, memory)) return false;
    return topic.again !== undefined || !memory.said.includes(topic.id);
  });
}

/**
 * @param {Turn} t
 * @param {string} topicId
 * @returns {boolean} false if nobody can be asked that now
 */
export function sayTopic(t, topicId) {
  const { s } = t;
  const one = s.talk && person(s.talk);
  const topic = one && topicsOf(s, one).find(({ id }) => id === topicId);
  if (!one || !topic) return false;
  const memory = memoryOf(s, one.id);
  const first = !memory.said.includes(topic.id);
  say(t, first ? topic.say : (topic.again ?? topic.say), 'speech');
  s.memory[one.id] = { ...memory, said: first ? [...memory.said, topic.id] : memory.said };
  if (topic.opens) s.shop = { keeper: one.id, selling: false };
  if (first && topic.effect) EFFECTS[topic.effect](t);
  return true;
}

/** Ends the current talk or trade. @param {State} s */
export function endTalk(s) {
  s.talk = null;
  s.shop = null;
  s.choosing = false;
}

/**
 * The people here, for the list of choices.
 * @param {State} s
 * @returns {Choice[]}
 */
export function peopleChoices(s) {
  return peopleHere(s).map(({ id, name }) => ({
    id: `talk:${id}`,
    label: `Talk to ${id === 'garrett' ? name : `the ${name}`}`,
    enabled: true,
    reason: '',
    action: { type: 'talk', person: id },
  }));
}

/**
 * The people to choose from, or what may be said to the one.
 * @param {State} s
 * @returns {Choice[]}
 */
export function talkChoices(s) {
  /** @type {Choice} */
  const leave = {
    id: 'leave',
    label: s.talk ? 'Take your leave' : 'Nobody, after all',
    enabled: true,
    reason: '',
    action: { type: 'leave' },
  };
  if (s.talk) {
    /** @type {Choice[]} */
    const topics = topicsOf(s, person(s.talk)).map(({ id, label }) => ({
      id: `topic:${id}`,
      label,
      enabled: true,
      reason: '',
      action: { type: 'topic', topic: id },
    }));
    return [...topics, leave];
  }
  /** @type {Choice[]} */
  const people = peopleHere(s).map(({ id, name }) => ({
    id: `talk:${id}`,
    label: name,
    enabled: true,
    reason: '',
    action: { type: 'talk', person: id },
  }));
  return [...people, leave];
}
