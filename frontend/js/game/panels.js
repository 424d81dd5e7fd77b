/** @import { Action, ItemId } from '../rules/types.js' */
/** @import { Turn } from './game-controller.js' */
import { mountCharacter } from '../panels/character.js';
import { mountChoices } from '../panels/choices.js';
import { mountCompass } from '../panels/compass.js';
import { mountInventory } from '../panels/inventory.js';
import { mountLog } from '../panels/log.js';
import { mountMap } from '../panels/map.js';
import { mountQuests } from '../panels/quests.js';
import { mountTabs } from '../panels/tabs.js';
import { mountVerbs } from '../panels/verbs.js';
import { mountSceneViewer } from '../scene/scene-viewer.js';
import { byId } from '../ui/dom.js';

/**
 * Whether the story must be visible: the map and the sheets show a walk, but only the log
 * shows everything else.
 * @param {Turn} turn
 * @param {string} before the mode before it
 */
function isTold({ view, action }, before) {
  if (view.mode !== before && view.mode !== 'explore') return true;
  return action !== null && action.type !== 'move';
}

/**
 * All panels of the game's screen as one.
 * @param {{ dispatch: (action: Action, command: string) => void, open: (item: ItemId) => void }} up
 */
export function mountPanels({ dispatch, open }) {
  const at = (/** @type {string} */ id) => byId(id, HTMLElement);
  const scene = mountSceneViewer(at('scene'));
  const log = mountLog(at('log'));
  const choices = mountChoices(at('choices'), { dispatch });
  const compass = mountCompass(at('compass'), { dispatch });
  const verbs = mountVerbs(at('verbs'), { dispatch, heir: at('compass') });
  const character = mountCharacter(at('character'));
  const quests = mountQuests(at('quests'));
  const inventory = mountInventory(at('inventory'), { open });
  const map = mountMap(at('map'));
  const tabs = mountTabs(at('tabs'), at('game-screen'));
  let mode = '';

  return {
    scene,
    choices,
    inventory,
    tabs,
    /**
     * @param {Turn} turn
     * @param {boolean} fresh another game than before
     */
    update(turn, fresh) {
      const { view, events, lines } = turn;
      for (const panel of [scene, choices, compass, verbs, character, quests, inventory, map, tabs]) panel.update(view);
      if (fresh || isTold(turn, mode)) tabs.putAway();
      // Last, because the choices may shrink the log, and the sheets hide it.
      log.update({ lines, fresh });
      mode = view.mode;
      at('game-screen').dataset.mode = view.mode;
      if (events.some(({ type }) => type === 'damaged')) character.flash('hurt');
      else if (events.some(({ type }) => type === 'healed')) character.flash('healed');
    },
  };
}
