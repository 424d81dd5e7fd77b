/** @import { Line } from '../game/log-lines.js' */
import { el } from '../ui/dom.js';

const MOST_SHOWN = 200;

/** @param {HTMLElement} element the one with role `log` */
export function mountLog(element) {
  /** @param {readonly Line[]} lines */
  function append(lines) {
    const last = lines[lines.length - 1];
    if (!last) return;
    for (const old of element.querySelectorAll('.is-new')) old.classList.remove('is-new');
    element.append(...lines.map((line) => drawn(line, line.turn === last.turn)));
    while (element.childElementCount > MOST_SHOWN) element.firstElementChild?.remove();
    toNewest();
  }

  /** Scrolls to the start of the newest turn if it is long, or to its end if it fits. */
  function toNewest() {
    element.scrollTop = element.scrollHeight;
    const first = element.querySelector('.is-new');
    if (first instanceof HTMLElement) element.scrollTop = Math.min(element.scrollTop, first.offsetTop - 8);
  }

  // A hidden log cannot be scrolled, so it catches up when it becomes visible.
  let inSight = false;
  new ResizeObserver(() => {
    const was = inSight;
    inSight = element.clientHeight > 0;
    if (inSight && !was) toNewest();
  }).observe(element);

  return {
    /** @param {{ lines: readonly Line[], fresh: boolean }} data `fresh`: another game, so the old lines go */
    update({ lines, fresh }) {
      if (fresh) element.replaceChildren();
      append(lines);
    },
  };
}

/**
 * @param {Line} line
 * @param {boolean} isNew of the newest turn; a resumed game brings older ones too
 */
function drawn({ text, tone }, isNew) {
  return el('p', { class: `line tone-${tone}${isNew ? ' is-new' : ''}`, text });
}
