// Writes the pages of examples/ that follow from other files: the language reference from the JSON Schemas, and the
// gallery of the shipped crews from their statecharts. A test compares them with what stands there.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { compileCrew } from '../src/compiler/compile-crew.ts';
import { exportMermaid } from '../src/compiler/export-mermaid.ts';
import { chartOf } from '../src/compiler/phase-chart.ts';
import { OWN_FILTERS } from '../src/expressions/own-filters.ts';
import { loadCrew } from '../src/language/load-crew.ts';
import { BUILTIN_CATALOG } from '../src/tools/catalog.ts';

const root = new URL('../', import.meta.url);
const NOTE = '<!-- Written by .scripts/generate-docs.mjs; do not edit. -->';

function readText(path) {
  return readFileSync(new URL(path, root), 'utf8');
}

const schemas = Object.fromEntries(
  ['crew', 'sop', 'prompt', 'policy'].map(name => [
    `${name}.schema.json`,
    JSON.parse(readText(`schemas/${name}.schema.json`)),
  ]),
);

/** Follows a `$ref` inside or between the files. */
function resolve(schema, file) {
  if (typeof schema?.$ref !== 'string') return { schema, file };
  const [name, pointer = ''] = schema.$ref.split('#');
  const target = name === '' ? file : name;
  if (schemas[target] === undefined) return { schema, file };
  const found = pointer
    .split('/')
    .slice(1)
    .reduce((value, key) => value?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], schemas[target]);
  return resolve({ ...found, ...without(schema, '$ref') }, target);
}

function without(object, key) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** What may stand at a place, in a few words. */
function typeOf(written, file) {
  const { schema, file: at } = resolve(written, file);
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map(value => code(JSON.stringify(value))).join(', ');
  const union = schema.oneOf ?? schema.anyOf;
  if (union?.some(one => resolve(one, at).schema.type ?? resolve(one, at).schema.const)) {
    return [...new Set(union.map(one => typeOf(one, at)))].filter(text => text !== '').join(' or ');
  }
  const types = [schema.type ?? []].flat();
  const word = type => {
    if (type === 'array' && schema.items) return `list of ${typeOf(schema.items, at) || 'anything'}`;
    return type === 'object' ? 'mapping' : type;
  };
  return types.map(word).join(' or ');
}

function code(text) {
  const fence = text.includes('`') ? '``' : '`';
  return `${fence}${text.replaceAll('|', '\\|')}${fence}`;
}

function cell(text) {
  return String(text ?? '')
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ');
}

function exampleOf(schema) {
  const [example] = schema.examples ?? [];
  return example === undefined ? '' : code(JSON.stringify(example));
}

function table(schema, file) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([key, written]) => {
    const { schema: field } = resolve(written, file);
    const must = required.has(key) ? ', required' : '';
    return `| \`${key}\` | ${typeOf(written, file)}${must} | ${cell(field.description)} | ${exampleOf(field)} |`;
  });
  return ['| key | value | meaning | example |', '|---|---|---|---|', ...rows].join('\n');
}

function section(level, title, schema, file) {
  return `${'#'.repeat(level)} ${title}\n\n${schema.description ?? ''}\n\n${table(schema, file)}\n`;
}

/** The mappings of a file that have keys of their own, in the order of the schema. */
function definitions(file, test) {
  return Object.entries(schemas[file].$defs ?? {})
    .filter(([name, schema]) => schema.properties !== undefined && test(name))
    .map(([name, schema]) => section(3, titleOf(name), schema, file));
}

function titleOf(name) {
  const words = name.replace(/Phase$|Branch$/, '').replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
  return `\`${words.trim()}\``;
}

function renderReference() {
  const sop = 'sop.schema.json';
  const crew = 'crew.schema.json';
  const policy = 'policy.schema.json';
  const isPhase = name => name.endsWith('Phase');
  const isBranch = name => name.endsWith('Branch');
  return [
    NOTE,
    '# The language, key by key',
    '',
    'Crew files and SOP files are YAML. Keys that start with `x-` are yours and are not read; every other key that is not',
    'listed here is an error with a suggestion. `crew schema crew`, `sop` and `policy` print the JSON Schemas that this',
    'page is made from; editors with a YAML language server use them through the first line of a file:',
    '',
    '```yaml',
    '# yaml-language-server: $schema=../schemas/crew.schema.json',
    '```',
    '',
    section(2, 'A crew file', schemas[crew], crew),
    ...definitions(crew, () => true),
    section(2, 'An SOP file', schemas[sop], sop),
    ...definitions(sop, name => !isPhase(name) && !isBranch(name)),
    '## Kinds of phases\n',
    'A phase does exactly one kind of work, named by its key.\n',
    ...definitions(sop, isPhase),
    ...renderPrompts(),
    section(2, 'A policy file', schemas[policy], policy),
    ...definitions(policy, () => true),
    ...renderTools(),
  ].join('\n');
}

/** Prompt files, and what Liquid has here beside its own filters. */
function renderPrompts() {
  const file = 'prompt.schema.json';
  return [
    '## A prompt file\n',
    'Wherever a prompt is written, a file may stand instead: `task: { prompt: merge }` puts in the text of',
    '`prompts/merge.prompt.md` beside the file that names it, `{ prompt: merge, variant: short }` that of',
    '`merge.short.prompt.md`. It is put in before anything is checked, so all checks hold of it, at its own lines.\n',
    'A body whose front matter has `input`, or that is used with `with`, reads its inputs by name and nothing else; any other',
    'body reads what a text written there may read. Goals and backstories are plain texts: they read their inputs, and',
    'nothing of a run.\n',
    '`{% render "finding", finding: item %}` puts in `_finding.prompt.md`, with `finding` set to `item`; `{% include %}` does',
    'the same. A partial reads what stands around it. The name is a text in quotes, and what a partial sets is used nowhere',
    'else.\n',
    `${table(schemas[file], file)}\n`,
    '## Filters of ours\n',
    'Beside the filters of Liquid. Tokens are counted by one rule for all models: a word of at most seven letters is one.\n',
    '| filter | meaning |',
    '|---|---|',
    ...OWN_FILTERS.map(({ usage, meaning }) => `| ${code(usage)} | ${cell(meaning)} |`),
    '',
  ];
}

/** Every built-in tool: what it takes, and the fields of what it returns. */
function renderTools() {
  const sections = [...BUILTIN_CATALOG].flatMap(([toolset, specs]) => [
    `### \`builtin:${toolset}\`\n`,
    '| tool | takes | returns | meaning |',
    '|---|---|---|---|',
    ...specs.map(({ name, description, inputSchema, outputSchema, readOnly, memory }) => {
      const meaning = readOnly || memory !== undefined ? description : `**Asks first.** ${description}`;
      const cells = [code(name), fields(inputSchema), fields(outputSchema), cell(meaning)];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
  ]);
  return [
    '## Built-in tools\n',
    'An argument in brackets may be left out. All of them only read, but for those that ask first: they run code or write',
    'files, and are called only when a person allows it. Edits of memory need no leave, because each can be taken back; rules of a',
    'policy hold for them as well.\n',
    ...sections,
  ];
}

function fields(schema) {
  const required = new Set(schema?.required ?? []);
  const names = Object.keys(schema?.properties ?? {});
  return names.map(name => code(required.has(name) ? name : `[${name}]`)).join(', ');
}

/** Every shipped crew with its statechart. */
function renderGallery() {
  const files = readdirSync(new URL('crews/', root))
    .filter(name => name.endsWith('.crew.yaml'))
    .sort();
  const entries = files.map(name => {
    const path = `crews/${name}`;
    const readSource = file => {
      try {
        return readText(file);
      } catch {
        return undefined;
      }
    };
    const { crew, sourceMap } = loadCrew({ path, readSource, catalog: BUILTIN_CATALOG });
    if (crew === undefined) throw new Error(`${path} has errors; run \`crew check ${path}\``);
    const chart = chartOf(compileCrew(crew, { sourceMap, catalog: BUILTIN_CATALOG }));
    return `## ${crew.name}\n\n${crew.goal} [\`${path}\`](../${path})\n\n\`\`\`mermaid\n${exportMermaid(chart)}\`\`\`\n`;
  });
  const intro = 'The statecharts of the shipped crews, as `crew graph FILE --format mermaid` prints them.';
  return [NOTE, '# Gallery', '', intro, '', ...entries].join('\n');
}

/** Renders every page by its path. */
export function renderDocs() {
  return {
    'examples/language-reference.md': renderReference(),
    'examples/gallery.md': renderGallery(),
  };
}

if (import.meta.main) {
  mkdirSync(new URL('examples/', root), { recursive: true });
  for (const [path, text] of Object.entries(renderDocs())) writeFileSync(new URL(path, root), text);
}
