import { expect, test } from 'vitest';
import { loadShippedCrew } from '../../src/cli/load-shipped-crew.ts';
import { reformulatedCrew } from '../../src/cli/reformulate/reformulated-crew.ts';
import type { Crew } from '../../src/model/crew.ts';

async function reformulatedSchema(topic: object): Promise<unknown> {
  const { crew: shipped } = await loadShippedCrew('reformulate');
  const inputs = [{ name: 'topic', required: true, schema: topic }] as unknown as Crew['inputs'];
  const wish = { input: 'topic', rounds: 2, attended: true };
  const { sop } = reformulatedCrew({ ...shipped, inputs }, shipped, wish);
  const first = sop.phases[0];
  const inner = first?.kind === 'crew' ? first.crew?.sop.phases : undefined;
  const rewrite = inner?.find(({ name }) => name === 'rewrite');
  const output = rewrite?.kind === 'chain' ? rewrite.output : undefined;
  return typeof output === 'object' ? output.properties : undefined;
}

test('who says a request again is held to the length that its input may have', async () => {
  const limits = { minLength: 3, maxLength: 25 };
  expect(await reformulatedSchema({ type: 'string', title: 'Topic', ...limits })).toMatchObject({
    reformulated: { type: 'string', pattern: '\\S', ...limits },
    questions: { type: 'array' },
  });
});

test('where the input may have any length, the form is that of the shipped crew', async () => {
  const { reformulated } = (await reformulatedSchema({ type: 'string' })) as { reformulated: object };
  expect(Object.keys(reformulated).sort()).toEqual(['description', 'pattern', 'type']);
});
