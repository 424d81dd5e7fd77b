/** Tidies a typed style as the server does, so that the preview is right. */

export const STYLE_MAX = 200;

/** Lengths are counted in characters, as the server does, not in UTF-16 units. @param {string} text */
export function lengthOf(text) {
  return [...text].length;
}

/** @param {string} text */
export function cutToMax(text) {
  return lengthOf(text) > STYLE_MAX ? [...text].slice(0, STYLE_MAX).join('') : text;
}

/** @param {string} text */
export function tidy(text) {
  return text.split(/\s+/u).filter(Boolean).join(' ');
}

/**
 * The whole prompt, as the painter will read it.
 * @param {string} prompt
 * @param {string} style
 */
export function wholePrompt(prompt, style) {
  const tidied = tidy(style);
  if (!tidied) return prompt;
  return `${prompt}${/[.!?\u2026\u3002\uff01\uff1f]$/u.test(prompt) ? '' : '.'} Style: ${tidied}`;
}
