import type { JsonObject } from '../../model/json.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { toolsetSpecs } from '../../model/toolset-specs.ts';
import { type Bundles, bundlesOf, expandGrants } from '../bundles.ts';
import { closest, suggest } from '../closest.ts';
import { isTemplated, misfit } from '../literal-fit.ts';
import { asObject, asTexts } from '../lower-values.ts';
import { quote } from '../report.ts';
import { isReadable, type RuleContext } from '../rule.ts';
import { type NodePath, toJson, toJsonObject } from '../source-node.ts';
import { callsOf, listWorks } from '../works.ts';

/** What the rule sees, with the bundles of the crew. */
interface ToolContext extends RuleContext {
  readonly bundles: Bundles;
}

/** Every toolset and tool that is declared, granted or called exists, and calls fit the tool's input schema. */
export function checkTools(context: RuleContext): void {
  if (context.file === 'sop' || !isReadable(context, ['tools'], 'map')) return;
  checkDeclared(context);
  const { crew, places } = context;
  const scope = { ...context, bundles: bundlesOf(toJsonObject(places.node(['tools']))) };
  for (const [name, members] of scope.bundles) {
    for (const [index, member] of members.entries()) findTool(scope, member, ['tools', name, index]);
  }
  for (const role of crew.roles.filter(one => one.playedBy === undefined)) {
    const path = ['roles', role.name, 'tools'];
    const written = places.node(path);
    const grants = written === undefined ? [] : asTexts(toJson(written));
    for (const [index, grant] of grants.entries()) findTool(scope, grant, [...path, index]);
  }
  for (const call of listWorks(crew).flatMap(callsOf)) {
    // What a command is a call of is ours.
    if (places.node([...call.path, 'command']) !== undefined) continue;
    const spec = call.name === '' ? undefined : findTool(scope, call.name, [...call.path, 'tool']);
    if (spec) checkArguments(scope, spec, call);
  }
}

function checkDeclared({ crew, catalog, places, report }: RuleContext): void {
  for (const { name, source } of crew.toolsets) {
    if (source.kind !== 'builtin' || source.name === '' || catalog.has(source.name)) continue;
    const message = `There is no built-in toolset ${quote(source.name)}`;
    report({
      code: 'unknown-builtin',
      range: places.at(['tools', name]),
      message,
      hint: suggest(source.name, catalog.keys()),
    });
  }
}

const NAME = /^[a-z][a-z0-9_]*(\.[A-Za-z][A-Za-z0-9_-]*)?$/;

/** Resolves a bundle, `<alias>` or `<alias>.<tool>`; reports what is not there. Undefined when there is no single tool. */
function findTool(context: ToolContext, name: string, path: NodePath): ToolSpec | undefined {
  const { crew, catalog, places, report, bundles } = context;
  const [alias = '', tool] = name.split('.', 2);
  // The schema has said what is wrong with such a name.
  if (!NAME.test(name)) return undefined;
  if (bundles.has(alias)) {
    if (tool !== undefined) refuseBundle(context, { alias, tool }, path);
    return undefined;
  }
  const toolset = crew.toolsets.find(one => one.name === alias);
  if (!toolset) {
    refuseToolset(context, { alias, tool }, path);
    return undefined;
  }
  const specs = toolsetSpecs(toolset, catalog);
  // A module without tools, or a server that nobody has accepted, has been reported.
  if (tool === undefined || specs === undefined || specs.length === 0) return undefined;
  const found = specs.find(spec => spec.name === name);
  if (found) return found;
  const names = specs.map(spec => spec.name);
  const range = places.at(path);
  const hint = suggest(name, names);
  if (toolset.source.kind === 'mcp') {
    const message = `As it was accepted, the server ${quote(alias)} has no tool ${quote(tool)} to call`;
    report({ code: 'mcp-tool-unknown', range, message, hint: hint ?? 'accept it again if it has one now' });
    return undefined;
  }
  const message = `The toolset ${quote(alias)} has no tool ${quote(tool)}`;
  report({ code: 'unknown-tool', range, message, hint });
  return undefined;
}

/** A grant or call in its two parts. */
interface Name {
  readonly alias: string;
  readonly tool: string | undefined;
}

function refuseToolset(
  { crew, catalog, places, report, bundles }: ToolContext,
  { alias, tool }: Name,
  path: NodePath,
): void {
  const toolsets = crew.toolsets.map(one => one.name);
  const names = tool === undefined ? [...toolsets, ...bundles.keys()] : toolsets;
  const near = closest(alias, names);
  const declare = catalog.has(alias)
    ? `add \`${alias}: builtin:${alias}\` to \`tools\``
    : suggest(alias, names);
  const hint = near === undefined ? declare : `did you mean \`${near}\`?`;
  const message = `${quote(alias)} is not a toolset of this crew`;
  report({ code: 'unknown-toolset', range: places.at(path), message, hint });
}

function refuseBundle(
  { crew, catalog, places, report, bundles }: ToolContext,
  { alias, tool }: Name,
  path: NodePath,
): void {
  const granted = new Set(expandGrants([alias], bundles));
  const specs = crew.toolsets.flatMap(toolset => toolsetSpecs(toolset, catalog) ?? []);
  const meant = specs.find(({ name }) => {
    const [owner = '', short] = name.split('.', 2);
    return short === tool && (granted.has(owner) || granted.has(name));
  });
  const hint =
    meant === undefined ? 'name the toolset that the tool belongs to' : `did you mean \`${meant.name}\`?`;
  const message = `${quote(alias)} is a bundle, which has no tools of its own`;
  report({ code: 'bundle-as-toolset', range: places.at(path), message, hint });
}

interface Call {
  readonly name: string;
  readonly args: JsonObject;
  readonly path: NodePath;
}

function checkArguments({ places, report }: RuleContext, spec: ToolSpec, { name, args, path }: Call): void {
  const schema = asObject(spec.inputSchema === true || spec.inputSchema === false ? {} : spec.inputSchema);
  const properties = asObject(schema.properties);
  const known = Object.keys(properties);
  const { additionalProperties: others } = schema;
  const open = others === true || (others === undefined && known.length === 0) || typeof others === 'object';
  for (const [argument, value] of Object.entries(args)) {
    const range = places.at([...path, 'with', argument]);
    if (!known.includes(argument)) {
      if (open) continue;
      const at = places.keyOf([...path, 'with', argument]);
      const message = `${quote(name)} has no argument ${quote(argument)}`;
      report({ code: 'unknown-argument', range: at, message, hint: suggest(argument, known) });
    } else {
      const wrong = misfit(value, asObject(properties[argument]), isTemplated);
      const message = `The argument ${quote(argument)} of ${quote(name)} ${wrong}`;
      if (wrong !== undefined) report({ code: 'invalid-argument', range, message });
    }
  }
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const missing = required.filter(argument => !Object.hasOwn(args, argument));
  // A mistyped name of a required argument has been reported as an unknown one.
  const mistyped = Object.keys(args).filter(argument => !known.includes(argument));
  for (const argument of missing.filter(one => closest(one, mistyped) === undefined)) {
    const message = `${quote(name)} needs the argument ${quote(argument)}`;
    const range = places.keyOf([...path, 'with']);
    report({ code: 'missing-argument', range, message, hint: `add it under \`with\`` });
  }
}
