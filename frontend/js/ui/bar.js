import { el, setAttr, setText } from './dom.js';

/**
 * A bar with its figures beside it.
 * @param {'progressbar'|'meter'} role
 * @param {string} className
 */
export function mountBar(role, className) {
  const fill = el('div', { class: 'bar-fill' });
  const track = el('div', { class: 'bar-track', role, 'aria-valuemin': '0' }, fill);
  const figures = el('span', { class: 'bar-figures', 'aria-hidden': 'true' });
  const element = el('div', { class: `bar ${className}` }, track, figures);
  return {
    element,
    /** @param {{ name: string, now: number, max: number, min?: number }} data */
    update({ name, now, max, min = 0 }) {
      setAttr(track, 'aria-label', name);
      setAttr(track, 'aria-valuemin', String(min));
      setAttr(track, 'aria-valuemax', String(max));
      setAttr(track, 'aria-valuenow', String(now));
      setAttr(track, 'aria-valuetext', `${now} of ${max}`);
      const share = max > min ? Math.min(1, Math.max(0, (now - min) / (max - min))) : 0;
      fill.style.setProperty('--share', `${share * 100}%`);
      setAttr(element, 'data-level', levelOf(share));
      setText(figures, `${now}/${max}`);
    },
  };
}

/** @param {number} share of the whole, from 0 to 1 */
export function levelOf(share) {
  return share <= 0.25 ? 'low' : share <= 0.5 ? 'half' : 'fine';
}
