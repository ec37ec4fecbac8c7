import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lowerCrew, lowerSop } from '../../src/language/lower.ts';
import type { Budget, Crew, InputDeclaration, ModelDeclaration, Role, Sop } from '../../src/model/crew.ts';
import type { CrewMemory, RecallWeights } from '../../src/model/crew-memory.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

function readSchema(name: string): Schema {
  return JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'));
}

const WEIGHTS = {
  relevance: 1,
  vector: 0.5,
  neighbours: 0.2,
  session: 0.1,
  author: 0,
  importance: 2,
  recency: 3,
  outcome: 0.25,
} as const satisfies RecallWeights;

const SOP_SCHEMA = readSchema('sop');
const CREW_SCHEMA = readSchema('crew');

describe('a crew', () => {
  const input = { type: 'string', default: 'x', description: 'An input' };
  const written = {
    version: 1,
    crew: 'all',
    goal: 'Everything.',
    inputs: { range: input },
    models: { default: { use: ['openai:a', 'openai:b'], temperature: 0.5, max_tokens: 9, context: '8k' } },
    roles: {
      lead: {
        goal: 'Lead.',
        backstory: 'Once.',
        model: 'default',
        tools: ['git'],
        budget: { calls: 1, tool_calls: 2, tokens: '3k', usd: 0.5 },
        memory: { blocks: ['rules'], recall: 4, lessons: 2, levels: ['project'], observe: false },
      },
    },
    memory: {
      store: 'notes',
      embedder: 'none',
      scoring: 'newest',
      blocks: {
        rules: { value: 'Be kind.', limit: 90, level: 'crew', read_only: true, description: 'How we work.' },
      },
      stream: { weights: WEIGHTS, half_life: '2h', threshold: 15, model: 'default' },
      expires_after: '2d',
      pinned: false,
    },
    tools: { git: 'builtin:git' },
    budget: { calls: 1, tool_calls: 2, tokens: '3k', usd: 0.5, time: '6s' },
    sop: { file: 'a.sop.yaml', roles: { boss: 'lead' }, inputs: { depth: 2 } },
    start: 'a',
    phases: {},
  };
  const procedure: Required<Sop> = {
    name: 'all',
    start: 'a',
    roles: ['boss'],
    inputs: [{ name: 'depth', schema: { type: 'integer' }, required: true }],
    phases: [],
  };
  const lead: Required<Omit<Role, 'playedBy'>> = {
    name: 'lead',
    goal: 'Lead.',
    backstory: 'Once.',
    model: 'default',
    tools: ['git'],
    budget: { calls: 1, toolCalls: 2, tokens: 3000, costMicroUsd: 500_000 },
    memory: { blocks: ['rules'], recall: 4, lessons: 2, levels: ['project'], observe: false },
  };
  const memory: Required<CrewMemory> = {
    store: 'notes',
    embedder: 'none',
    scoring: 'newest',
    blocks: [
      {
        name: 'rules',
        value: 'Be kind.',
        limit: 90,
        level: 'crew',
        readOnly: true,
        description: 'How we work.',
      },
    ],
    stream: { weights: WEIGHTS, halfLifeMs: 7_200_000, threshold: 15, model: 'default' },
    expiresAfterMs: 172_800_000,
    pinned: false,
  };
  const boss: Required<Role> = { ...lead, name: 'boss', playedBy: 'lead' };
  const range: Required<InputDeclaration> = {
    name: 'range',
    schema: { type: 'string', description: 'An input' },
    required: false,
    default: 'x',
    description: 'An input',
  };
  const model: Required<ModelDeclaration> = {
    name: 'default',
    use: 'openai:a',
    fallbacks: ['openai:b'],
    temperature: 0.5,
    maxTokens: 9,
    contextTokens: 8_000,
  };
  const budget: Required<Budget> = {
    calls: 1,
    toolCalls: 2,
    tokens: 3000,
    costMicroUsd: 500_000,
    timeMs: 6000,
  };
  const crew: Required<Omit<Crew, 'policy' | 'refused' | 'prompts' | 'rewrites'>> = {
    name: 'all',
    goal: 'Everything.',
    inputs: [range],
    models: [model],
    roles: [lead, boss],
    toolsets: [{ name: 'git', source: { kind: 'builtin', name: 'git' } }],
    budget,
    memory,
    sop: procedure,
    bindings: { depth: 2 },
  };

  test('becomes what its type says', () => {
    expect(lowerCrew(written, procedure)).toEqual(crew);
  });

  test('has every key of its schema here', () => {
    // Rules are lowered with their places, so from nodes: `policy.test.ts`.
    // The folder of prompt files is read before anything is lowered: `prompt-files.test.ts`.
    const keys = [...Object.keys(written), 'policy', 'prompts'];
    expect(Object.keys(CREW_SCHEMA.properties ?? {}).sort()).toEqual(keys.sort());
    const rows: [string, object][] = [
      ['model', written.models.default],
      ['role', written.roles.lead],
      ['budget', written.budget],
      ['roleBudget', written.roles.lead.budget],
      ['roleMemory', written.roles.lead.memory],
      ['memory', written.memory],
      ['block', written.memory.blocks.rules],
      ['stream', written.memory.stream],
    ];
    for (const [name, row] of rows) {
      expect(Object.keys(CREW_SCHEMA.$defs?.[name]?.properties ?? {}).sort()).toEqual(
        Object.keys(row).sort(),
      );
    }
    expect(Object.keys(CREW_SCHEMA.properties?.sop?.properties ?? {}).sort()).toEqual(
      Object.keys(written.sop).sort(),
    );
  });

  test('and a procedure alone is read by every key of its schema', () => {
    const alone = {
      version: 1,
      sop: 'all',
      roles: ['boss'],
      inputs: { depth: { type: 'integer' } },
      start: 'a',
      phases: {},
    };
    const keys = [...Object.keys(alone), 'prompts'];
    expect(Object.keys(SOP_SCHEMA.properties ?? {}).sort()).toEqual(keys.sort());
    expect(lowerSop(alone, () => undefined)).toEqual(procedure);
  });
});
