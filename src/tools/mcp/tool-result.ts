import type { ContentBlock } from '@modelcontextprotocol/client';
import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { MAX_PROBLEM_LENGTH, MAX_TOOL_RESULT_LENGTH } from '../../model/limits.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { jsonTrouble } from './json-depth.ts';
import type { McpToolsOptions } from './mcp-tools.ts';

/** Pictures and sounds of at most so many characters of base64 are kept; of larger ones only type and size. */
const MAX_DATA_LENGTH = 32_768;
const MAX_DEPTH = 100;

/** What a server answered to a call, as far as we look at it. */
interface ServerResult {
  readonly content?: readonly ContentBlock[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

/**
 * The JSON value of a result: its structured content, else its texts joined by line feeds, else `{ text, parts }` where
 * parts describe pictures, sounds and resources; null when there is nothing. Fails with TOOL_FAILED when the server says
 * that the call failed, or when the result is too long, too deep, or not what its `outputSchema` promises.
 */
export function toolResult(
  spec: ToolSpec,
  result: ServerResult,
  misfit: McpToolsOptions['misfit'],
): JsonValue {
  const content = result.content ?? [];
  if (result.isError === true) throw failed(spec, textsOf(content) || 'the server does not say why');
  const { structuredContent } = result;
  if (structuredContent === undefined && spec.outputSchema !== undefined) {
    throw failed(spec, 'expected structured content, as its `outputSchema` promises, found none');
  }
  const value = limited(
    spec,
    structuredContent === undefined ? contentValue(content) : (structuredContent as JsonValue),
  );
  const wrong = spec.outputSchema === undefined ? undefined : misfit(spec.outputSchema, value);
  if (wrong === undefined) return value;
  throw failed(spec, `it returned what its \`outputSchema\` does not allow: ${wrong}`);
}

/** A value that facts can keep. Fails with TOOL_FAILED when it is too long or too deep. */
export function limited(spec: ToolSpec, value: JsonValue): JsonValue {
  const trouble = jsonTrouble(value, MAX_DEPTH);
  if (trouble === 'depth') throw failed(spec, `its result has more than ${MAX_DEPTH} levels`);
  const json = JSON.stringify(value);
  if (json.length > MAX_TOOL_RESULT_LENGTH) {
    throw failed(spec, `its result has ${json.length} characters, the limit is ${MAX_TOOL_RESULT_LENGTH}`);
  }
  if (trouble === undefined) return value;
  // Half a character would not come back from every place as it was.
  return JSON.parse(json, (_key, one: JsonValue) =>
    typeof one === 'string' ? one.toWellFormed() : one,
  ) as JsonValue;
}

/** Content as a JSON value: text alone as text. Pure. */
export function contentValue(content: readonly ContentBlock[]): JsonValue {
  if (content.length === 0) return null;
  const text = textsOf(content);
  const parts = content.filter(({ type }) => type !== 'text').map(partOf);
  if (parts.length === 0) return text;
  return text === '' ? { parts } : { text, parts };
}

/** What a resource holds: its text, or bytes of which small ones are kept. Pure. */
export function resourceValue(resource: {
  readonly uri: string;
  readonly mimeType?: string | undefined;
  readonly text?: string;
  readonly blob?: string;
}): JsonObject {
  const { uri, mimeType, text, blob } = resource;
  const head = { uri, ...(mimeType === undefined ? {} : { mime: mimeType }) };
  if (text !== undefined) return { ...head, text };
  return { ...head, ...dataOf(blob ?? '') };
}

function partOf(block: ContentBlock): JsonObject {
  switch (block.type) {
    case 'image':
    case 'audio':
      return { type: block.type, mime: block.mimeType, ...dataOf(block.data) };
    case 'resource':
      return { type: 'resource', ...resourceValue(block.resource) };
    case 'resource_link': {
      const { uri, name, mimeType, description } = block;
      const mime = mimeType === undefined ? {} : { mime: mimeType };
      return { type: 'link', uri, name, ...mime, ...(description === undefined ? {} : { description }) };
    }
    default:
      return { type: 'unknown' };
  }
}

/** The size is that of the bytes; base64 has four characters for three of them. */
function dataOf(data: string): JsonObject {
  const bytes = Math.floor((data.length * 3) / 4) - (/=*$/.exec(data.slice(-2))?.[0].length ?? 0);
  return data.length <= MAX_DATA_LENGTH ? { bytes, data } : { bytes };
}

function textsOf(content: readonly ContentBlock[]): string {
  return content.flatMap(block => (block.type === 'text' ? [block.text] : [])).join('\n');
}

function failed({ name }: ToolSpec, why: string): CrewError {
  return new CrewError(
    'TOOL_FAILED',
    `\`${name}\` failed: ${why}`.slice(0, MAX_PROBLEM_LENGTH).toWellFormed(),
  );
}
