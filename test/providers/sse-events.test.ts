import { expect, test } from 'vitest';
import { createSseEvents } from '../../src/providers/sse-events.ts';
import { fc } from '../laws.ts';

function read(stream: string, cuts: readonly number[] = []): readonly string[] {
  const bytes = Buffer.from(stream);
  const reader = createSseEvents();
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).flatMap((end, index) => reader.push(bytes.subarray(places[index], end)));
}

test.each([
  ['lines that end with LF', 'data: {"a":1}\n\ndata: 2\n\n', ['{"a":1}', '2']],
  ['lines that end with CR LF', 'data: 1\r\n\r\ndata: 2\r\n\r\n', ['1', '2']],
  ['lines that end with CR', 'data: 1\r\rdata: 2\r\r\n', ['1', '2']],
  ['a text of several lines', 'data: one\ndata: two\n\n', ['one\ntwo']],
  ['no space behind the colon', 'data:1\n\ndata:  2\n\n', ['1', ' 2']],
  [
    'comments, names, ids and unknown fields',
    ': ping\nevent: delta\nid: 7\nretry: 5\ndatabase: x\ndata: 1\n\n',
    ['1'],
  ],
  ['events without data', 'event: ping\n\ndata\n\ndata:\n\ndata: 1\n\n', ['1']],
  ['an event that is not complete', 'data: 1\n\ndata: 2\n', ['1']],
  ['what comes after the end', 'data: 1\n\ndata: [DONE]\n\ndata: 2\n\n', ['1']],
])('%s', (_name, stream, events) => {
  expect(read(stream)).toEqual(events);
});

test('wherever a stream is cut, its events are the same', () => {
  const line = fc.constantFrom('data: ä☂𝄞', 'data: {"b":"\\r"}', 'data:x', ': comment', 'event: e', '');
  const end = fc.constantFrom('\n', '\r\n', '\r');
  const stream = fc.array(fc.tuple(line, end).map(parts => parts.join(''))).map(lines => lines.join(''));
  fc.assert(
    fc.property(stream, fc.array(fc.nat()), (text, cuts) => {
      expect(read(`${text}\n\n`, cuts)).toEqual(read(`${text}\n\n`));
    }),
  );
});
