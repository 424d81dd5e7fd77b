import { createApi, mediaUrl } from './api/api.js';
import { createHttp } from './api/http.js';
import { Adventure } from './game/adventure.js';
import { createPackApi, packIn } from './pack/pack-api.js';
import { pageTimers } from './ui/timers.js';

/** The only place that uses the browser's globals; everything else gets them as arguments. */
const pack = packIn(document);
const base = new URL(pack ? './' : '../', document.baseURI).href;
const request = createHttp({
  fetch: (...args) => fetch(...args),
  base,
  onCookies: (areKept) => adventure.cookies(areKept),
});
const api = pack ? createPackApi(pack, { base }) : createApi(request, base);
const tab = [...crypto.getRandomValues(new Uint32Array(2))].map((number) => number.toString(36)).join('');

const adventure = new Adventure({
  api,
  request: pack ? null : request,
  mediaUrl: (url) => mediaUrl(url, base),
  timers: pageTimers,
  tab,
  chance: { dice: { d: (sides) => 1 + Math.floor(Math.random() * sides) }, clock: { now: () => Date.now() } },
});

/** A picture that cannot be loaded leaves its place empty, without a broken-image icon. */
for (const type of ['load', 'error']) {
  const mark = (/** @type {Event} */ { target }) => {
    if (target instanceof HTMLImageElement) target.classList.toggle('is-broken', type === 'error');
  };
  document.addEventListener(type, mark, { capture: true });
}

addEventListener('error', ({ error }) => {
  if (error) adventure.ownFault();
});
addEventListener('unhandledrejection', () => adventure.ownFault());
addEventListener('online', () => adventure.backOnline());
addEventListener('pagehide', () => adventure.leaving());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') adventure.leaving();
});
document.documentElement.dataset.started = ''; // `old-browser.js` stays quiet
void adventure.start();
