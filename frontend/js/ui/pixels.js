/** Pixel drawings from rows of characters: `#` in the text colour, `o` dimmer, `*` in the accent. */

const SVG = 'http://www.w3.org/2000/svg';
const CLASS_OF = { '#': 'px', o: 'px px-dim', '*': 'px px-accent' };

/**
 * One path for each tone. It is decoration, so hidden from screen readers.
 * @param {readonly string[]} rows
 * @param {string} className
 * @returns {SVGElement}
 */
export function pixels(rows, className) {
  const width = Math.max(...rows.map((row) => row.length));
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${rows.length}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  for (const [tone, name] of Object.entries(CLASS_OF)) {
    const outline = pathOf(rows, tone);
    if (!outline) continue;
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', outline);
    path.setAttribute('class', name);
    svg.append(path);
  }
  return svg;
}

/**
 * Each run of one tone becomes a rectangle.
 * @param {readonly string[]} rows
 * @param {string} tone
 */
export function pathOf(rows, tone) {
  let path = '';
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] !== tone) continue;
      let end = x;
      while (row[end] === tone) end += 1;
      path += `M${x} ${y}h${end - x}v1h${x - end}z`;
      x = end;
    }
  });
  return path;
}

/** @type {Readonly<Record<string, readonly string[]>>} */
const LETTERS = {
  A: ['.###.', '#...#', '#...#', '#####', '#...#', '#...#', '#...#'],
  B: ['####.', '#...#', '#...#', '####.', '#...#', '#...#', '####.'],
  E: ['#####', '#....', '#....', '####.', '#....', '#....', '#####'],
  K: ['#...#', '#..#.', '#.#..', '##...', '#.#..', '#..#.', '#...#'],
  M: ['#...#', '##.##', '#.#.#', '#.#.#', '#...#', '#...#', '#...#'],
  P: ['####.', '#...#', '#...#', '####.', '#....', '#....', '#....'],
  R: ['####.', '#...#', '#...#', '####.', '#.#..', '#..#.', '#...#'],
};

/**
 * A word in block letters with a dim shadow one pixel down and right.
 * @param {string} word of the letters above
 * @returns {string[]}
 */
export function blockLetters(word) {
  const plain = Array.from({ length: 7 }, (_, y) =>
    [...word].map((letter) => LETTERS[letter]?.[y] ?? '.....').join('..'),
  );
  const width = (plain[0] ?? '').length + 1;
  const lit = (/** @type {number} */ x, /** @type {number} */ y) => plain[y]?.[x] === '#';
  return Array.from({ length: 8 }, (_, y) =>
    Array.from({ length: width }, (__, x) => (lit(x, y) ? '#' : lit(x - 1, y - 1) ? 'o' : '.')).join(''),
  );
}
