import { describe, expect, test } from 'vitest';
import { inheritModels } from '../../src/cli/fork-plan.ts';
import type { ResolvedModel } from '../../src/model/fact.ts';
import { compileText } from '../runtime/run-crew.ts';

const crew = (...uses: readonly string[]) =>
  compileText(`models: { default: { use: ${JSON.stringify(uses)} } }
roles: { writer: { goal: Write. } }
start: work
phases:
  work: { role: writer, task: Write., next: done }
  done: { end: success }
`);
const models = (...uses: readonly string[]): { readonly [key: string]: ResolvedModel } =>
  Object.fromEntries(
    uses.map((use, index) => [index === 0 ? 'default' : `default~${index + 1}`, { use, reason: 'a test' }]),
  );

describe('the models behind one alias of a fork are kept or chosen together', () => {
  const program = crew('a:1', 'b:2');

  test('those of a flag of the other run stay without the list of the file', () => {
    const recorded = { program, models: models('c:3') };
    const chosen = models('a:1', 'b:2');
    expect(inheritModels({ recorded, program, chosen, flags: [] })).toEqual(models('c:3'));
  });

  test('those of the other run stay although a key is missing now', () => {
    const recorded = { program, models: models('a:1', 'b:2') };
    expect(inheritModels({ recorded, program, chosen: models('b:2'), flags: [] })).toEqual(
      models('a:1', 'b:2'),
    );
  });

  test('a changed list is a new choice', () => {
    const recorded = { program, models: models('a:1', 'b:2') };
    const edited = crew('a:1', 'c:3', 'd:4');
    const chosen = models('a:1', 'c:3', 'd:4');
    expect(inheritModels({ recorded, program: edited, chosen, flags: [] })).toEqual(chosen);
  });

  test('a flag of the fork stands for the whole list', () => {
    const recorded = { program, models: models('a:1', 'b:2') };
    const chosen = models('offline');
    expect(inheritModels({ recorded, program, chosen, flags: ['offline'] })).toEqual(chosen);
  });
});
