import { expect, test } from 'vitest';
import type { Fact } from '../../src/model/fact.ts';
import { MEMORY_TOOL_SPECS } from '../../src/model/memory-tool-specs.ts';
import { messageText } from '../../src/model/message.ts';
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

const FIXED = `memory: { blocks: {
  rules: { value: Tests first., level: crew }, agreed: { value: "", level: crew }, other: { value: Not his., level: crew } } }
roles: { keeper: { goal: Keep., memory: { blocks: [agreed, rules] } } }
start: keep
phases:
  keep: { role: keeper, task: Keep it., next: done }
  done: { end: success, result: "{{ keep }}" }
`;

/** The system prompt of the first call of a run that begins so. */
function systemPrompt(withoutMemory: true | 'stored'): string {
  const [, effects] = startRun(compileText(FIXED), {
    ...{ type: 'run.started', at: 0, runId: 'run1', inputs: {}, workspace: '/w', withoutMemory },
    models: { default: { use: 'fake:default', reason: 'a test' } },
    terms: { default: { maxTokens: 100, languageModel: false, price: null } },
  });
  const [call] = effects.flatMap(effect => (effect.type === 'model.call' ? [effect] : []));
  const [system] = call?.messages ?? [];
  return system === undefined ? '' : messageText(system);
}

test('without what is stored a role still reads what its author wrote into its blocks', () => {
  const prompt = systemPrompt('stored');
  expect(prompt).toContain('<block name="rules"');
  expect(prompt).toContain('Tests first.');
  expect(prompt).not.toMatch(/agreed|Not his/);
});

test('a run of before, which read none of it, goes on as it began', () => {
  expect(systemPrompt(true)).not.toContain('Tests first.');
});

test('a run of before, which may have called them, goes on as it began', () => {
  expect(offered({})).toEqual(['kit.echo', ...MEMORY_TOOL_SPECS.map(({ name }) => name)]);
});
