import {
  CREW_LOCK_VERSION,
  type CrewLock,
  type LockedPrompt,
  type LockedServer,
  type LockedTool,
} from '../model/crew-lock.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import type { ToolAnnotations } from '../model/tool-spec.ts';
import { asObject, asText, asTexts, compact } from './lower-values.ts';
import { hashOf, toolPin } from './server-identity.ts';

const LARGEST = 16 * 1024 * 1024;
const DEEPEST = 100;

/** What a lock file says, or why it cannot be believed. */
export type ReadLock =
  | { readonly lock: CrewLock; readonly problem?: never }
  | { readonly problem: string; readonly lock?: never };

/**
 * Reads the text of a `crew.lock`. Each identity must be the hash of its declaration and each pin that of its tool: a file
 * that was changed by hand, or merged wrongly, is refused as a whole, with the first thing that does not fit. Pure; never
 * throws.
 */
export function readLock(text: string): ReadLock {
  if (text.length > LARGEST)
    return { problem: `it has ${text.length} characters; at most ${LARGEST} are read` };
  const written = parse(text.replace(/^\uFEFF/, ''));
  if (written === undefined) return { problem: conflictProblem(text) ?? 'it is not valid JSON' };
  if (isDeeper(written, DEEPEST)) return { problem: `it has more than ${DEEPEST} levels` };
  const { version, servers, prompts } = asObject(written);
  if (version !== CREW_LOCK_VERSION) {
    return {
      problem: `its version is ${JSON.stringify(version ?? null).slice(0, 40)}; this program reads version 1`,
    };
  }
  const lock = { servers: new Map<string, LockedServer>(), prompts: new Map<string, LockedPrompt>() };
  for (const [identity, value] of Object.entries(asObject(servers))) {
    const { server, problem } = readServer(identity, asObject(value));
    if (server === undefined) return { problem };
    lock.servers.set(identity, server);
  }
  for (const [name, value] of Object.entries(asObject(prompts))) {
    const prompt = readPrompt(asObject(value));
    const title = JSON.stringify(name.slice(0, 80));
    if (prompt === undefined) return { problem: `what it says of the prompt ${title} is not whole` };
    lock.prompts.set(name, prompt);
  }
  return { lock };
}

/** What a problem begins with that git could not settle, so that a person has to. */
export const LOCK_CONFLICT = 'a conflict of git';

function conflictProblem(text: string): string | undefined {
  const at = text.search(/^(?:<{7}|={7}|>{7})(?: |\r?$)/m);
  if (at === -1) return undefined;
  const line = text.slice(0, at).split('\n').length;
  return `${LOCK_CONFLICT}, which it could not settle, stands in line ${line}`;
}

const HASH = /^[0-9a-f]{64}$/;
const COMMIT = /^[0-9a-f]{40,64}$/;

function readPrompt({ hash, partials = {}, output, commit }: JsonObject): LockedPrompt | undefined {
  if (typeof hash !== 'string' || !HASH.test(hash)) return undefined;
  if (output !== undefined && (typeof output !== 'string' || !HASH.test(output))) return undefined;
  if (commit !== undefined && (typeof commit !== 'string' || !COMMIT.test(commit))) return undefined;
  if (typeof partials !== 'object' || partials === null || Array.isArray(partials)) return undefined;
  const rows: [string, string | null][] = [];
  for (const [name, value] of Object.entries(partials)) {
    if (value !== null && (typeof value !== 'string' || !HASH.test(value))) return undefined;
    rows.push([name, value]);
  }
  return {
    hash,
    partials: Object.fromEntries(rows),
    ...(output === undefined ? {} : { output }),
    ...(commit === undefined ? {} : { commit }),
  };
}

type ReadServer =
  | { readonly server: LockedServer; readonly problem?: never }
  | { readonly problem: string; readonly server?: never };

function readServer(identity: string, written: JsonObject): ReadServer {
  const declaration = asObject(written.declaration);
  const name = JSON.stringify(asTexts(written.aliases)[0] ?? identity.slice(0, 12));
  if (hashOf(declaration) !== identity) {
    return { problem: `the identity of the server ${name} is not the hash of its declaration` };
  }
  const tools: LockedTool[] = [];
  for (const [tool, value] of Object.entries(asObject(written.tools)).toSorted(byName)) {
    const { pin, ...said } = readTool(tool, asObject(value));
    if (pin !== toolPin(identity, said)) {
      const title = JSON.stringify(tool.slice(0, 80));
      return {
        problem: `the pin of the tool ${title} of the server ${name} is not the hash of what it says`,
      };
    }
    tools.push({ ...said, pin });
  }
  const about = asObject(written.server);
  const server = {
    aliases: asTexts(written.aliases),
    declaration,
    server: { name: asText(about.name), version: asText(about.version) },
    protocol: asText(written.protocol),
    resources: written.resources === true,
    prompts: written.prompts === true,
    tools,
  };
  return { server };
}

function readTool(name: string, written: JsonObject): LockedTool {
  const { title, description, inputSchema, outputSchema, annotations } = written;
  const texts = {
    title: typeof title === 'string' ? title : undefined,
    description: typeof description === 'string' ? description : undefined,
  };
  return {
    name,
    ...compact(texts),
    inputSchema: schemaOf(inputSchema),
    ...(outputSchema === undefined ? {} : { outputSchema: schemaOf(outputSchema) }),
    ...(annotations === undefined ? {} : { annotations: asObject(annotations) as ToolAnnotations }),
    pin: asText(written.pin),
  };
}

function schemaOf(value: JsonValue | undefined): JsonSchema {
  return typeof value === 'boolean' ? value : asObject(value);
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : Number(left > right);
}

function parse(text: string): JsonValue | undefined {
  try {
    // Dropping `__proto__` keeps the parsed keys ordinary ones.
    return JSON.parse(text, (key, value: JsonValue) => (key === '__proto__' ? undefined : value));
  } catch {
    return undefined;
  }
}

/** Level by level, for a call for each level could overflow. */
function isDeeper(value: JsonValue, most: number): boolean {
  let level: readonly JsonValue[] = [value];
  for (let depth = 0; depth <= most; depth += 1) {
    level = level.flatMap(one => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}
