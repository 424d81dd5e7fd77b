/** @import { Turn } from '../types.js' */
import { minutesUntil } from '../world/clock.js';
import { endTalk } from '../talk/talk.js';
import { emit, mark, passTime, say } from '../turn.js';
import { START } from '../world/world.js';

/**
 * The hero falls, and wakes in the tavern at dawn: a third of the gold is gone,
 * and nothing that the story needs.
 * @param {Turn} t
 */
export function die(t) {
  const { s } = t;
  const by = s.fight?.enemy;
  const lost = Math.ceil(s.hero.gold / 3);
  mark(t, 'death');
  s.tally.deaths += 1;
  s.fight = null;
  endTalk(s);
  const text = 'The world narrows to a point, and the point goes out.';
  emit(t, by ? { type: 'died', text, tone: 'bad', enemy: by } : { type: 'died', text, tone: 'bad' });
  s.hero.gold -= lost;
  s.hero.hp = Math.ceil(s.hero.maxHp / 2);
  s.place = START;
  s.visits[START] = (s.visits[START] ?? 0) + 1;
  s.hidden = false;
  s.quiet = 0;
  passTime(t, minutesUntil(s, 6));
  say(
    t,
    s.flags.fighter || s.flags.rogue
      ? 'You wake on a cot in the Starting Tavern. Your companions carried you home, and are pretending it was nothing.'
      : 'You wake on a cot in the Starting Tavern. Somebody found you; nobody will say who.',
  );
  const bill = lost > 0 ? `The healer has been paid: ${lost} gold.` : 'The healer asked nothing. You had nothing.';
  emit(t, { type: 'gold', text: bill, tone: 'bad', amount: -lost });
  emit(t, { type: 'moved', text: '', tone: 'narration', place: START });
}
