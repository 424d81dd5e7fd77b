/** @import { Hour, PlaceId, State, Weather } from '../types.js' */
import { hourOf } from './clock.js';
import { MINES } from './prose-mines.js';
import { SURFACE } from './prose-surface.js';
import { regionOf } from './world.js';

/**
 * @typedef {{ first: string, again: string, states: [(s: State) => boolean, string][] }} PlaceWords
 * @typedef {PlaceWords & Record<Hour, string>} PlaceProse
 */

/** @type {Partial<Record<PlaceId, PlaceProse>>} */
const ALL = { ...SURFACE, ...MINES };

/** @type {Readonly<Record<Weather, string>>} */
const OUTDOORS = {
  clear: 'The air is clear, and Emberpeak smokes a thin thread into it.',
  'light rain': 'A light rain ticks on everything you own.',
  storm: 'The storm throws water and light about. You lean to walk.',
  fog: "Fog has taken everything more than a stone's throw away.",
};

/** @type {Readonly<Record<Weather, string>>} */
const INDOORS = {
  clear: '',
  'light rain': 'Rain taps at the roof, asking for nothing.',
  storm: 'The storm has the roof by the shoulders. It holds.',
  fog: 'Fog presses its blank face to the window.',
};

/**
 * What the hero sees: the place at this hour, in this weather, after what happened there.
 * @param {State} s
 * @param {boolean} [firstTime] true for the long description of a first visit
 */
export function describe(s, firstTime = (s.visits[s.place] ?? 0) <= 1) {
  const prose = ALL[s.place];
  if (!prose) throw new RangeError(`no prose for ${s.place}`);
  const states = prose.states.filter(([when]) => when(s)).map(([, text]) => text);
  const lines = [firstTime ? prose.first : prose.again, prose[hourOf(s)], skyOf(s), ...states];
  return lines.filter(Boolean).join(' ');
}

/** @param {State} s */
function skyOf(s) {
  if (regionOf(s.place) === 'mines') return '';
  return s.place === 'tavern' || s.place === 'blacksmith' ? INDOORS[s.weather] : OUTDOORS[s.weather];
}
