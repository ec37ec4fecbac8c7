import type { JsonObject } from '../../model/json.ts';
import { asObject, asText, namedRows } from '../lower-values.ts';
import { quote } from '../report.ts';
import { isReadable, type RuleContext } from '../rule.ts';
import { type ServerMistake, sandboxMistakes, serverMistakes } from '../server-mistakes.ts';
import { type NodePath, toJson, toJsonObject } from '../source-node.ts';

const KINDS = ['module', 'mcp', 'builtin'];

/** A toolset that is a mapping is of one kind, and what it says of a server or a sandbox can work and shows no secret. */
export function checkMcpServers(context: RuleContext): void {
  const { file, places, inner } = context;
  if (file === 'sop' || inner === true || !isReadable(context, ['tools'], 'map')) return;
  const tools = places.node(['tools']);
  for (const [alias, value] of namedRows(tools && toJson(tools))) {
    const path = ['tools', alias];
    if (places.node(path)?.kind !== 'map') continue;
    const toolset = asObject(value);
    checkKind(context, path, toolset);
    tell(context, [...path, 'sandbox'], sandboxMistakes(toolset.sandbox));
    checkBuiltin(context, path, toolset);
    const server = [...path, 'mcp'];
    if (places.node(server)?.kind !== 'map') continue;
    tell(context, server, serverMistakes(toJsonObject(places.node(server))));
  }
}

function tell({ places, report }: RuleContext, at: NodePath, mistakes: readonly ServerMistake[]): void {
  for (const { code, path, key, message, hint } of mistakes) {
    const whole = [...at, ...path];
    report({ code, range: key === true ? places.keyOf(whole) : places.at(whole), message, hint });
  }
}

function checkKind({ places, report }: RuleContext, path: NodePath, toolset: JsonObject): void {
  const kinds = KINDS.filter(kind => toolset[kind] !== undefined);
  const name = quote(String(path.at(-1)));
  const [, second] = kinds;
  if (second !== undefined) {
    const message = `The toolset ${name} has ${kinds.map(quote).join(' and ')}; it comes from one place only`;
    const range = places.keyOf([...path, second]);
    report({ code: 'several-kinds', range, message, hint: 'make it two toolsets' });
  }
  // A mistyped key, or one that needs another, has been reported.
  if (kinds.length > 0 || namedRows(toolset).length > 0) return;
  const message = `The toolset ${name} does not say where its tools come from`;
  const hint = 'a toolset has `module`, `mcp` or `builtin`';
  report({ code: 'no-kind', range: places.keyOf(path), message, hint });
}

function checkBuiltin({ places, report }: RuleContext, path: NodePath, toolset: JsonObject): void {
  const name = asText(toolset.builtin);
  if (toolset.sandbox === undefined || name === '' || name === 'shell') return;
  const message = `${quote(`builtin:${name}`)} has no sandbox; only \`shell\` starts what nobody knows`;
  report({ code: 'sandbox-mistake', range: places.keyOf([...path, 'sandbox']), message });
}
