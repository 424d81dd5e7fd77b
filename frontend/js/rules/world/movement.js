/** @import { Direction, Turn } from '../types.js' */
import { COST } from './clock.js';
import { mayMeet } from '../fights/encounter.js';
import { exit } from './gates.js';
import { peopleHere, whoIsHere } from '../talk/people.js';
import { describe } from './prose.js';
import { progressQuests } from '../quests.js';
import { endTalk } from '../talk/talk.js';
import { emit, mark, passTime, say, set } from '../turn.js';
import { regionOf } from './world.js';

/**
 * @param {Turn} t
 * @param {Direction} direction an open way
 */
export function move(t, direction) {
  const { s } = t;
  const { to } = exit(s, direction);
  if (!to) return;
  endTalk(s);
  if (s.flags.minersFree) set(t, 'minersHome');
  s.place = to;
  s.tally.moves += 1;
  const visits = (s.visits[to] ?? 0) + 1;
  s.visits[to] = visits;
  passTime(t, COST.move);
  emit(t, { type: 'moved', text: describe(s, visits === 1), tone: 'narration', place: to, direction });
  if (peopleHere(s).length > 0) say(t, whoIsHere(s));
  if (regionOf(to) === 'mines' && !s.flags.reachedMines) progressQuests(t, () => set(t, 'reachedMines'));
  if (to === 'rune' && !s.flags.runeSealed) mark(t, 'rune-seen');
  mayMeet(t);
}
