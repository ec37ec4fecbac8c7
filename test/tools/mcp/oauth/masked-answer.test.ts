import { expect, test } from 'vitest';
import { maskedAnswer } from '../../../../src/tools/mcp/oauth/masked-answer.ts';
import { fc } from '../../../laws.ts';

const SECRET = 'aab-aac-secret';

function piecewise(pieces: readonly string[]): Response {
  const bytes = pieces.map(piece => new TextEncoder().encode(piece));
  return new Response(ReadableStream.from(bytes));
}

test('however an answer is cut, the secret is masked and nothing else is changed', async () => {
  const piece = fc.oneof(
    fc.constantFrom(SECRET, SECRET.slice(0, 7), SECRET.slice(7), 'aab-', 'aa', 'a', 'é', '*'),
    fc.string({ maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece), async pieces => {
      const text = pieces.join('').toWellFormed();
      const masked = await maskedAnswer(piecewise(pieces), SECRET).text();
      expect(masked).not.toContain(SECRET);
      expect(masked.length).toBe(text.length);
      expect(masked).toBe(text.replaceAll(SECRET, '*'.repeat(SECRET.length)));
    }),
  );
});

test('an event is not held back because the next one may begin with the secret', async () => {
  let say: (text: string) => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: controller => {
      say = text => controller.enqueue(new TextEncoder().encode(text));
    },
  });
  const reader = maskedAnswer(new Response(body), SECRET).body?.getReader();
  for (const text of ['data: {"a":1}\n\n', 'data: aab\n\n']) {
    say(text);
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toBe(text);
  }
  await reader?.cancel();
});

test('headers are masked, and what has no body stays so', async () => {
  const headers = { 'www-authenticate': `Bearer error_description="no ${SECRET}"`, x: 'y' };
  const answer = maskedAnswer(new Response(null, { status: 204, headers }), SECRET);
  expect([answer.status, answer.body, answer.headers.get('x')]).toEqual([204, null, 'y']);
  expect(answer.headers.get('www-authenticate')).not.toContain(SECRET);
});
