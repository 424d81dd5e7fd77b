/** @import { ApiError } from '../api/http.js' */
/** @import { SaveStatus } from './save-keeper.js' */

/** Reasons of the server that mean, like a full disk, that there is no room for this player's saves. */
const NO_ROOM = ['slots_full', 'client_bytes'];

const TO_A_FILE = 'Save to a file before you leave.';
const OR_A_FILE = 'You can also save to a file.';

const NO_COOKIES =
  'This browser keeps no cookie from this address, so the server cannot find your saves again. ' +
  `Allow cookies here, or play on without them: ${TO_A_FILE.toLowerCase()}`;

export const OWN_FAULT =
  'The game itself has a fault; the server and your network are not to blame. ' +
  'Save to a file, then reload the page.';

const AWAY = `The server does not answer. Play on: your game will be saved when the server is back. ${OR_A_FILE}`;

const CONFLICT =
  'This adventure is not being saved: its slot holds something else. ' +
  'Decide which of them to keep, or save this one to a file.';

/**
 * Why the running adventure is not saved, and what to do, in one or two sentences; empty if it is saved.
 * @param {SaveStatus} status
 * @param {ApiError} [error]
 * @returns {string}
 */
export function whyNotSaved(status, error) {
  if (status === 'saved' || status === 'saving') return '';
  if (status === 'conflict') return CONFLICT;
  return error ? wordsFor(error) : AWAY;
}

/** @param {ApiError} error */
function wordsFor(error) {
  const { status, trouble, reason, message } = error;
  if (trouble === 'cookies') return NO_COOKIES;
  if (trouble === 'own') return OWN_FAULT;
  if (trouble === 'storage') return `${message} Play on: the page keeps trying. ${TO_A_FILE}`;
  if (trouble === 'offline') return AWAY;
  if (status === 507 || NO_ROOM.includes(reason ?? ''))
    return `The server has no room left for saved games. Play on: the page keeps trying. ${TO_A_FILE}`;
  if (status === 412)
    return (
      'The server no longer recognises its own last version of this save, perhaps because of a proxy. ' +
      `The page tries again every minute. ${OR_A_FILE}`
    );
  if (trouble === 'limited') return `The server was asked too often and pauses. The page keeps trying. ${OR_A_FILE}`;
  if (trouble === 'server')
    return `The server answers, but cannot save just now (error ${status}). The page keeps trying. ${OR_A_FILE}`;
  const again = 'The page tries again after the next turn.';
  return `The server refuses this save (error ${status}): ${message} ${again} ${OR_A_FILE}`;
}

/** @type {Readonly<Record<import('./slot-flow.js').Server, string>>} */
const AT_THE_TITLE = {
  asking: '',
  here: '',
  away:
    'The server does not answer, so saved adventures cannot be seen. ' +
    'You can play; your game will be saved when the server is back. You can also save to a file, and load one.',
  failing:
    'The server answers, but cannot show saved adventures just now. ' + 'You can play, and save to a file or load one.',
  refused:
    'This browser does not allow the page to keep anything, so there are no saved adventures here. ' +
    'You can play, and save to a file or load one.',
  broken: OWN_FAULT,
};

/**
 * The same for the title screen.
 * @param {import('./slot-flow.js').Server} server
 * @param {boolean} areCookiesKept
 */
export function wordsAtTheTitle(server, areCookiesKept) {
  return areCookiesKept ? AT_THE_TITLE[server] : NO_COOKIES;
}
