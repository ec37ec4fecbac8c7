import { expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import { MEMORY_TOOL_SPECS } from '../../src/model/memory-tool-specs.ts';
import { startRun } from '../../src/runtime/decide.ts';
import { compileText } from './run-crew.ts';

const CREW = `roles: { keeper: { goal: Keep., tools: [kit.echo] } }
start: keep
phases:
  keep: { role: keeper, task: Keep it., next: done }
  done: { end: success, result: "{{ keep }}" }
`;
/** What the role is sent, with all tools of memory beside the other one. */
function offered(started: Partial<Extract<Fact, { type: 'run.started' }>>): readonly string[] {
  const program = compileText(CREW);
  const roles = program.roles.map(role => ({ ...role, tools: [...role.tools, 'memory'] }));
  const tools = [...program.tools, ...MEMORY_TOOL_SPECS];
  const [, effects] = startRun(
    { ...program, roles, tools },
    {
      ...{ type: 'run.started', at: 0, runId: 'run1', inputs: {}, workspace: '/w', ...started },
      models: { default: { use: 'fake:default', reason: 'a test' } },
      terms: { default: { maxTokens: 100, languageModel: false, price: null } },
    },
  );
  return effects.flatMap(effect =>
    effect.type === 'model.call' ? effect.tools.map(({ name }) => name) : [],
  );
}

test('a role of a run without memory is not offered its tools', () => {
  expect(offered({ withoutMemory: true })).toEqual(['kit.echo']);
});

test('a run of before, which may have called them, goes on as it began', () => {
  expect(offered({})).toEqual(['kit.echo', ...MEMORY_TOOL_SPECS.map(({ name }) => name)]);
});
