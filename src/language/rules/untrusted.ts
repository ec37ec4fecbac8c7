import type { Untrusted } from '../../model/crew.ts';
import { matchesName } from '../../model/name-pattern.ts';
import { toolsetSpecs } from '../../model/toolset-specs.ts';
import { suggest } from '../closest.ts';
import { followUntrusted, type UntrustedFlow } from '../follow-untrusted.ts';
import { quote } from '../report.ts';
import type { RuleContext } from '../rule.ts';
import type { NodePath } from '../source-node.ts';

/** What an untrusted phase delivers reaches no tool that is refused it; what roles may call is decided in the run. */
export function checkUntrusted(context: RuleContext): void {
  const { crew, file, catalog, report, places } = context;
  if (file === 'sop') return;
  for (const phase of crew.sop.phases) {
    if (phase.kind !== 'end' && phase.untrusted !== undefined)
      checkNames(context, phase.name, phase.untrusted);
  }
  const flow = followUntrusted(crew, catalog);
  for (const { path, tool, source } of flow.calls) {
    const message = `${quote(tool)} would be given what comes from ${quote(source)}, which is untrusted`;
    report({ code: 'untrusted-argument', range: places.at(path), message, hint: hintOf(source) });
  }
  for (const [, { flow: inner, path }] of flow.inside) {
    for (const { tool, source, where } of ownCalls(inner, '')) {
      const message = `${quote(tool)} in ${quote(where)} of this crew would be given what comes from ${quote(source)}, which is untrusted`;
      report({
        code: 'untrusted-argument',
        range: places.at([...path, 'crew']),
        message,
        hint: hintOf(source),
      });
    }
  }
}

function hintOf(source: string): string {
  return `let a person decide in between (\`human\`), or narrow \`untrusted: { not_to: … }\` of ${quote(source)}`;
}

interface InnerCall {
  readonly tool: string;
  readonly source: string;
  readonly where: string;
}

/** Calls in a crew inside that are given words of this crew; what it does with its own is reported in its own file. */
function ownCalls(flow: UntrustedFlow, prefix: string): readonly InnerCall[] {
  const here = flow.calls.map(({ path, tool, source }) => ({
    tool,
    source,
    where: `${prefix}${String(path[1])}`,
  }));
  const deeper = [...flow.inside].flatMap(([key, { flow: inner }]) => ownCalls(inner, `${prefix}${key}/`));
  return [...here.filter(({ source }) => !source.includes('/')), ...deeper];
}

/** Each pattern of `not_to` means some tool of the crew. */
function checkNames(
  { crew, catalog, places, report }: RuleContext,
  phase: string,
  { notTo = [] }: Untrusted,
): void {
  const toolsets = crew.toolsets.map(({ name }) => name);
  for (const [index, pattern] of notTo.entries()) {
    const path: NodePath = ['phases', phase, 'untrusted', 'not_to', index];
    const range = places.at(path);
    const [, toolset, tool] = /^([^.\s]+)\.(\S+)$/.exec(pattern) ?? [];
    if (toolset === undefined || tool === undefined) {
      const message = `${quote(pattern)} is not a tool: one is named as \`toolset.tool\``;
      const hint = pattern.includes('.') ? undefined : `write \`${pattern}.*\` for all its tools`;
      report({ code: 'invalid-rule', range, message, hint });
      continue;
    }
    const meant = crew.toolsets.filter(({ name }) => matchesName(toolset, name));
    if (meant.length === 0) {
      const message = `${quote(toolset)} is not a toolset of this crew`;
      report({ code: 'unknown-toolset', range, message, hint: suggest(toolset, toolsets) });
      continue;
    }
    const specs = meant.map(each => toolsetSpecs(each, catalog) ?? []);
    // A server that nobody has accepted may have it.
    if (toolset.includes('*') || specs.some(each => each.length === 0)) continue;
    const names = specs.flat().map(({ name }) => name);
    if (names.some(name => matchesName(tool, name.slice(name.indexOf('.') + 1)))) continue;
    const message = `No tool of ${quote(toolset)} is called ${quote(tool)}`;
    report({ code: 'unknown-tool', range, message, hint: suggest(pattern, names) });
  }
}
