/** @import { View } from '../rules/view.js' */
import { el, setText } from '../ui/dom.js';
import { mountBar } from '../ui/bar.js';

/** @param {HTMLElement} element */
export function mountFightBanner(element) {
  const name = el('p', { class: 'fight-name' });
  const round = el('p', { class: 'fight-round' });
  const bar = mountBar('meter', 'bar-enemy');
  element.append(el('div', { class: 'fight-line' }, name, round), bar.element);
  return {
    /** @param {View['fight']} fight */
    update(fight) {
      element.hidden = fight === null;
      if (!fight) return;
      setText(name, fight.name);
      setText(round, [`Round ${fight.round}`, ...fight.conditions].join('. '));
      bar.update({ name: `${fight.name} hit points`, now: fight.hp, max: fight.maxHp });
    },
  };
}
