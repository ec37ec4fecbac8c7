import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMemory } from '../../src/cli/memory/open-memory.ts';
import { compileCrew, loadCrew, runCrew } from '../../src/index.ts';
import { writeNotes } from '../../src/memory/write-notes.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { type Message, messageText, type ToolCall } from '../../src/model/message.ts';
import type { LanguageModel, ModelRequest, ModelStreamPart } from '../../src/ports/language-model.ts';

/**
 * The nested key-value task of the MemGPT paper (arXiv 2310.08560 §3.2.3): 140 pairs of ids, where values may be keys
 * themselves; who looks a key up has to go on until the value is no key, up to four times.
 */
const PAIRS = 140;
const MOST_HOPS = 4;
const LOOK_UPS_OF_EACH = 2;

const CREW = `version: 1
crew: registry
goal: Keep a registry of ids.
inputs: { pairs: { type: array, items: { type: array, items: { type: string } }, default: [] }, key: { type: string, default: "" } }
roles:
  clerk:
    goal: Keep the registry.
    tools: [memory]
    memory: { recall: false, levels: [crew], observe: false }
tools: { memory: builtin:memory }
budget: { calls: 100 }
start: choose
phases:
  choose: { chain: [{ name: way, prompt_template: "way {{ inputs.key }}" }], next: [{ when: inputs.key == "", to: keep }, { to: look_up }] }
  keep: { role: clerk, task: "keep {{ inputs.pairs | json }}", max_turns: 40, next: done }
  look_up: { role: clerk, task: "look up {{ inputs.key }}", max_turns: 12, next: found }
  done: { end: success }
  found: { end: success, result: "{{ look_up }}" }
`;

/** Ids as UUIDs, the same at every run of the test. */
function idOf(seed: number): string {
  let state = (seed + 1) * 2_654_435_761;
  const hex = () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return state.toString(16).padStart(8, '0');
  };
  const digits = hex() + hex() + hex() + hex();
  return [8, 12, 16, 20, 32].map((end, at, all) => digits.slice(all[at - 1] ?? 0, end)).join('-');
}

/** Chains of every length, with the key that each begins with and what it leads to, and single pairs up to 140. */
function makeRegistry() {
  let next = 0;
  const fresh = () => {
    next += 1;
    return idOf(next);
  };
  const pairs: [string, string][] = [];
  const chains: { readonly hops: number; readonly key: string; readonly value: string }[] = [];
  const addChain = (hops: number): void => {
    const ids = Array.from({ length: hops + 2 }, fresh);
    for (const [at, id] of ids.slice(0, -1).entries()) pairs.push([id, ids[at + 1] ?? '']);
    chains.push({ hops, key: ids[0] ?? '', value: ids.at(-1) ?? '' });
  };
  for (let hops = 0; hops <= MOST_HOPS; hops += 1) {
    for (let nth = 0; nth < LOOK_UPS_OF_EACH; nth += 1) addChain(hops);
  }
  const others = Array.from({ length: PAIRS - pairs.length }, (): [string, string] => [fresh(), fresh()]);
  return { pairs: pairs.toSorted(([one], [other]) => (one < other ? -1 : 1)), others, chains };
}

const { pairs, others, chains } = makeRegistry();

/** Does by rule what a model would: keeps pairs eight at a time; looks a key up, and its value, until that is no key. */
function policy(request: ModelRequest): { readonly text?: string; readonly calls?: readonly ToolCall[] } {
  const { messages, origin } = request;
  const task = messageText(messages.find(({ from }) => from === 'user') ?? { from: 'user', parts: [] });
  if (origin.phase === 'choose') return { text: 'on' };
  const made = messages.flatMap(({ parts }) => parts.filter(({ type }) => type === 'tool-result')).length;
  const call = (tool: string, args: ToolCall['args'], nth = 0): ToolCall => ({
    id: `call_${made + nth}`,
    tool,
    args,
  });
  if (origin.phase === 'keep') {
    const all = JSON.parse(task.slice('keep '.length)) as [string, string][];
    const rest = all.slice(made, made + 8);
    if (rest.length === 0) return { text: 'kept' };
    return {
      calls: rest.map(([key, value], nth) =>
        call('memory.archive_insert', { content: sentence(key, value), kind: 'fact' }, nth),
      ),
    };
  }
  const search = (key: string) => ({ calls: [call('memory.archive_search', { query: key, limit: 5 })] });
  const asked = messages.flatMap(callsIn).at(-1)?.args.query;
  if (asked === undefined) return search(task.slice('look up '.length));
  const value = keptValue(resultsIn(messages).at(-1), String(asked));
  return value === undefined ? { text: String(asked) } : search(value);
}

function sentence(key: string, value: string): string {
  return `Key ${key} has the value ${value}.`;
}

function callsIn({ parts }: Message): readonly ToolCall[] {
  return parts.flatMap(part => (part.type === 'tool-call' ? [part.call] : []));
}

function resultsIn(messages: readonly Message[]): readonly JsonValue[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap(part => (part.type === 'tool-result' ? [part.value] : [])),
  );
}

/** What the registry says of exactly this key. */
function keptValue(result: JsonValue | undefined, key: string): string | undefined {
  const found = /Key (\S+) has the value (\S+)\./g;
  return [...JSON.stringify(result).matchAll(found)].find(([, one]) => one === key)?.[2];
}

const MODEL: LanguageModel = {
  id: 'rule:clerk',
  defaultMaxTokens: 1000,
  isLanguageModel: false,
  async *generate(request): AsyncGenerator<ModelStreamPart, void, undefined> {
    const { text, calls = [] } = policy(request);
    if (text !== undefined) yield { type: 'text', text };
    for (const call of calls) yield { type: 'tool-call', call };
    yield { type: 'finish', reason: calls.length === 0 ? 'stop' : 'tool_calls' };
  },
};

/** Single pairs are kept in one go, beside the tools; that is quicker than a call for each. */
async function keepOthers(): Promise<void> {
  const choice = { place: join(folder, '.crew', 'memory'), embedder: 'static' };
  const { memory, release } = await openMemory({ choice, env: { HOME: folder }, redact: text => text });
  const by = { runId: 'before', phase: '', role: 'clerk', key: '', author: 'person', crew: 'registry' };
  const notes = others.map(([key, value]) => ({
    key,
    scope: 'crew:registry',
    kind: 'fact' as const,
    text: sentence(key, value),
    trust: 2 as const,
    sources: [],
  }));
  const written = await writeNotes(memory, by, notes);
  expect(written.every(({ state }) => state === 'new')).toBe(true);
  await release();
}

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crew-registry-'));
  writeFileSync(join(folder, 'registry.crew.yaml'), CREW);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`nested keys are found through the tools of memory, in other runs than kept them: ${MOST_HOPS} hops, 100 %`, async () => {
  const program = await compileCrew(await loadCrew('registry.crew.yaml', { cwd: folder }));
  const run = (inputs: { readonly pairs?: JsonValue; readonly key?: string }) =>
    runCrew({ program, inputs, models: { default: MODEL }, workspace: folder, env: { HOME: folder } });
  await keepOthers();
  expect(await run({ pairs: pairs as unknown as JsonValue })).toMatchObject({ outcome: 'success' });
  const right = new Map<number, number>();
  for (const { hops, key, value } of chains) {
    const outcome = await run({ key });
    expect(outcome).toMatchObject({ outcome: 'success' });
    const found = 'result' in outcome && outcome.result === value;
    right.set(hops, (right.get(hops) ?? 0) + (found ? 1 : 0));
  }
  const all = Array.from({ length: MOST_HOPS + 1 }, (_, hops) => [hops, LOOK_UPS_OF_EACH] as const);
  expect([...right]).toEqual(all);
}, 120_000);
