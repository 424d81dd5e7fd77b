/** @import { Api } from '../api/api.js' */
/** @import { Request } from '../api/http.js' */
/** @import { Timers } from '../ui/timers.js' */
/** @import { Chance, ItemId } from '../rules/types.js' */
/** @import { Turn } from './game-controller.js' */
/** @import { Command } from './keyboard.js' */
import { ItemWindow } from '../items/item-window.js';
import { mountOldImages } from '../migration/old-images.js';
import { browserStorage, oldTheme } from '../migration/old-storage.js';
import { mountStatusBar, mountSaveTrouble } from '../panels/status-bar.js';
import { scenesAround } from '../rules/index.js';
import { createGameFiles } from '../saves/game-files.js';
import { labelOf, packSave } from '../saves/save-file.js';
import { OWN_FAULT, whyNotSaved } from '../saves/why-not-saved.js';
import { SlotFlow } from '../saves/slot-flow.js';
import { askToDelete } from '../saves/slot-questions.js';
import { NeighbourWarmer } from '../scene/neighbour-warmer.js';
import { SceneRequests } from '../scene/scene-requests.js';
import { mountEndScreen } from '../screens/end-screen.js';
import { openHelp } from '../screens/help-window.js';
import { createPreferences } from '../screens/preferences.js';
import { createScreens } from '../screens/screens.js';
import { openSettings } from '../screens/settings-window.js';
import { mountTitleScreen } from '../screens/title-screen.js';
import { byId } from '../ui/dom.js';
import { mountNotice } from '../ui/notice.js';
import { createGame } from './game-controller.js';
import { listenToKeys } from './keyboard.js';
import { mountPanels } from './panels.js';

const TITLE_SCENE = { location: 'Mine Entrance', time_of_day: 'dusk', weather: 'clear' };
const ASK_AGAIN_SECONDS = [10, 20, 40, 60];

/**
 * The whole page: wires the game to its panels, its pictures and its saves.
 *
 * @typedef {object} Outside
 * @property {Api} api
 * @property {Request|null} request null in a pack, which has no server to move old images to
 * @property {(url: string) => string|null} mediaUrl
 * @property {Timers} timers
 * @property {string} tab
 * @property {Chance} chance
 */
export class Adventure {
  /** @type {Outside} */
  #outside;

  #screens = createScreens();

  #notice = mountNotice(byId('notice', HTMLElement), () => this.#takeFocus());

  #fresh = true;

  /** Which game was asked for last, while the server has not answered. @type {{ game: string }|null} */
  #wish = null;

  /** @type {ReturnType<typeof createGame>} */
  #game;

  #items;

  /** @type {ReturnType<typeof mountPanels>} */
  #panels;

  #scenes;

  #warmer;

  #status;

  #trouble;

  #files;

  #isAtFault = false;

  #slots;

  /** @type {ReturnType<typeof createPreferences>} */
  #preferences;

  #title;

  #oldImages;

  #end;

  /** @param {Outside} outside */
  constructor(outside) {
    const { api, request, mediaUrl, timers, tab, chance } = outside;
    this.#outside = outside;
    const preferences = createPreferences({
      api: {
        read: api.preferences.read,
        write: (body) => this.#slots.forKnownPlayer(() => api.preferences.write(body)),
      },
      onChange: applyPreferences,
      oldTheme: request && oldTheme(browserStorage()),
    });
    const game = createGame({ chance, onTurn: (turn) => this.#show(turn) });
    const say = this.#notice.say;
    this.#items = new ItemWindow({
      images: api.images,
      mediaUrl,
      dispatch: game.dispatch,
      onNews: (text) => say(text),
    });
    const panels = mountPanels({ dispatch: game.dispatch, open: (id) => this.#openItem(id) });
    this.#warmer = new NeighbourWarmer({
      warm: api.scenes.warm,
      timers,
      isOnline: () => navigator.onLine && !document.hidden,
    });
    this.#scenes = new SceneRequests({
      ...api.scenes,
      mediaUrl,
      timers,
      onNote: panels.scene.note,
      onPicture: (shown) => {
        panels.scene.picture(shown);
        if (shown.kind === 'painting') this.#warmer.arrived(shown.scene);
      },
    });
    const windows = { settings: () => openSettings(preferences, api.keeper), help: openHelp };
    this.#status = mountStatusBar(byId('status-bar', HTMLElement), { menu: () => this.#showTitle(), ...windows });
    this.#files = createGameFiles({
      running: game.kept,
      newest: () => this.#slots.newest,
      read: api.saves.read,
      say,
      onLoaded: (found) => void this.#beginFrom(found),
    });
    this.#trouble = mountSaveTrouble(byId('save-trouble', HTMLElement), {
      toFile: () => void this.#files.save(),
      takeFocus: () => this.#takeFocus(),
    });
    this.#slots = new SlotFlow({
      saves: api.saves,
      timers,
      tab,
      say,
      hush: this.#notice.clear,
      onStatus: (status, error) => {
        this.#status.update({ status, reason: whyNotSaved(status, error) });
        if (status !== 'saving' && !this.#isAtFault) this.#trouble.update(whyNotSaved(status, error));
        if (status === 'saved') void preferences.sync();
      },
      onOverview: (overview) => this.#title.update(overview),
      onLoaded: (state, lines) => this.#open(() => game.resume(state, lines)),
    });
    const title = { picture: api.scenes.previewUrl(TITLE_SCENE), keeper: api.keeper };
    this.#title = mountTitleScreen(byId('title-screen', HTMLElement), title, {
      ...windows,
      newAdventure: (name) => void this.#begin(name),
      proceed: () => void this.#proceed(),
      load: (slot) => void this.#load(slot),
      remove: (slot) => void this.#remove(slot),
      toFile: () => void this.#files.save(),
      fromFile: () => this.#files.load(),
    });
    this.#oldImages =
      request &&
      mountOldImages(this.#title.oldImages, {
        request,
        saves: api.saves,
        timers,
        preferences,
        onSavedGame: () => void this.#slots.refresh(),
      });
    this.#end = mountEndScreen(byId('end-screen', HTMLElement), {
      newAdventure: () => void this.#begin(this.#game.view()?.hero.name ?? ''),
      lookBack: () => this.#showGame(),
    });
    [this.#preferences, this.#game, this.#panels] = [preferences, game, panels];
    listenToKeys({
      isPlaying: () => this.#screens.current() === 'game',
      lettersWanted: () => preferences.now().keys,
      onCommand: (command) => this.#obey(command),
    });
  }

  async start() {
    this.#screens.show('title');
    await Promise.all([this.#slots.refresh(), this.#preferences.sync()]);
    this.#oldImages?.show();
    if (document.activeElement === document.body) this.#title.focus();
    this.#lookForServer();
  }

  backOnline() {
    this.#slots.retryNow();
    this.#scenes.retryNow();
    void this.#preferences.sync();
    if (this.#screens.current() === 'title') void this.#slots.refresh();
  }

  /** @param {boolean} areKept whether the browser keeps the cookie by which the server knows the player */
  cookies(areKept) {
    this.#slots.cookies(areKept);
  }

  /** Handles an error in this page that nobody caught. */
  ownFault() {
    this.#isAtFault = true;
    this.#trouble.update(OWN_FAULT);
    if (this.#screens.current() !== 'game') this.#notice.say(OWN_FAULT);
  }

  /** The page may be closing: sends what is unsaved. */
  leaving() {
    this.#slots.leave();
  }

  /** @param {Turn} turn */
  #show(turn) {
    const { view, events, changed, lines, action } = turn;
    this.#panels.update(turn, this.#fresh);
    this.#fresh = false;
    this.#warmer.stand(view.scene, view.ended ? [] : scenesAround(turn.state));
    this.#scenes.look(view.scene);
    if (changed) this.#slots.save(packSave(turn.state, view, turn.history));
    const closing = events.some(({ type }) => type === 'ended');
    if (closing || action?.type === 'story') this.#showEnd(closing ? lines : []);
  }

  /** @param {() => void} start starts or resumes a game */
  #open(start) {
    this.#fresh = true;
    this.#notice.clear();
    this.#showGame();
    start();
    if (this.#game.view()?.ended) this.#showEnd([]);
  }

  #showTitle() {
    this.#warmer.rest();
    this.#screens.show('title');
    this.#title.focus();
    void this.#slots.refresh();
  }

  #showGame() {
    this.#wish = null;
    this.#screens.show('game');
    this.#panels.scene.focus();
  }

  /** The element with the focus has disappeared. */
  #takeFocus() {
    const current = this.#screens.current();
    ({ title: this.#title, game: this.#panels.scene, end: this.#end })[current]?.focus();
  }

  /** @param {Turn['lines']} lines what happened in the last turn */
  #showEnd(lines) {
    const view = this.#game.view();
    if (!view?.story) return;
    const last = lines.filter(({ tone }) => tone !== 'command').map(({ text }) => text);
    this.#end.update({ story: view.story, last, picture: this.#outside.api.scenes.previewUrl(view.scene) });
    this.#screens.show('end');
    this.#end.focus();
  }

  /**
   * Pressing twice asks once. Pressing something else meanwhile cancels the first.
   * @param {string} game
   * @param {(isWanted: () => boolean) => Promise<unknown>} open
   */
  async #want(game, open) {
    if (this.#wish?.game === game) return;
    const wish = { game };
    this.#wish = wish;
    await open(() => this.#wish === wish);
    if (this.#wish === wish) this.#wish = null;
  }

  /** @param {string} name */
  #begin(name) {
    const view = this.#game.view();
    return this.#want('a new one', async (isWanted) => {
      const isFound = await this.#slots.beginNew(view ? labelOf(view) : null, isWanted);
      if (isFound) this.#open(() => this.#game.begin(name));
    });
  }

  async #proceed() {
    const { playing, newest } = this.#slots;
    if (playing !== null) this.#goOn();
    else if (newest) await this.#load(newest);
  }

  #goOn() {
    this.#showGame();
    this.#slots.decide();
  }

  /** @param {string} slot */
  async #load(slot) {
    if (this.#slots.playing === slot) this.#goOn();
    else await this.#want(slot, (isWanted) => this.#slots.load(slot, isWanted));
  }

  /** @param {string} slot */
  async #remove(slot) {
    if (this.#slots.playing === slot) {
      this.#notice.say('This adventure is running in this tab. Begin another one first.');
    } else if (await askToDelete(slot)) await this.#slots.remove(slot);
  }

  /** @param {import('../saves/save-to-file.js').Loaded} found in a file */
  #beginFrom({ state, lines }) {
    const view = this.#game.view();
    return this.#want('a file', async (isWanted) => {
      const isFound = await this.#slots.beginNew(view ? labelOf(view) : null, isWanted, true);
      if (isFound) this.#open(() => this.#game.resume(state, lines, true));
    });
  }

  /** @param {ItemId} id */
  #openItem(id) {
    const item = this.#game.view()?.inventory.find((one) => one.id === id);
    if (item) this.#items.open(item);
  }

  /** @param {Command} command */
  #obey(command) {
    const view = this.#game.view();
    if (!view) return;
    switch (command.type) {
      case 'move':
        this.#game.dispatch(view.exits[command.direction].action, `Go ${command.direction}`);
        break;
      case 'verb':
        this.#pressVerb(command.verb);
        break;
      case 'choice':
        this.#panels.choices.pick(command.index);
        break;
      case 'help':
        openHelp();
        break;
      case 'close':
        this.#panels.tabs.close();
        break;
      default:
        this.#panels.tabs.open('inventory');
        this.#panels.inventory.focus();
    }
  }

  /** @param {string} id */
  #pressVerb(id) {
    const verb = this.#game.view()?.verbs.find((one) => one.id === id);
    if (verb) this.#game.dispatch(verb.action, verb.label);
  }

  /** While the server is away, the title asks again, less often each time. */
  #lookForServer(tries = 0) {
    const seconds = ASK_AGAIN_SECONDS[Math.min(tries, ASK_AGAIN_SECONDS.length - 1)] ?? 60;
    this.#outside.timers.set(async () => {
      const isWaiting = this.#screens.current() === 'title' && this.#slots.isAway;
      if (isWaiting && (await this.#slots.refresh())) void this.#preferences.sync();
      this.#lookForServer(isWaiting ? tries + 1 : 0);
    }, seconds * 1000);
  }
}

/** @param {import('../screens/preferences.js').Preferences} now */
function applyPreferences({ theme, effects }) {
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.effects = effects ? 'on' : 'off';
}
