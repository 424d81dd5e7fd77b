/** @import { Direction } from '../rules/types.js' */
import { isScrolledByKeys } from '../ui/dom.js';

/**
 * @typedef {{ type: 'move', direction: Direction }
 *   | { type: 'verb', verb: 'look'|'talk'|'attack'|'sneak'|'rest' }
 *   | { type: 'choice', index: number }
 *   | { type: 'inventory' } | { type: 'help' } | { type: 'close' }} Command
 *
 * @typedef {object} KeyFacts
 * @property {string} key
 * @property {boolean} [repeat]
 * @property {boolean} [ctrlKey]
 * @property {boolean} [altKey]
 * @property {boolean} [metaKey]
 * @property {boolean} [isComposing]
 *
 * @typedef {object} Context
 * @property {boolean} windowOpen
 * @property {boolean} typing in a textbox or another control that eats letters
 * @property {boolean} playing the game is on the screen
 * @property {boolean} letters whether single keys are wanted at all
 */

/** @type {Readonly<Record<string, Command>>} */
const KEYS = {
  arrowup: { type: 'move', direction: 'north' },
  w: { type: 'move', direction: 'north' },
  arrowright: { type: 'move', direction: 'east' },
  d: { type: 'move', direction: 'east' },
  arrowdown: { type: 'move', direction: 'south' },
  s: { type: 'move', direction: 'south' },
  arrowleft: { type: 'move', direction: 'west' },
  a: { type: 'move', direction: 'west' },
  l: { type: 'verb', verb: 'look' },
  t: { type: 'verb', verb: 'talk' },
  f: { type: 'verb', verb: 'attack' },
  x: { type: 'verb', verb: 'sneak' },
  r: { type: 'verb', verb: 'rest' },
  i: { type: 'inventory' },
  '?': { type: 'help' },
  escape: { type: 'close' },
};

/** For the help window. */
export const KEY_HELP = [
  ['Arrow keys, or W A S D', 'walk north, west, south, east'],
  ['1 to 9', 'take that choice'],
  ['L', 'look'],
  ['T', 'talk'],
  ['F', 'attack'],
  ['X', 'sneak away'],
  ['R', 'rest'],
  ['I', 'go to the inventory'],
  ['Tab, Enter', 'every button in turn, and press it'],
  ['Esc', 'close a window'],
  ['?', 'this help'],
];

/**
 * The command of a key now; null if it has none.
 * @param {KeyFacts} event
 * @param {Context} context
 * @returns {Command|null}
 */
export function commandOf(event, context) {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null;
  if (context.windowOpen || context.typing || !context.playing) return null;
  const key = event.key.toLowerCase();
  if (!context.letters && key.length === 1 && key !== '?') return null;
  if (/^[1-9]$/.test(key)) return { type: 'choice', index: Number(key) - 1 };
  return Object.prototype.hasOwnProperty.call(KEYS, key) ? (KEYS[key] ?? null) : null;
}

const EATS_LETTERS = 'input, textarea, select, [contenteditable]';
const SCROLLS = ['ArrowUp', 'ArrowDown'];

/**
 * @param {{ isPlaying: () => boolean, lettersWanted: () => boolean, onCommand: (command: Command) => void }} outside
 */
export function listenToKeys({ isPlaying, lettersWanted, onCommand }) {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return;
    // A player who moved the focus to a long text wants to scroll it; letters still walk.
    if (SCROLLS.includes(event.key) && isScrolledByKeys(event.target)) return;
    const command = commandOf(event, {
      windowOpen: document.querySelector('dialog[open]') !== null,
      typing: event.target instanceof Element && event.target.matches(EATS_LETTERS),
      playing: isPlaying(),
      letters: lettersWanted(),
    });
    if (!command) return;
    event.preventDefault();
    onCommand(command);
  });
}
