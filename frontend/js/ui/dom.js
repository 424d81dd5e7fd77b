/**
 * Builds elements. Text goes in as text and nothing is ever parsed as HTML:
 * names and styles come from people, and from a server that heard them from people.
 *
 * @typedef {string|number|boolean|null|undefined|((event: any) => void)} Prop
 */

/**
 * `text` and `class` set these; a function under `onName` listens to `name`;
 * `true` sets an empty attribute; `false`, null and undefined set none.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Prop>} [props]
 * @param {...(Node|string|null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {Prop} value
 */
function setProp(node, name, value) {
  if (typeof value === 'function') node.addEventListener(name.slice(2).toLowerCase(), value);
  else if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (name === 'text') node.textContent = String(value);
  else node.setAttribute(name, value === true ? '' : String(value));
}

/**
 * Writes only changes, so that a live region does not repeat itself.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {Element} node
 * @param {string} name
 * @param {string|boolean|null} value
 */
export function setAttr(node, name, value) {
  if (value === null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== (value === true ? '' : value))
    node.setAttribute(name, value === true ? '' : value);
}

/**
 * Enables or disables a button. A button with focus passes it to `heir`, because
 * a disabled button swallows key presses.
 * @param {HTMLButtonElement} button
 * @param {boolean} enabled
 * @param {HTMLElement} heir
 */
export function setEnabled(button, enabled, heir) {
  if (button.disabled === !enabled) return;
  const focused = document.activeElement === button;
  button.disabled = !enabled;
  if (focused && !enabled) heir.focus({ preventScroll: true });
}

/**
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new TypeError(`the page has no #${id}`);
  return found;
}

/**
 * Lets keys scroll a box, if there is something to scroll.
 * @param {HTMLElement} box
 */
export function scrollableByKeys(box) {
  const look = () => setAttr(box, 'tabindex', hasMore(box) ? '0' : null);
  new ResizeObserver(look).observe(box);
  return look;
}

/**
 * Whether the arrow keys scroll this if it has the focus.
 * @param {EventTarget|null} target
 */
export function isScrolledByKeys(target) {
  return (
    target instanceof HTMLElement && hasMore(target) && ['auto', 'scroll'].includes(getComputedStyle(target).overflowY)
  );
}

/** @param {HTMLElement} box */
function hasMore(box) {
  return box.scrollHeight > box.clientHeight + 1;
}
