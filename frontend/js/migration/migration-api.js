/** @import { Request } from '../api/http.js' */
/** @import { Answer } from './proof.js' */
import { answerFrom } from './proof.js';

/** A call may wait for other imports, but not for ever. */
const PATIENCE_MS = 180_000;

/**
 * @param {Request} request
 */
export function migrationApi(request) {
  return {
    /**
     * @param {Record<string, unknown>} body
     * @returns {Promise<Answer>}
     */
    async move(body) {
      const { data } = await request('POST', 'api/v1/migrate/from-localstorage', { body, timeoutMs: PATIENCE_MS });
      return answerFrom(data);
    },
  };
}
