import { readdirSync, readFileSync } from 'node:fs';
import { suggest } from '../../language/closest.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import { type Command, type CommandCall, textFlag } from '../command.ts';
import { STUBS_SCHEMA } from '../read-stubs.ts';
import { loadScriptSchema } from '../wire.ts';
import { writeOut } from '../write-out.ts';

/** `crew schema [NAME]`: a JSON Schema of the product's files and events; without a name, what there is. */
export const schemaCommand: Command = {
  name: 'schema',
  usage: 'schema [NAME]',
  summary: 'print a JSON Schema: crew, sop, event, review…',
  flags: {
    out: { type: 'string', short: 'o', value: 'FILE', help: 'write to FILE instead of stdout' },
  },
  run: schema,
};

/** Beside `src/` and beside `dist/`. */
const SCHEMAS = new URL('../../../schemas/', import.meta.url);
const ENDING = '.schema.json';

async function schema({ positionals, values, terminal }: CommandCall): Promise<number> {
  const texts = await schemaTexts();
  const [name, second] = positionals;
  if (second !== undefined) throw new CrewError('USAGE', `expected one name, and found \`${second}\` too`);
  if (name === undefined) {
    terminal.stdout(values.json === true ? listAsJson(texts) : listAsText(texts));
    return 0;
  }
  const text = texts.get(name);
  if (text === undefined) {
    const known = [...texts.keys()];
    const hint = suggest(name, known) ?? `there are ${known.map(each => `\`${each}\``).join(', ')}`;
    throw new CrewError('USAGE', `there is no schema \`${name}\`; ${hint}`);
  }
  writeOut(text, textFlag(values, 'out'), terminal);
  return 0;
}

/** The text of every schema by its name: the files, and those of files that only the command line reads. */
async function schemaTexts(): Promise<ReadonlyMap<string, string>> {
  const files = readdirSync(SCHEMAS).filter(file => file.endsWith(ENDING));
  const read = files.map(
    file => [file.slice(0, -ENDING.length), readFileSync(new URL(file, SCHEMAS), 'utf8')] as const,
  );
  const own = { script: await loadScriptSchema(), stubs: STUBS_SCHEMA };
  const written = Object.entries(own).map(
    ([name, value]) => [name, `${JSON.stringify(value, null, 2)}\n`] as const,
  );
  return new Map([...read, ...written].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function listAsText(texts: ReadonlyMap<string, string>): string {
  const width = Math.max(...[...texts.keys()].map(name => name.length));
  return [...texts].map(([name, text]) => `${name.padEnd(width)}  ${titleOf(text)}\n`).join('');
}

function listAsJson(texts: ReadonlyMap<string, string>): string {
  const schemas = [...texts].map(([name, text]) => ({ name, title: titleOf(text) }));
  return `${JSON.stringify({ version: 1, schemas }, null, 2)}\n`;
}

function titleOf(text: string): string {
  const { title } = JSON.parse(text) as JsonObject;
  return typeof title === 'string' ? title : '';
}
