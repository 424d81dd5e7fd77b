/** @import { View } from '../rules/view.js' */
/** @import { ItemId } from '../rules/types.js' */
import { el, setText } from '../ui/dom.js';
import { iconOf } from '../items/item-icons.js';
import { pixels } from '../ui/pixels.js';

/**
 * A button for each item, named by the item.
 * @param {HTMLElement} element
 * @param {{ open: (item: ItemId) => void }} up
 */
export function mountInventory(element, { open }) {
  const title = el('h2', { id: 'inventory-title', text: 'Inventory', tabindex: '-1' });
  const list = el('ul', { class: 'item-list' });
  element.append(title, el('div', { class: 'panel-body' }, list));
  /** @type {Map<ItemId, HTMLLIElement>} */
  const entries = new Map();

  /** @param {View['inventory'][number]} item */
  function entryOf({ id, name }) {
    const found = entries.get(id);
    if (found) return found;
    const badge = el('span', { class: 'item-badge', id: `item-${id}` });
    const entry = el(
      'li',
      {},
      el(
        'button',
        { type: 'button', class: 'item', 'data-item': id, 'aria-describedby': `item-${id}`, onClick: () => open(id) },
        pixels(iconOf(id), 'item-icon'),
        el('span', { class: 'item-name', text: name }),
      ),
      badge,
    );
    entries.set(id, entry);
    return entry;
  }

  return {
    /** @param {View} view */
    update({ inventory }) {
      const carried = new Set(inventory.map(({ id }) => id));
      for (const [id, entry] of entries) {
        if (carried.has(id)) continue;
        if (entry.contains(document.activeElement)) title.focus({ preventScroll: true });
        entry.remove();
        entries.delete(id);
      }
      inventory.forEach((item, index) => {
        const entry = entryOf(item);
        if (list.children[index] !== entry) list.insertBefore(entry, list.children[index] ?? null);
        setText(
          /** @type {Element} */ (entry.lastElementChild),
          item.count > 1 ? `×${item.count}` : item.equipped ? 'in use' : '',
        );
      });
    },
    focus() {
      (list.querySelector('button') ?? title).focus();
    },
  };
}
