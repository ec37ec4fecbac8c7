import { expect, test } from 'vitest';
import type { Message } from '../../src/model/message.ts';
import type { ToolSpec } from '../../src/model/tool-spec.ts';
import { sentBytes } from '../../src/runtime/sent-bytes.ts';
import { fc } from '../laws.ts';

const text = fc.string({ unit: 'binary' });
const message = text.map((said): Message => ({ from: 'user', parts: [{ type: 'text', text: said }] }));
const tool = text.map((name): ToolSpec => ({ name, description: '', inputSchema: true, readOnly: true }));
const output = fc.option(
  text.map(name => ({ name, schema: true })),
  { nil: undefined },
);

test('it is the length of the JSON in UTF-8, also when a conversation goes on', () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(message), fc.array(tool), output, (said, more, tools, wanted) => {
      for (const messages of [said, [...said, ...more]]) {
        const call = { messages, tools, ...(wanted === undefined ? {} : { output: wanted }) };
        const json = JSON.stringify([messages, tools, wanted ?? null]);
        expect(sentBytes(call)).toBe(Buffer.byteLength(json));
      }
    }),
  );
});
