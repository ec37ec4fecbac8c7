// How well notes are found: recall of the evidence of questions about long conversations, of the LoCoMo data set (its file
// `locomo10.json`, which is under a licence for non-commercial use and not part of this project). Each turn is a note, each
// session a run, each speaker a role. Shown are ours with the embedder that is asked for, its two halves alone, and what
// is lost without each part, all through the same LanceDB store.
//   npm run bench -- memory-recall PATH/locomo10.json [static|use|none]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbedder } from '../../src/embedders/create-embedder.ts';
import { ensureEmbedder } from '../../src/memory/ensure-embedder.ts';
import { prepareNote } from '../../src/memory/prepare-note.ts';
import { retrieve } from '../../src/memory/retrieve.ts';
import { openLanceStore } from '../../src/stores/lancedb/open-lance-store.ts';

const DEPTHS = [5, 10, 20];
const HALF_LIFE_MS = 6 * 86_400_000;
/** Questions that have no answer in their conversation. */
const ADVERSARIAL = 5;
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** What is left out, by what it is called in the table. */
const ABLATIONS = {
  'without vectors': { vector: 0 },
  'without words': { relevance: 0 },
  'without neighbours': { neighbours: 0 },
  'without session': { session: 0 },
  'without author': { author: 0 },
  'without all three': { neighbours: 0, session: 0, author: 0 },
  'recency at 0.5': { recency: 0.5 },
};

/** Prints the table for one file of the data set. */
export async function benchMemoryRecall([path, use = 'static'] = []) {
  if (path === undefined) throw new Error('expected `memory-recall PATH/locomo10.json [static|use|none]`');
  const conversations = JSON.parse(readFileSync(path, 'utf8')).map(readConversation);
  const questions = conversations.flatMap(one => one.questions);
  const folder = mkdtempSync(join(tmpdir(), 'crew-recall-'));
  const doors = { env: process.env, post: () => Promise.reject(new Error('no server is asked here')) };
  const embedder = await createEmbedder(use, doors);
  const store = await openLanceStore({ place: folder, redactedPlace: folder, env: {} });
  try {
    const memory = memoryOf(store, embedder);
    const written = performance.now();
    await ensureEmbedder(memory);
    for (const one of conversations) await writeTurns(memory, one);
    await store.maintain({ now: Date.now(), keepDays: 7 });
    const seconds = ((performance.now() - written) / 1000).toFixed(1);
    const notes = conversations.reduce((sum, one) => sum + one.turns.length, 0);
    print(
      `${questions.length} questions, ${notes} notes in ${conversations.length} scopes, embedder ${use}, written in ${seconds} s`,
    );
    print('');
    print(row('', ...DEPTHS.map(depth => `R@${depth}`), 'MRR', 'p50 ms', 'p95 ms'));
    const ours = await measure(questions, question => find(memory, question));
    printFigures('ours', ours);
    const words = await measure(questions, ({ text, scope }) =>
      store.lexical(text, filterOf(scope), { limit: 20 }).then(ids),
    );
    printFigures('plain BM25', words);
    if (embedder !== undefined) {
      const near = await measure(questions, async ({ text, scope }) => {
        const [vector] = await embedder.embed([text], 'query');
        return ids(await store.nearest(vector, filterOf(scope), { limit: 20 }));
      });
      printFigures('plain vectors', near);
      printRatio('ours / plain vectors', ours, near);
    }
    printRatio('ours / plain BM25', ours, words);
    print('');
    const kept = memoryOf(rememberReads(store), embedder && rememberVectors(embedder));
    await measure(questions, question => find(kept, question));
    for (const [name, weights] of Object.entries(ABLATIONS)) {
      const settings = { ...memory.settings, weights };
      const figures = await measure(questions, question => find({ ...kept, settings }, question));
      printFigures(name, { ...figures, times: undefined });
    }
    const stream = { ...kept, settings: { ...memory.settings, scoring: 'generative-agents' } };
    printFigures('generative-agents', {
      ...(await measure(questions, question => find(stream, question))),
      times: undefined,
    });
  } finally {
    await store.close();
    await embedder?.close?.();
    rmSync(folder, { recursive: true, force: true });
  }
}

function memoryOf(store, embedder) {
  return {
    store,
    ...(embedder === undefined ? {} : { embedder }),
    settings: { scoring: 'hybrid', weights: {}, halfLifeMs: HALF_LIFE_MS },
    now: () => Date.UTC(2024, 0, 1),
    redact: text => text,
  };
}

function readConversation({ sample_id: name, conversation, qa }) {
  const scope = `crew:${name}`;
  const sessions = Object.keys(conversation).filter(key => Array.isArray(conversation[key]));
  const turns = sessions
    .toSorted((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
    .flatMap(session =>
      conversation[session].map(turn => ({
        ...turn,
        session,
        at: readMoment(conversation[`${session}_date_time`]),
      })),
    );
  const questions = qa
    .filter(({ category, evidence }) => category !== ADVERSARIAL && evidence?.length > 0)
    .map(({ question, evidence }) => ({
      text: question,
      scope,
      evidence: evidence.map(id => `${name}/${id}`),
    }));
  return { name, scope, turns, questions };
}

/** "1:56 pm on 8 May, 2023" */
function readMoment(text) {
  const [, hour, minute, half, day, month, year] = /^(\d+):(\d+) (am|pm) on (\d+) (\w+), (\d+)$/.exec(
    text.trim(),
  );
  const hours = (Number(hour) % 12) + (half === 'pm' ? 12 : 0);
  return Date.UTC(Number(year), MONTHS.indexOf(month), Number(day), hours, Number(minute));
}

async function writeTurns(memory, { name, scope, turns }) {
  const prepared = turns.map((turn, at) => {
    const by = {
      runId: `${name} ${turn.session}`,
      phase: '',
      role: turn.speaker,
      key: 'k',
      author: 'person',
      crew: name,
    };
    const text = turn.blip_caption === undefined ? turn.text : `${turn.text}\n[shows ${turn.blip_caption}]`;
    const note = { key: turn.dia_id, scope, kind: 'message', text, trust: 3, sources: ['user'] };
    const then = { ...memory, now: () => turn.at };
    const made = prepareNote(then, by, { id: `${name}/${turn.dia_id}`, note, known: new Map() });
    return { ...made.note, seq: at + 1 };
  });
  await memory.store.put(prepared.map(note => ({ note })));
  await ensureEmbedder(memory);
}

async function find(memory, { text, scope }) {
  const found = await retrieve(memory, {
    text,
    scopes: [scope],
    limit: 20,
    maxTokens: 1e9,
    kinds: ['message'],
  });
  return found.map(({ id }) => id);
}

async function measure(questions, search) {
  const [recalls, ranks, times] = [DEPTHS.map(() => 0), [], []];
  for (const question of questions) {
    const begin = performance.now();
    const found = await search(question);
    times.push(performance.now() - begin);
    for (const [at, depth] of DEPTHS.entries()) {
      const top = new Set(found.slice(0, depth));
      recalls[at] += question.evidence.filter(id => top.has(id)).length / question.evidence.length;
    }
    const first = found.findIndex(id => question.evidence.includes(id));
    ranks.push(first === -1 ? 0 : 1 / (first + 1));
  }
  const mean = sum => sum / questions.length;
  times.sort((a, b) => a - b);
  return { recalls: recalls.map(mean), mrr: mean(ranks.reduce((sum, one) => sum + one, 0)), times };
}

/** Gives what was read before: parts of a score are left out of the same reads. */
function rememberReads(store) {
  const known = new Map();
  const remember = name => {
    return (...args) => {
      const key = JSON.stringify([name, args.map(arg => (ArrayBuffer.isView(arg) ? [...arg] : arg))]);
      if (!known.has(key)) known.set(key, store[name](...args));
      return known.get(key);
    };
  };
  const reads = ['lexical', 'nearest', 'find', 'embedder'].map(name => [name, remember(name)]);
  return { ...store, ...Object.fromEntries(reads) };
}

function rememberVectors(embedder) {
  const known = new Map();
  return {
    ...embedder,
    embed: async (texts, kind) => {
      const key = JSON.stringify([texts, kind]);
      if (!known.has(key)) known.set(key, embedder.embed(texts, kind));
      return known.get(key);
    },
  };
}

function filterOf(scope) {
  return { scopes: [scope], kinds: ['message'] };
}

function ids(found) {
  return found.map(({ note }) => note.id);
}

function printFigures(name, { recalls, mrr, times }) {
  const at = share => (times === undefined ? '' : times[Math.floor(times.length * share)].toFixed(1));
  print(row(name, ...recalls.map(figure => figure.toFixed(3)), mrr.toFixed(3), at(0.5), at(0.95)));
}

function printRatio(name, one, other) {
  const ratios = one.recalls.map((recall, at) => (recall / other.recalls[at]).toFixed(2));
  print(row(name, ...ratios, (one.mrr / other.mrr).toFixed(2), '', ''));
}

function row(name, ...cells) {
  return name.padEnd(22) + cells.map(cell => cell.padStart(8)).join('');
}

function print(line) {
  process.stdout.write(`${line.trimEnd()}\n`);
}
