/** @import { Dice, PlaceId, State, Weather } from '../types.js' */
import { regionOf } from './world.js';

/** @type {readonly Weather[]} */
export const WEATHERS = ['clear', 'light rain', 'storm', 'fog'];

/** The weather may change at each of these hours. */
const STRETCH = 3 * 60;

/**
 * What may follow, by a d6.
 * @type {Readonly<Record<Weather, readonly Weather[]>>}
 */
const NEXT = {
  clear: ['clear', 'clear', 'clear', 'clear', 'light rain', 'fog'],
  'light rain': ['light rain', 'light rain', 'clear', 'clear', 'fog', 'storm'],
  storm: ['storm', 'light rain', 'light rain', 'light rain', 'clear', 'clear'],
  fog: ['fog', 'fog', 'clear', 'clear', 'clear', 'light rain'],
};

/** @type {Readonly<Record<Weather, string>>} */
const TURNS = {
  clear: 'The sky opens, and the peak stands clear.',
  'light rain': 'A light rain begins to fall.',
  storm: 'Thunder walks down from the peak. A storm is on you.',
  fog: 'Fog rolls off the mountain and swallows the distance.',
};

/**
 * @param {Weather} now
 * @param {Dice} dice
 * @returns {Weather}
 */
export function nextWeather(now, dice) {
  return NEXT[now][dice.d(6) - 1] ?? now;
}

/**
 * How many times the weather may change between two moments.
 * @param {number} from
 * @param {number} to
 */
export function turnsOfSky(from, to) {
  return Math.floor(to / STRETCH) - Math.floor(from / STRETCH);
}

/** @param {Weather} weather */
export function weatherText(weather) {
  return TURNS[weather];
}

/**
 * The weather that a picture of this place shows. There is none underground, so
 * nine places need four pictures each, one an hour, instead of sixteen.
 * @param {State} s
 * @param {PlaceId} [at]
 * @returns {Weather}
 */
export function weatherAt(s, at = s.place) {
  return regionOf(at) === 'mines' ? 'clear' : s.weather;
}
