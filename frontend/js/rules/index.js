/** The rules, for the page: everything it may call. */
export { act, newGame, opening } from './game.js';
export { sceneOf, scenesAround, view } from './view.js';
export { revive } from './state/save.js';
export { diceFrom, seededDice } from './dice.js';
export { storyOf } from './story.js';
export { item, ITEM_IDS } from './hero/items.js';
