/** @import { Turn } from './types.js' */
import { emit } from './turn.js';

/** The rune is sealed; nothing more is played. @param {Turn} t */
export function finish(t) {
  const { s } = t;
  s.ended = true;
  s.endedAt = t.now;
  const text =
    'The red light goes out of the mountain like breath out of a sleeper. Emberpeak is only a hill ' +
    'again. You have won.';
  emit(t, { type: 'ended', text, tone: 'good' });
}
