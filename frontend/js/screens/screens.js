/** @typedef {'title'|'game'|'end'} ScreenName */

/** One screen at a time. */
export function createScreens() {
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-screen]')]);
  /** @type {ScreenName} */
  let current = 'title';
  return {
    /** @param {ScreenName} name */
    show(name) {
      current = name;
      for (const screen of all) screen.hidden = screen.dataset.screen !== name;
    },
    current: () => current,
  };
}
