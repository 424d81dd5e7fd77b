/** @import { View } from '../rules/view.js' */
/** @import { Region } from '../rules/types.js' */
import { el, setAttr } from '../ui/dom.js';

/** @typedef {View['map']['surface'][number][number]} Cell */

const REGIONS = /** @type {const} */ (['surface', 'mines']);
const LABELS = { surface: 'Surface', mines: 'Mines' };

/**
 * The grid is a drawing. A list beside it has the same in words.
 * @param {HTMLElement} element
 */
export function mountMap(element) {
  const grid = el('div', { class: 'map-grid', 'aria-hidden': 'true' });
  const list = el('ul', { class: 'map-list', 'aria-label': 'Places you know' });
  const buttons = REGIONS.map((region) =>
    el('button', {
      type: 'button',
      class: 'map-region',
      'data-region': region,
      text: LABELS[region],
      onClick: () => show(region),
    }),
  );
  element.append(
    el(
      'div',
      { class: 'panel-head' },
      el('h2', { id: 'map-title', text: 'Map' }),
      el('div', { class: 'map-regions', role: 'group', 'aria-label': 'Part of the map' }, ...buttons),
    ),
    grid,
    list,
  );
  /** @type {Region} */
  let region = 'surface';
  /** @type {View|null} */
  let view = null;

  /** @param {Region} next */
  function show(next) {
    region = next;
    draw();
  }

  function draw() {
    if (!view) return;
    for (const button of buttons) setAttr(button, 'aria-pressed', String(button.dataset.region === region));
    setAttr(element, 'data-region', region);
    const cells = view.map[region].flat();
    const here = view.place;
    grid.replaceChildren(...cells.map(drawn));
    list.replaceChildren(
      ...cells
        .filter(({ name }) => name !== null)
        .map((cell) =>
          el(
            'li',
            {},
            el('span', { class: 'map-code', text: codeOf(cell.name ?? ''), 'aria-hidden': 'true' }),
            el('span', { text: wordsOf(cell, here) }),
          ),
        ),
    );
  }

  return {
    /** @param {View} next */
    update(next) {
      const crossed = view === null || view.place.region !== next.place.region;
      view = next;
      if (crossed) region = next.place.region;
      draw();
    },
  };
}

/** @param {Cell} cell */
function drawn({ name, seen, here, open, closed, place }) {
  const ways = [...open.map((way) => `path path-${way}`), ...closed.map((way) => `path path-${way} path-closed`)];
  return el(
    'div',
    { class: `cell cell-${seen}${here ? ' cell-here' : ''}`, 'data-place': place, title: name },
    ...ways.map((way) => el('span', { class: way })),
    place ? el('span', { class: 'cell-name', text: name ?? '?' }) : null,
    name ? el('span', { class: 'cell-code', text: codeOf(name) }) : null,
  );
}

/** @param {string} name */
export function codeOf(name) {
  return name
    .split(' ')
    .map((word) => word[0])
    .join('')
    .slice(0, 2);
}

/**
 * @param {Cell} cell
 * @param {{ x: number, y: number }} here
 */
export function wordsOf({ name, x, y, seen, here: isHere }, here) {
  if (isHere) return `${name}: you are here`;
  const far = [away(here.y - y, 'north', 'south'), away(x - here.x, 'east', 'west')].filter(Boolean).join(', ');
  return `${name}: ${far}${seen === 'visited' ? '' : ' (not visited)'}`;
}

/**
 * @param {number} steps
 * @param {string} ahead
 * @param {string} behind
 */
function away(steps, ahead, behind) {
  return steps === 0 ? '' : `${Math.abs(steps)} ${steps > 0 ? ahead : behind}`;
}
