import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ModuleSource } from '../model/crew.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';
import { resolveSourcePath } from '../model/source.ts';
import type { ToolSpec } from '../model/tool-spec.ts';
import { type IncludeReader, inlineSchema, refusedInclude } from './includes.ts';
import { asObject, asText, namedRows } from './lower-values.ts';
import { refuseBytes } from './refuse-bytes.ts';
import { quote } from './report.ts';
import { sourceFileOf } from './source-file.ts';
import { type NodePath, nodeAt, placeOf, type SourceNode } from './source-node.ts';

const LARGEST_MODULE = 4 * 1024 * 1024;
const MODULE_NAME = /\.(js|mjs|ts)$/;
const NO_ARGUMENTS: JsonObject = { type: 'object', properties: {}, additionalProperties: false };

/** Lowers a toolset that is a mapping: the specs of its tools, and which text its module has. */
export type ReadModule = (alias: string, written: JsonObject) => ModuleSource;

/**
 * Makes the reader of the modules that a crew file names, relative to itself as its includes are. A module is hashed and
 * never run; the schemas of its tools are taken from the crew file and the files that they refer to.
 */
export function moduleReader(root: SourceNode, reader: IncludeReader): ReadModule {
  return (alias, written) => {
    const at = ['tools', alias];
    const tools = namedRows(written.tools).map(([name, spec]) =>
      lowerSpec(`${alias}.${name}`, asObject(spec), (key, schema) =>
        readSchema(schema, { root, path: [...at, 'tools', name, key], reader }),
      ),
    );
    return { kind: 'module', ...readText(asText(written.module), [...at, 'module'], root, reader), tools };
  };
}

function readText(
  written: string,
  at: NodePath,
  root: SourceNode,
  { readSource, report }: IncludeReader,
): Pick<ModuleSource, 'path' | 'sha256'> {
  const nothing = { path: '', sha256: '' };
  // The schema has said what is wrong with such a name.
  if (!MODULE_NAME.test(written)) return nothing;
  const range = placeOf(root, at);
  const refusal = refusedInclude(written);
  if (refusal !== undefined) {
    report({ code: 'include-not-relative', range, message: refusal });
    return nothing;
  }
  const path = resolveSourcePath(root.file.path, written);
  const text = readSource(path);
  if (text === undefined) {
    report({ code: 'file-not-found', range, message: `The file ${quote(path)} does not exist` });
    return nothing;
  }
  if (text.length > LARGEST_MODULE) {
    const message = `The module ${quote(path)} has ${text.length} characters; at most ${LARGEST_MODULE} are read`;
    report({ code: 'file-too-large', range, message });
    return nothing;
  }
  if (refuseBytes(sourceFileOf(path, text.replace(/^\uFEFF/, '')), report)) return nothing;
  return { path, sha256: bytesToHex(sha256(utf8ToBytes(text))) };
}

function lowerSpec(
  name: string,
  { description, input, output, read_only: readOnly, retry }: JsonObject,
  resolve: (key: string, written: JsonValue) => JsonSchema | undefined,
): ToolSpec {
  const outputSchema = output === undefined ? undefined : resolve('output', output);
  return {
    name,
    description: asText(description),
    inputSchema: input === undefined ? NO_ARGUMENTS : (resolve('input', input) ?? { type: 'object' }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
    readOnly: readOnly === true,
    ...(retry === 'safe' ? { repeatable: true } : {}),
    source: 'module',
  };
}

function readSchema(
  written: JsonValue,
  {
    root,
    path,
    reader,
  }: { readonly root: SourceNode; readonly path: NodePath; readonly reader: IncludeReader },
): JsonSchema | undefined {
  const reference = nodeAt(root, [...path, '$ref']) ? [...path, '$ref'] : path;
  const own: IncludeReader = {
    ...reader,
    report: finding => {
      const code = finding.code === 'invalid-output-schema' ? 'invalid-tool-schema' : finding.code;
      reader.report({ ...finding, code });
    },
  };
  return inlineSchema(written, { file: root.file.path, range: placeOf(root, reference) }, own);
}
