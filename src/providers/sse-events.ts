import { StringDecoder } from 'node:string_decoder';

/** Reads one stream of server-sent events, piece by piece. */
export interface SseEvents {
  /** The texts of the events that a piece completes. */
  push(piece: Buffer): readonly string[];
}

/** Providers that speak OpenAI's format end with this; nothing counts after it. */
const END = '[DONE]';

/**
 * A reader of server-sent events. Lines end with LF, CR LF or CR, wherever the stream was cut; several `data` lines of an
 * event are one text; comments and other fields say nothing to us. An event that the stream does not complete is dropped.
 * Holds state; one per stream.
 */
export function createSseEvents(): SseEvents {
  const decoder = new StringDecoder('utf8');
  /** The line that is still coming. */
  let open = '';
  let afterCarriageReturn = false;
  let text: string | undefined;
  let ended = false;
  let events: string[] = [];
  const take = (line: string): void => {
    if (line === '') {
      if (text === END) ended = true;
      else if (text !== undefined && text !== '' && !ended) events.push(text);
      text = undefined;
      return;
    }
    if (!line.startsWith('data')) return;
    const value = dataOf(line);
    if (value !== undefined) text = text === undefined ? value : `${text}\n${value}`;
  };
  /** A CR ends its line at once; an LF right behind it, also in the next piece, belongs to it. */
  const withLineFeeds = (received: string): string => {
    const source = afterCarriageReturn && received.startsWith('\n') ? received.slice(1) : received;
    if (received !== '') afterCarriageReturn = received.endsWith('\r');
    return source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  };
  return {
    push(piece) {
      events = [];
      const source = withLineFeeds(decoder.write(piece));
      let start = 0;
      for (let end = source.indexOf('\n'); end !== -1; end = source.indexOf('\n', start)) {
        take(open + source.slice(start, end));
        open = '';
        start = end + 1;
      }
      open += source.slice(start);
      return events;
    },
  };
}

function dataOf(line: string): string | undefined {
  if (line.startsWith('data: ')) return line.slice(6);
  if (line.startsWith('data:')) return line.slice(5);
  return line === 'data' ? '' : undefined;
}
