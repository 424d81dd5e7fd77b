/** @import { Command } from './keyboard-map.js' */
import { isScrolledByKeys } from '../ui/dom.js';
import { commandOf } from './keyboard-map.js';

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
