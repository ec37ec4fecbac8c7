import type { Reporter } from '../model/run-event.ts';
import { jsonText } from './json-text.ts';

/**
 * Writes every event of a run as one line of JSON, as `schemas/event.schema.json` describes it. Streamed model text and
 * notices are not part of the event stream, so a replayed run writes the same bytes. Deterministic.
 * @see ../../schemas/event.schema.json
 */
export function createNdjsonReporter(write: (text: string) => void): Reporter {
  return {
    onEvent: event => write(`${jsonText(event)}\n`),
  };
}
