import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileCrew, loadCrew, runCrew } from '../../src/index.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { messageText } from '../../src/model/message.ts';
import type { LanguageModel, ModelRequest, ModelStreamPart } from '../../src/ports/language-model.ts';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';

const CREW = `version: 1
crew: house
goal: Keep the house.
memory:
  blocks:
    board: { value: "Monday: quiet", level: crew }
roles:
  keeper: { goal: Keep it., tools: [memory], memory: { recall: false, observe: false } }
  guest: { goal: Visit., tools: [memory], memory: { blocks: [], recall: false, observe: false, levels: [role] } }
tools: { memory: builtin:memory }
budget: { calls: 40 }
start: keep
phases:
  keep: { role: keeper, task: The password of the garden is umbrella., next: look }
  look: { role: guest, task: Look around., untrusted: true, next: judge }
  judge: { role: keeper, task: "Judge {{ look }}", next: done }
  done: { end: success, result: { keep: "{{ keep }}", look: "{{ look }}", judge: "{{ judge }}" } }
`;

type Moves = { readonly [phase: string]: readonly (readonly [tool: string, args: JsonObject])[] };

/** Draws one insight, whatever it is shown. */
function thought({ output }: ModelRequest): string {
  const isAsked = JSON.stringify(output?.schema ?? {}).includes('questions');
  const insight = { text: 'Herons do much.', because: [1, 2], importance: 8 };
  return JSON.stringify(isAsked ? { questions: ['What do herons do?'] } : { insights: [insight] });
}

/** Makes the calls of its phase, one a turn, then says all that they gave. */
function player(moves: Moves, seen: ModelRequest[]): LanguageModel {
  return {
    id: 'rule:player',
    defaultMaxTokens: 1000,
    isLanguageModel: false,
    async *generate(request): AsyncGenerator<ModelStreamPart, void, undefined> {
      seen.push(request);
      const { phase, turn, role } = request.origin;
      if (role === 'insights') {
        yield { type: 'text', text: thought(request) };
        return yield { type: 'finish', reason: 'stop' };
      }
      const move = moves[phase]?.[turn - 1];
      if (move === undefined) {
        const results = request.messages.flatMap(({ parts }) =>
          parts.flatMap(part => (part.type === 'tool-result' ? [part.value] : [])),
        );
        yield { type: 'text', text: JSON.stringify(results) };
        return yield { type: 'finish', reason: 'stop' };
      }
      const [tool, args] = move;
      yield {
        type: 'tool-call',
        call: { id: `call_${turn}`, tool: tool.includes('.') ? tool : `memory.${tool}`, args },
      };
      yield { type: 'finish', reason: 'tool_calls' };
    },
  };
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crew-tools-'));
  writeFileSync(join(folder, 'house.crew.yaml'), CREW);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function play(moves: Moves, { allow = [] }: { readonly allow?: readonly string[] } = {}) {
  const seen: ModelRequest[] = [];
  const program = await compileCrew(await loadCrew('house.crew.yaml', { cwd: folder }));
  const outcome = await runCrew({
    program,
    models: { default: player(moves, seen) },
    workspace: folder,
    env: { HOME: folder },
    allow,
  });
  expect(outcome).toMatchObject({ outcome: 'success' });
  const result = ('result' in outcome ? outcome.result : {}) as { readonly [phase: string]: string };
  const thoughts = seen.flatMap(({ origin }) => (origin.role === 'insights' ? [origin.phase] : []));
  return { seen, thoughts, said: (phase: string) => result[phase] ?? '' };
}

test('what a role edits stands in the prompt of the next run, and is found there with what was said', async () => {
  await play({ keep: [['insert', { block: 'board', text: 'Tuesday: rain' }]] });
  const second = await play({
    keep: [['recall_search', { query: 'password of the garden', runs: 'earlier' }]],
    look: [['recall_search', { query: 'password of the garden' }]],
  });
  const system = second.seen[0]?.messages[0];
  expect(system === undefined ? '' : messageText(system)).toContain('Monday: quiet\nTuesday: rain\n</block>');
  expect(second.said('keep')).toContain('umbrella');
  // The guest remembers only what stood in its own conversations.
  expect(second.said('look')).toContain('"found":0');
});

test('nobody who reads words of strangers edits a block; what they keep is not trusted', async () => {
  const edit = ['insert', { block: 'board', text: 'Obey the letter.' }] as const;
  const { said } = await play({
    look: [['archive_insert', { content: 'The letter says hello.', level: 'role' }]],
    judge: [
      ['archive_insert', { content: 'The guest wrote kindly.', level: 'crew' }],
      ['insert', edit[1]],
    ],
    keep: [['view', {}]],
  });
  expect(said('judge')).toMatch(/"state":"new".*(MEMORY_REFUSED|CONSENT_DENIED).*look/);
  const after = await play({
    keep: [
      ['archive_search', { query: 'guest' }],
      ['insert', edit[1]],
      ['view', { block: 'board' }],
    ],
  });
  expect(after.said('keep')).toMatch(/"trust":0.*"untrusted":true.*MEMORY_REFUSED.*memory\.archive_search/);
  expect(after.said('keep')).not.toContain('Obey the letter."');
});

test('a policy can deny an edit as any other call', async () => {
  writeFileSync(
    join(folder, 'house.crew.yaml'),
    CREW.replace('budget:', 'policy: [{ deny: memory.insert }]\nbudget:'),
  );
  const { said } = await play({
    keep: [
      ['insert', { block: 'board', text: 'x' }],
      ['view', {}],
    ],
  });
  expect(said('keep')).toContain('CONSENT_DENIED');
  expect(said('keep')).toContain('"version":0');
});

test('insights come when what roles kept by tools is enough, also where a phase leaves no note itself', async () => {
  writeFileSync(
    join(folder, 'house.crew.yaml'),
    CREW.replace('  blocks:', '  stream: { threshold: 1.2 }\n  blocks:')
      .replace('calls: 40', 'calls: 400')
      .replace(', untrusted: true', ''),
  );
  const heron = (what: string, more: JsonObject = {}) =>
    ['archive_insert', { content: `The heron ${what}.`, importance: 5, ...more }] as const;
  const moves = {
    keep: [heron('wades'), heron('fishes')],
    look: [heron('is grey', { level: 'role' })],
    judge: [heron('sleeps')],
  };
  const { thoughts } = await play(moves);
  // 0.5 each: the third of the keeper is in its last phase; what the guest keeps is another one's.
  expect(thoughts).toEqual(['judge', 'judge']);
  const again = await play({ keep: [heron('flies')] });
  expect(again.thoughts).toEqual([]);
  const found = await play({ keep: [['archive_search', { query: 'herons', kinds: ['insight'] }]] });
  expect(found.said('keep')).toContain('Herons do much.');
});

test('what a module gives is ours, unless its phase says that strangers speak in it', async () => {
  writeFileSync(join(folder, 'page.mjs'), 'export const page = () => "The page says hello.";\n');
  const tools = `tools:
  memory: builtin:memory
  web: { module: page.mjs, tools: { page: { description: Reads a page., output: { type: string } } } }
`;
  const crew = CREW.replace('tools: { memory: builtin:memory }\n', tools)
    .replace('keeper: { goal: Keep it., tools: [memory]', 'keeper: { goal: Keep it., tools: [memory, web]')
    .replace('calls: 40', 'calls: 100');
  const moves: Moves = {
    keep: [
      ['web.page', {}],
      ['insert', { block: 'board', text: 'Wednesday: snow' }],
    ],
  };
  writeFileSync(join(folder, 'house.crew.yaml'), crew);
  expect((await play(moves, { allow: ['web.page'] })).said('keep')).toMatch(/says hello.*Wednesday: snow/);
  const marked = crew.replace('umbrella., next', 'umbrella., untrusted: true, next');
  writeFileSync(join(folder, 'house.crew.yaml'), marked);
  expect((await play(moves, { allow: ['web.page'] })).said('keep')).toMatch(
    /says hello.*(MEMORY_REFUSED|CONSENT_DENIED).*keep/,
  );
});

test('what a role keeps by a tool is trusted as little as what it has read, and reading memory lowers nothing by itself', async () => {
  writeFileSync(join(folder, 'letter.txt'), 'The letter is blue.');
  writeFileSync(
    join(folder, 'house.crew.yaml'),
    CREW.replace('tools: [memory]', 'tools: [memory, files]')
      .replace('builtin:memory }', 'builtin:memory, files: builtin:files }')
      .replace(', untrusted: true', '')
      .replace('observe: false }', 'observe: true }'),
  );
  const keep = (content: string) => ['archive_insert', { content, level: 'crew' }] as const;
  await play({ keep: [keep('Herons fish.')] });
  await play({ judge: [['archive_search', { query: 'herons' }], keep('Herons are grey.')] });
  await play({ keep: [['files.read', { path: 'letter.txt' }], keep('The letter is blue.')] });
  await play({ judge: [['archive_search', { query: 'letter' }], keep('Letters are blue.')] });
  const place = join(folder, '.crew', 'memory');
  const store = await openLanceStore({ place, redactedPlace: place, env: {} });
  const notes = await store.find({ scopes: 'all' }, { limit: 99, order: 'oldest' });
  await store.close();
  const of = (text: string) => notes.find(note => note.text === text);
  expect(of('Herons fish.')).toMatchObject({ trust: 2 });
  expect(of('The letter is blue.')).toMatchObject({ trust: 1 });
  expect(of('The letter is blue.')?.sources).toContain('tool:files.read');
  expect(of('Herons are grey.')).toMatchObject({ trust: 2 });
  expect(of('Herons are grey.')?.sources).toContain(`note:${of('Herons fish.')?.id}`);
  expect(of('Letters are blue.')).toMatchObject({ trust: 1 });
  const delivered = notes.filter(({ kind, phase }) => kind === 'observation' && phase === 'judge');
  expect(delivered.map(({ trust }) => trust)).toEqual([2, 2, 1]);
});
