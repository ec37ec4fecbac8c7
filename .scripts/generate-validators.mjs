// Compiles the schemas of crew, SOP, prompt, policy, config and test files, and the draft 2020-12 meta-schema, into plain validators without
// dependencies: compiling them at start would cost 100 ms.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';

const target = new URL('../src/language/generated/', import.meta.url);
const ajv2020 = Ajv.default;

/** ajv imports its deep comparison even into stand-alone code; this one stands in for it. */
const EQUAL = `function sameJson(a, b) {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
}
`;

function readSchema(name) {
  return JSON.parse(readFileSync(new URL(`../schemas/${name}.schema.json`, import.meta.url), 'utf8'));
}

function withoutImports(code) {
  const text = code.replaceAll(/require\("ajv\/dist\/runtime\/equal"\)\.default/g, 'sameJson');
  if (text.includes('require(')) throw new Error('the generated validator still imports something');
  const note = '// Written by .scripts/generate-validators.mjs; do not edit.\n';
  return note + (text.includes('sameJson') ? EQUAL : '') + text;
}

function compile(ajv, exportsToIds) {
  return withoutImports(standaloneCode.default(ajv, exportsToIds));
}

function options() {
  return {
    code: { source: true, esm: true },
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    validateFormats: false,
    unicodeRegExp: true,
  };
}

/** The union of phase kinds is for editors; the validator of one kind is chosen by its key, so each has an export. */
function fileValidators() {
  const sop = readSchema('sop');
  const kinds = Object.keys(sop.$defs).filter(name => /(Phase|Branch)$/.test(name));
  sop.$defs.phase = { type: 'object' };
  sop.$defs.branch = { type: 'object' };
  const ajv = new ajv2020({
    ...options(),
    schemas: ['policy', 'crew', 'config', 'crewtest', 'prompt'].map(readSchema).concat(sop),
  });
  const rows = kinds.map(kind => [kind, `sop.schema.json#/$defs/${kind}`]);
  const files = ['crew', 'sop', 'policy', 'config', 'crewtest', 'prompt'].map(name => [
    name,
    `${name}.schema.json`,
  ]);
  return { ...Object.fromEntries([...files, ...rows]), ajv };
}

function declarations(names) {
  const rows = names.map(name => `export const ${name}: Validate;`).join('\n');
  return `// Written by .scripts/generate-validators.mjs; do not edit.
import type { Validate } from '../validate.ts';

${rows}
`;
}

/** The keys under which a prompt file may stand for a text. */
const PROMPT_PLACES = ['task', 'goal', 'backstory', 'ask', 'prompt_template', 'prompt'];

/** The keys of each mapping that the schemas describe, for did-you-mean. */
function schemaKeys() {
  const sop = readSchema('sop');
  const crew = readSchema('crew');
  const keys = schema => Object.keys(schema.properties);
  const kinds = suffix =>
    Object.fromEntries(
      Object.entries(sop.$defs)
        .filter(([name]) => name.endsWith(suffix))
        .map(([name, schema]) => [name.slice(0, -suffix.length), keys(schema)]),
    );
  const places = {
    crew: keys(crew),
    sop: keys(sop),
    inputs: keys(sop.$defs.input),
    models: keys(crew.$defs.model),
    roles: keys(crew.$defs.role),
    tools: keys(crew.$defs.toolset),
    moduleTool: keys(crew.$defs.moduleTool),
    mcp: keys(crew.$defs.mcpServer),
    oauth: keys(crew.$defs.mcpOAuth),
    sandbox: keys(crew.$defs.sandbox),
    budget: keys(crew.$defs.budget),
    roleBudget: keys(crew.$defs.roleBudget),
    memory: keys(crew.$defs.memory),
    blocks: keys(crew.$defs.block),
    stream: keys(crew.$defs.stream),
    weights: keys(crew.$defs.stream.properties.weights),
    roleMemory: keys(crew.$defs.roleMemory),
    retry: keys(sop.$defs.retry),
    next: keys(sop.$defs.next.items),
    procedure: keys(crew.properties.sop),
    inner: keys(sop.$defs.innerTalk),
    until: keys(sop.$defs.talkEnding),
    selector: keys(sop.$defs.selector),
    rules: keys(sop.$defs.rules.items),
    summarizer: keys(sop.$defs.summarizer),
    chain: keys(sop.$defs.chain.items),
    each: keys(sop.$defs.each),
    reflect: keys(sop.$defs.reflect),
    untrusted: keys(sop.$defs.untrusted),
    evaluator: keys(sop.$defs.reflect.properties.evaluator),
    ...Object.fromEntries(PROMPT_PLACES.map(place => [place, keys(sop.$defs.task)])),
  };
  const config = Object.fromEntries(keysByPath(readSchema('config'), []));
  const crewtest = readSchema('crewtest');
  const tests = {
    file: keys(crewtest),
    test: keys(crewtest.$defs.test),
    expect: keys(crewtest.$defs.expect),
    workspace: keys(crewtest.$defs.test.properties.workspace),
  };
  const rows = {
    PHASE_KEYS: kinds('Phase'),
    BRANCH_KEYS: kinds('Branch'),
    PLACE_KEYS: places,
    CONFIG_KEYS: config,
    CREWTEST_KEYS: tests,
    POLICY_KEYS: policyKeys(keys),
    PROMPT_KEYS: { file: keys(readSchema('prompt')) },
  };
  const code = Object.entries(rows).map(
    ([name, row]) => `export const ${name} = ${JSON.stringify(row, null, 2)};\n`,
  );
  return `// Written by .scripts/generate-validators.mjs; do not edit.\n${code.join('')}`;
}

function policyKeys(keys) {
  const policy = readSchema('policy');
  return {
    file: keys(policy),
    server: keys(policy.$defs.server),
    rule: keys(policy.$defs.rule),
    calls: keys(policy.$defs.calls),
    matcher: keys(policy.$defs.matcher),
    annotations: keys(policy.$defs.calls.properties.annotations),
  };
}

/** The keys of every mapping inside a schema, by its dotted path; that of the file itself is empty. */
function keysByPath(schema, path) {
  if (schema.properties === undefined) return [];
  const inner = Object.entries(schema.properties).flatMap(([key, one]) => keysByPath(one, [...path, key]));
  return [[path.join('.'), Object.keys(schema.properties)], ...inner];
}

const KEY_TYPES = `// Written by .scripts/generate-validators.mjs; do not edit.
type KeyTable = Readonly<Record<string, readonly string[]>>;

export const PHASE_KEYS: KeyTable;
export const BRANCH_KEYS: KeyTable;
export const PLACE_KEYS: KeyTable;
export const CONFIG_KEYS: KeyTable;
export const CREWTEST_KEYS: KeyTable;
export const POLICY_KEYS: KeyTable;
export const PROMPT_KEYS: KeyTable;
`;

/** Renders every generated file by name. */
export function renderValidators() {
  const { ajv, ...exportsToIds } = fileValidators();
  const meta = new ajv2020({ ...options(), allErrors: false });
  return {
    'file-validators.generated.js': compile(ajv, exportsToIds),
    'file-validators.generated.d.ts': declarations(Object.keys(exportsToIds)),
    'schema-keys.generated.js': schemaKeys(),
    'schema-keys.generated.d.ts': KEY_TYPES,
    'meta-schema.generated.js': compile(meta, { metaSchema: 'https://json-schema.org/draft/2020-12/schema' }),
    'meta-schema.generated.d.ts': declarations(['metaSchema']),
  };
}

if (import.meta.main) {
  mkdirSync(target, { recursive: true });
  for (const [name, text] of Object.entries(renderValidators())) writeFileSync(new URL(name, target), text);
}
