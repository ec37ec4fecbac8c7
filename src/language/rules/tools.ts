import type { JsonObject } from '../../model/json.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { closest, suggest } from '../closest.ts';
import { isTemplated, misfit } from '../literal-fit.ts';
import { asObject } from '../lower-values.ts';
import { quote } from '../report.ts';
import { isReadable, type RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';
import { callsOf, listWorks } from '../works.ts';

/** Every toolset and tool that is declared, granted or called exists, and calls fit the tool's input schema. */
export function checkTools(context: RuleContext): void {
  if (context.file === 'sop' || !isReadable(context, ['tools'], 'map')) return;
  checkDeclared(context);
  for (const role of context.crew.roles.filter(one => one.playedBy === undefined)) {
    for (const [index, grant] of role.tools.entries())
      findTool(context, grant, ['roles', role.name, 'tools', index]);
  }
  for (const call of listWorks(context.crew).flatMap(callsOf)) {
    const spec = call.name === '' ? undefined : findTool(context, call.name, [...call.path, 'tool']);
    if (spec) checkArguments(context, spec, call);
  }
}

function checkDeclared({ crew, catalog, places, report }: RuleContext): void {
  for (const { name, source } of crew.toolsets) {
    if (source.name === '' || catalog.has(source.name)) continue;
    const message = `There is no built-in toolset ${quote(source.name)}`;
    report({
      code: 'unknown-builtin',
      range: places.at(['tools', name]),
      message,
      hint: suggest(source.name, catalog.keys()),
    });
  }
}

/** Resolves `<alias>` or `<alias>.<tool>`; reports what is not there. Undefined when there is no single tool. */
function findTool(
  { crew, catalog, places, report }: RuleContext,
  name: string,
  path: NodePath,
): ToolSpec | undefined {
  const [alias = '', tool] = name.split('.', 2);
  const toolset = crew.toolsets.find(one => one.name === alias);
  if (!toolset) {
    const aliases = crew.toolsets.map(one => one.name);
    const near = closest(alias, aliases);
    const declare = catalog.has(alias)
      ? `add \`${alias}: builtin:${alias}\` to \`tools\``
      : suggest(alias, aliases);
    const hint = near === undefined ? declare : `did you mean \`${near}\`?`;
    report({
      code: 'unknown-toolset',
      range: places.at(path),
      message: `${quote(alias)} is not a toolset of this crew`,
      hint,
    });
    return undefined;
  }
  const specs = catalog.get(toolset.source.name);
  if (tool === undefined || specs === undefined) return undefined;
  const found = specs.find(spec => shortName(spec) === tool);
  if (found) return found;
  const names = specs.map(spec => `${alias}.${shortName(spec)}`);
  const message = `The toolset ${quote(alias)} has no tool ${quote(tool)}`;
  report({ code: 'unknown-tool', range: places.at(path), message, hint: suggest(name, names) });
  return undefined;
}

function shortName(spec: ToolSpec): string {
  return spec.name.slice(spec.name.indexOf('.') + 1);
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
