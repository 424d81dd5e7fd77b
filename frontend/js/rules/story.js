/** @import { EnemyId, Mark, State } from './types.js' */
import { dayOf } from './world/clock.js';
import { ENEMY_IDS, enemy } from './fights/enemies.js';
import { place } from './world/world.js';

/**
 * @typedef {object} Story
 * @property {string} title
 * @property {string[]} paragraphs
 * @property {{ label: string, value: string }[]} facts
 */

/** The text of a mark, after its day and hour. @type {Readonly<Record<string, string>>} */
const MARKS = {
  fighter: 'Bryn the Fighter took up her shield and followed you',
  rogue: 'Sable the Rogue left his cards and came along',
  mines: 'you went under the mountain for the first time',
  note: 'you read the page that Wat had pinned up in the camp',
  tended: 'you set a broken leg by torchlight',
  rubble: 'your rope brought down the rubble',
  miners: 'nine men crawled out of the dark, and Garrett counted them',
  'cat-found': 'a grey cat consented to be found',
  cat: 'a child stopped crying in the square',
  bridge: 'you gave the village its bridge back',
  stone: 'the Sealing Stone came down from its winch',
  guardian: 'the guardian of the Stone fell to pieces at your feet',
  death: 'you died, a little, and were put back to bed',
  'rune-seen': 'you stood before the shattered rune',
  rune: 'the Stone went home, and the red light went out',
};

/**
 * The story of this run, from what happened in it.
 * @param {State} s
 * @returns {Story}
 */
export function storyOf(s) {
  return {
    title: s.ended ? 'The Emberpeak Expedition: the end' : 'The Emberpeak Expedition: so far',
    paragraphs: [company(s), ...chronicle(s), fights(s), manner(s), closing(s)].filter(Boolean),
    facts: facts(s),
  };
}

/** @param {State} s */
function company(s) {
  const { fighter, rogue } = s.flags;
  const { name } = s.hero;
  if (fighter && rogue)
    return `This is how ${name} went under Emberpeak, with Bryn on the left and Sable a step behind.`;
  if (fighter || rogue)
    return (
      `This is how ${name} went under Emberpeak, with one friend: ` +
      `${fighter ? 'Bryn and her shield' : 'Sable and his knives'}.`
    );
  return `This is how ${name} went under Emberpeak alone, having asked nobody.`;
}

/** One paragraph a day. @param {State} s */
function chronicle(s) {
  const told = s.marks.filter((one) => MARKS[one.what]);
  const days = [...new Set(told.map(({ day }) => day))];
  return days.map((day) => {
    const marks = told.filter((one) => one.day === day);
    return [`Day ${day}.`, ...marks.map((one, i) => sentence(one, marks[i - 1]))].join(' ');
  });
}

const WHEN = { dawn: 'at dawn', day: 'in broad day', dusk: 'at dusk', night: 'in the night' };

/**
 * Hour and place are named when they change. No article fits the names of all places.
 * @param {Mark} one
 * @param {Mark} [before]
 */
function sentence(one, before) {
  const when = one.hour === before?.hour ? [] : [WHEN[one.hour]];
  const what = MARKS[one.what];
  if (one.place !== before?.place) return `${[place(one.place).name, ...when].join(', ')}: ${what}.`;
  const opening = when[0] ? `${when[0]},` : 'then';
  return `${opening.charAt(0).toUpperCase()}${opening.slice(1)} ${what}.`;
}

/** @param {State} s */
function fights(s) {
  const counts = ENEMY_IDS.map((id) => /** @type {[EnemyId, number]} */ ([id, s.beaten[id] ?? 0])).filter(
    ([, n]) => n > 0,
  );
  if (counts.length === 0)
    return s.tally.escapes > 0
      ? 'Not one foe fell to your blade; you were always somewhere else.'
      : 'Your blade was never wetted.';
  const list = counts.map(([id, n]) => `${enemy(id).name} (${n})`).join(', ');
  const away = s.tally.escapes > 0 ? ` You slipped away from ${times(s.tally.escapes)} more.` : '';
  return `You overcame: ${list}.${away}`;
}

/** @param {number} n */
function times(n) {
  return ['none', 'one', 'two', 'three', 'four', 'five', 'six'][n] ?? String(n);
}

/** @param {State} s */
function manner(s) {
  const lines = [];
  if (s.tally.spared > 0)
    lines.push(
      `You bound ${times(s.tally.spared)} of the corrupted whom you might have killed. Their wives will know.`,
    );
  if (s.tally.deaths === 0) lines.push('You never once fell.');
  else {
    const often = s.tally.deaths === 1 ? 'once' : `${times(s.tally.deaths)} times`;
    lines.push(`You fell ${often}, and got up one time more than that.`);
  }
  if (s.flags.catAsked && !s.flags.catHome) lines.push('Somewhere a child is still looking up into trees.');
  if (s.tally.potions >= 5) lines.push('The glassblower has named a bottle after you.');
  return lines.join(' ');
}

/** @param {State} s */
function closing(s) {
  if (!s.ended) return 'And that is how far the story has come.';
  return 'They still tell it in the Starting Tavern, near the window that Garrett, at last, paid for.';
}

/** @param {State} s */
function facts(s) {
  const { hero, tally } = s;
  const rows = [
    ['Days', dayOf(s)],
    ['Turns', s.turn],
    ['Level', hero.level],
    ['XP', hero.xp],
    ['Gold', hero.gold],
    ['Places seen', `${Object.keys(s.visits).length} of 20`],
    ['Encounters', tally.encounters],
    ['Perfect blows', tally.criticals],
    ['Potions drunk', tally.potions],
    ['Skill checks won', `${tally.checksWon} of ${tally.checksWon + tally.checksLost}`],
    ['Falls', tally.deaths],
  ];
  if (s.startedAt !== null && s.endedAt !== null)
    rows.push(['Minutes at the table', Math.max(1, Math.round((s.endedAt - s.startedAt) / 60000))]);
  return rows.map(([label, value]) => ({ label: String(label), value: String(value) }));
}
