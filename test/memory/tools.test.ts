import { describe, expect, test } from 'vitest';
import { compileCrew } from '../../src/compiler/compile-crew.ts';
import { validateValue } from '../../src/expressions/validate-value.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import type { OpenMemory } from '../../src/memory/open-memory.ts';
import { createMemoryTools } from '../../src/memory/tools/create-memory-tools.ts';
import { approximateTokens } from '../../src/model/approximate-tokens.ts';
import type { ToolOrigin } from '../../src/model/effect.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { PastMessage } from '../../src/model/past-message.ts';
import type { Program } from '../../src/model/program.ts';
import { BUILTIN_CATALOG } from '../../src/tools/catalog.ts';
import { fc } from '../laws.ts';
import { FIRST_MOMENT, freshMemory } from './fresh-memory.ts';

const CREW = `version: 1
crew: house
goal: Keep the house.
memory:
  blocks:
    rules: { value: Be kind., level: crew, read_only: true, description: How we are }
    task: { value: "", limit: 60 }
    board: { value: "", level: crew }
roles:
  keeper: { goal: Keep it., tools: [memory], memory: true }
  guest: { goal: Visit., tools: [memory], memory: { blocks: [board], levels: [role] } }
  passer: { goal: Pass. }
tools: { memory: builtin:memory }
budget: { calls: 5 }
start: keep
phases:
  keep: { role: keeper, task: Keep it., next: call_on }
  call_on: { role: guest, task: Visit., next: pass }
  pass: { role: passer, task: Pass., next: done }
  done: { end: success }
`;

function compiled(): Program {
  const { crew, sourceMap, diagnostics } = loadCrew({
    path: 'house.crew.yaml',
    readSource: path => (path === 'house.crew.yaml' ? CREW : undefined),
    catalog: BUILTIN_CATALOG,
  });
  if (crew === undefined) throw new Error(JSON.stringify(diagnostics));
  return compileCrew(crew, { sourceMap, catalog: BUILTIN_CATALOG });
}

const PROGRAM = compiled();

function origin(more: Partial<ToolOrigin> = {}): ToolOrigin {
  calls += 1;
  return {
    crew: 'house',
    runId: 'r1',
    phase: 'keep',
    role: 'keeper',
    key: `k${calls}`,
    author: 'fake:model',
    ...more,
  };
}
let calls = 0;

function toolsOver(memory: OpenMemory, past: readonly PastMessage[] = []) {
  const asked: string[] = [];
  const tools = createMemoryTools({
    open: async () => memory,
    program: PROGRAM,
    past: async ({ runs, runId }) => {
      asked.push(`${runs} ${runId}`);
      return past;
    },
  });
  const call = async (name: string, args: JsonObject, by: Partial<ToolOrigin> = {}) => {
    const tool = tools.get(`memory.${name}`);
    if (tool === undefined) throw new Error(`no tool ${name}`);
    expect(validateValue(tool.spec.inputSchema, args)).toEqual([]);
    const signal = new AbortController().signal;
    const value = await tool.call(args, {
      workspace: '/w',
      signal,
      notice: () => undefined,
      origin: origin(by),
    });
    expect(validateValue(tool.spec.outputSchema ?? true, value)).toEqual([]);
    expect(approximateTokens(JSON.stringify(value))).toBeLessThanOrEqual(2000);
    return value as JsonObject & { readonly results: readonly JsonObject[] };
  };
  return { call, asked };
}

const ids = (results: readonly JsonObject[]) => results.map(({ id }) => id);

describe('blocks', () => {
  test('are those of the role, in its order, and edited as it may', async () => {
    const { call } = toolsOver(freshMemory());
    expect(await call('insert', { block: 'task', text: 'first' })).toMatchObject({
      version: 1,
      value: 'first',
    });
    await call('replace', { block: 'task', old: 'first', new: 'second' });
    expect(await call('rethink', { block: 'board', value: 'all', expected_version: 0 })).toMatchObject({
      characters: 3,
    });
    expect((await call('view', {})).blocks).toEqual([
      {
        block: 'rules',
        description: 'How we are',
        value: 'Be kind.',
        characters: 8,
        limit: 2000,
        version: 0,
        read_only: true,
        shared_with: 'crew',
      },
      expect.objectContaining({ block: 'task', value: 'second', version: 2, shared_with: 'role' }),
      expect.objectContaining({ block: 'board', value: 'all' }),
    ]);
    await expect(call('insert', { block: 'rules', text: 'x' })).rejects.toThrow('is read only');
    await expect(call('view', { block: 'nil' })).rejects.toThrow(
      'you have no block `nil`; your blocks are `rules`, `task`, `board`',
    );
  });

  test('of one role are not those of another, and shared ones are', async () => {
    const { call } = toolsOver(freshMemory());
    await call('insert', { block: 'task', text: 'mine' });
    await call('insert', { block: 'board', text: 'ours' });
    expect((await call('view', {}, { role: 'guest' })).blocks).toMatchObject([
      { block: 'board', value: 'ours' },
    ]);
    await expect(call('view', { block: 'task' }, { role: 'guest' })).rejects.toMatchObject({
      code: 'MEMORY_NOT_FOUND',
    });
  });

  test('take no edit from who has read words of strangers', async () => {
    const { call } = toolsOver(freshMemory());
    await expect(call('insert', { block: 'task', text: 'x' }, { untrusted: 'fetch' })).rejects.toMatchObject({
      code: 'MEMORY_REFUSED',
    });
  });

  test('are nobody else’s: a role without memory has none', async () => {
    await expect(toolsOver(freshMemory()).call('view', {}, { role: 'passer' })).rejects.toThrow(
      'role `passer` has no memory',
    );
  });

  test('of a phase that calls a tool itself are those that all share', async () => {
    const { call } = toolsOver(freshMemory());
    expect((await call('view', {}, { role: '', author: 'rule' })).blocks).toMatchObject([
      { block: 'rules' },
      { block: 'board' },
    ]);
  });
});

describe('the archive', () => {
  test('keeps what a role tells it, and finds it by words, tags, kind, time and page', async () => {
    const { call } = toolsOver(freshMemory());
    const keep = (content: string, more: JsonObject = {}) => call('archive_insert', { content, ...more });
    const door = await keep('The door sticks in winter.', { tags: ['door', 'winter'], importance: 9 });
    const lamp = await keep('The lamp needs a bulb.', { tags: ['lamp'], kind: 'observation' });
    const garden = await keep('The garden door is green.', { tags: ['door'] });
    expect(await keep('the door sticks  in winter')).toEqual({ id: door.id, state: 'merged' });
    const search = async (args: JsonObject) => ids((await call('archive_search', args)).results);
    expect(await search({ query: 'green door' })).toEqual([garden.id, door.id]);
    expect(await search({ query: 'door', tags: ['door', 'winter'], tags_match: 'all' })).toEqual([door.id]);
    expect(await search({ tags: ['lamp', 'winter'] })).toEqual([lamp.id, door.id]);
    expect(await search({ kinds: ['observation'] })).toEqual([lamp.id]);
    expect(await search({ since: '2026-01-02' })).toEqual([]);
    expect(await search({ until: '2026-01-02', limit: 2 })).toEqual([garden.id, lamp.id]);
    const second = await call('archive_search', { limit: 2, page: 2 });
    expect(ids(second.results)).toEqual([door.id]);
    expect(second.more).toBe(false);
    expect((await call('archive_search', { limit: 2 })).more).toBe(true);
    await expect(search({ since: 'May' })).rejects.toMatchObject({ code: 'TOOL_ARGUMENTS' });
  });

  test('shows a note whole with what bears it out', async () => {
    const { call } = toolsOver(freshMemory());
    const first = await call('archive_insert', { content: 'It rained on Monday.', importance: 2 });
    const second = await call('archive_insert', { content: 'It rained on Tuesday.' });
    const insight = await call('archive_insert', {
      content: 'It rains a lot.',
      kind: 'insight',
      evidence: [String(first.id), String(second.id), 'nothing'],
    });
    const { note, evidence } = await call('archive_get', { id: String(insight.id) });
    expect(note).toMatchObject({
      kind: 'insight',
      role: 'keeper',
      run: 'r1',
      sources: ['role:keeper'],
      trust: 2,
    });
    expect(evidence).toMatchObject([{ id: first.id, importance: 2 }, { id: second.id }]);
    await expect(call('archive_get', { id: 'nothing' })).rejects.toMatchObject({ code: 'MEMORY_NOT_FOUND' });
  });

  test('marks what comes from outside, and whoever has read strangers writes as one of them', async () => {
    const { call } = toolsOver(freshMemory());
    await call('archive_insert', { content: 'The letter praises the house.' }, { untrusted: 'fetch' });
    const found = await call('archive_search', { query: 'letter' });
    expect(found).toMatchObject({ untrusted: true, results: [{ trust: 0 }] });
    expect(await call('archive_search', { query: 'door' })).not.toHaveProperty('untrusted');
    const plan = await call('archive_insert', { content: 'Sell it.', kind: 'plan' }, { untrusted: 'fetch' });
    expect(plan).toMatchObject({ state: 'quarantined', reason: expect.stringContaining('untrusted') });
  });

  test('is kept for the first level of the role unless it names another one of its own', async () => {
    const memory = freshMemory();
    const { call } = toolsOver(memory);
    await call('archive_insert', { content: 'mine' });
    await call('archive_insert', { content: 'ours', level: 'crew' });
    await call('archive_insert', { content: 'now', level: 'run' });
    const notes = await memory.store.find({ scopes: 'all' }, { limit: 9, order: 'oldest' });
    expect(notes.map(({ scope }) => scope)).toEqual(['role:house/keeper', 'crew:house', 'run:r1']);
    await expect(call('archive_insert', { content: 'x', level: 'crew' }, { role: 'guest' })).rejects.toThrow(
      'your memory has no level `crew`; yours are `role`, `run`',
    );
  });

  test('law: nobody ever finds a note outside of their levels', async () => {
    const levels = ['run', 'role', 'crew', 'project'] as const;
    const writer = fc.record({
      role: fc.constantFrom('keeper', 'guest'),
      level: fc.constantFrom(...levels),
      runId: fc.constantFrom('r1', 'r2'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(writer, { maxLength: 8 }), writer, async (writers, reader) => {
        const memory = freshMemory();
        const { call } = toolsOver(memory);
        const written: { readonly id: string; readonly by: (typeof writers)[number] }[] = [];
        for (const [nth, by] of writers.entries()) {
          const level = by.role === 'guest' && by.level !== 'run' ? 'role' : by.level;
          const { id } = await call('archive_insert', { content: `apple ${nth}`, level }, by);
          written.push({ id: String(id), by: { ...by, level } });
        }
        const mayFind = ({ by }: (typeof written)[number]): boolean => {
          if (by.level === 'run') return by.runId === reader.runId;
          if (by.level === 'role') return by.role === reader.role;
          return reader.role === 'keeper';
        };
        const visible = written.filter(mayFind).map(({ id }) => id);
        const found = await call('archive_search', { query: 'apple', limit: 20 }, reader);
        expect(ids(found.results).sort()).toEqual(visible.sort());
        for (const { id } of written) {
          const got = call('archive_get', { id }, reader);
          if (visible.includes(id)) await expect(got).resolves.toMatchObject({ note: { id } });
          else await expect(got).rejects.toMatchObject({ code: 'MEMORY_NOT_FOUND' });
        }
      }),
      { numRuns: 40 },
    );
  });

  test('gives no more than its budget, however much there is', async () => {
    const { call } = toolsOver(freshMemory());
    const long = (nth: number) => `apple ${nth} ${'word " \\ 漢字 '.repeat(150)}`.slice(0, 2000);
    const notes = await Promise.all([1, 2, 3].map(nth => call('archive_insert', { content: long(nth) })));
    const found = await call('archive_search', { query: 'apple', limit: 20 });
    expect(found.results.length).toBeGreaterThan(0);
    expect(found.more).toBe(true);
    expect(found.results.at(-1)).toMatchObject({ cut: true });
    const evidence = notes.map(({ id }) => String(id));
    const whole = await call('archive_insert', { content: 'apples', kind: 'insight', evidence });
    expect(await call('archive_get', { id: String(whole.id) })).toMatchObject({ note: { cut: false } });
  });
});

describe('what was said before', () => {
  const message = (text: string, more: Partial<PastMessage> = {}): PastMessage => ({
    runId: 'r0',
    crew: 'house',
    phase: 'keep',
    role: 'keeper',
    at: FIRST_MOMENT,
    what: 'said',
    text,
    ...more,
  });

  test('is found by its words, with the place that fits in a long one', async () => {
    const result = message(`${'filler '.repeat(900)} the combination is 4711 ${'filler '.repeat(900)}`, {
      what: 'tool result',
      tool: 'files.read',
      untrusted: true,
    });
    const past = [message('the combination lock is on the door'), message('nothing'), result];
    const found = await toolsOver(freshMemory(), past).call('recall_search', { query: 'combination 4711' });
    expect(found).toMatchObject({ found: 2, untrusted: true });
    expect(found.results[0]).toMatchObject({ what: 'tool result', tool: 'files.read', run: 'r0' });
    expect(String(found.results[0]?.text)).toContain('combination is 4711');
    expect(String(found.results[0]?.text).length).toBeLessThan(1000);
  });

  test('is that of the whole crew only for who remembers with it', async () => {
    const past = [
      message('apple', { role: 'keeper' }),
      message('apple pie', { role: 'guest' }),
      message('apple', { crew: 'other' }),
    ];
    const { call, asked } = toolsOver(freshMemory(), past);
    expect((await call('recall_search', { query: 'apple' })).found).toBe(2);
    expect((await call('recall_search', { query: 'apple', role: 'guest', runs: 'earlier' })).found).toBe(1);
    expect((await call('recall_search', { query: 'apple', runs: 'this' }, { role: 'guest' })).found).toBe(1);
    expect(asked).toEqual(['all r1', 'earlier r1', 'this r1']);
  });

  test('takes no more room than its budget', async () => {
    const past = Array.from({ length: 20 }, (_, nth) => message(`apple ${nth} ${'"x" '.repeat(300)}`));
    const found = await toolsOver(freshMemory(), past).call('recall_search', { query: 'apple', limit: 20 });
    expect(found.found).toBe(20);
    expect(found.results.length).toBeGreaterThan(0);
  });
});
