/** @import { View } from '../rules/view.js' */
import { el, scrollableByKeys } from '../ui/dom.js';

/** @param {HTMLElement} element */
export function mountQuests(element) {
  const list = el('ul', { class: 'quest-list' });
  const body = el('div', { class: 'panel-body' }, list);
  element.append(el('h2', { id: 'quests-title', text: 'Quests' }), body);
  const look = scrollableByKeys(body);
  let shown = '';

  return {
    /** @param {View} view */
    update({ quests }) {
      const now = JSON.stringify(quests);
      if (now === shown) return;
      shown = now;
      const next = quests.findIndex(({ main, done }) => main && !done);
      list.replaceChildren(...quests.map((quest, index) => drawn(quest, index === next)));
      look();
    },
  };
}

/**
 * @param {View['quests'][number]} quest
 * @param {boolean} next
 */
function drawn({ id, text, main, done, hint }, next) {
  return el(
    'li',
    { class: `quest${done ? ' is-done' : ''}${next ? ' is-next' : ''}`, 'data-quest': id },
    el('span', { class: 'quest-mark', text: done ? '[x]' : '[ ]', 'aria-hidden': 'true' }),
    el(
      'div',
      {},
      el(
        'p',
        { class: 'quest-text' },
        el('span', { text }),
        el('span', { class: 'quest-kind', text: done ? ' (done)' : main ? '' : ' (side quest)' }),
      ),
      hint ? el('p', { class: 'quest-hint', text: hint }) : null,
    ),
  );
}
