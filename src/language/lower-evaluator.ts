import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Check, Evaluator } from '../model/reflection.ts';
import { COMMAND_TOOL, DEFAULT_COMMAND_MS } from '../model/trial-tool.ts';
import { readDurationMs } from './amounts.ts';
import { lowerSandbox } from './lower-mcp-server.ts';
import { asObject, asText, asTexts, compact } from './lower-values.ts';
import type { Written } from './lower-work.ts';
import { splitCommand } from './split-command.ts';

const DEFAULT_PASS = 'evaluation.passed';
const COMMAND_FEEDBACK = '{{ evaluation.said }}';
const MAX_NAME_LENGTH = 80;

/** Lowers what judges attempts: one check, or a list of them. A command becomes the call of a tool. */
export function lowerEvaluator(written: Written, value: JsonValue | undefined): Evaluator {
  const path = ['reflect', 'evaluator'];
  if (!Array.isArray(value)) return lowerCheck(written, asObject(value), path);
  const checks = value.map((one, index) => lowerCheck(written, asObject(one), [...path, String(index)]));
  return { kind: 'all', checks };
}

function lowerCheck(written: Written, value: JsonObject, path: readonly string[]): Check {
  const name = compact({ name: asText(value.name) || undefined });
  if (Object.hasOwn(value, 'command')) return lowerCommand(written, value);
  if (Object.hasOwn(value, 'role'))
    return { kind: 'role', ...name, role: asText(value.role), task: asText(value.task) };
  if (Object.hasOwn(value, 'expression'))
    return { kind: 'expression', ...name, condition: asText(value.expression) };
  if (Object.hasOwn(value, 'schema')) {
    const schema = written.resolveOutput([...written.path, ...path, 'schema'], value.schema ?? true);
    return { kind: 'schema', ...name, schema: schema ?? true };
  }
  const pass = asText(value.pass) || DEFAULT_PASS;
  const said = compact({
    score: asText(value.score) || undefined,
    feedback: asText(value.feedback) || undefined,
  });
  return { kind: 'tool', ...name, tool: asText(value.tool), with: asObject(value.with), pass, ...said };
}

function lowerCommand({ name: phase }: Written, value: JsonObject): Check {
  const command = commandOf(value.command);
  const artifactAs = asText(value.artifact_as) || undefined;
  const given = compact({
    cwd: asText(value.cwd) || undefined,
    artifact_as: artifactAs,
    artifact: artifactAs === undefined ? undefined : `{{ ${phase} }}`,
    copy: value.copy === undefined ? undefined : asTexts(value.copy),
    input: typeof value.input === 'string' ? value.input : undefined,
    output_from: asText(value.output_from) || undefined,
    sandbox: sandboxOf(value.sandbox),
  });
  const timeout = readDurationMs(value.timeout) ?? DEFAULT_COMMAND_MS;
  return {
    kind: 'tool',
    name: asText(value.name) || command.join(' ').slice(0, MAX_NAME_LENGTH).toWellFormed(),
    tool: COMMAND_TOOL,
    with: { command, timeout_ms: timeout, ...given },
    pass: DEFAULT_PASS,
    feedback: asText(value.feedback) || COMMAND_FEEDBACK,
    ...compact({ score: asText(value.score) || undefined }),
  };
}

/** A text that is no command has been reported. */
function commandOf(value: JsonValue | undefined): readonly string[] {
  if (typeof value !== 'string') return asTexts(value);
  const split = splitCommand(value);
  return 'words' in split ? split.words : [];
}

function sandboxOf(value: JsonValue | undefined): JsonObject | undefined {
  const sandbox = lowerSandbox(value);
  return sandbox === undefined ? undefined : { fs: sandbox.fs, net: sandbox.net };
}
