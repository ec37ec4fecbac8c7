import { suggest } from '../language/closest.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';
import { type FlagValues, textFlags } from './command.ts';

/**
 * The tools that `--allow` names: `change.check` one tool, `change.*` a toolset; `*.*`, everything, for `--approve-all`.
 * Fails with USAGE when the crew, and the crews inside it, have no such tool.
 */
export function readGrants(values: FlagValues, program: Program): readonly string[] {
  const grants = textFlags(values, 'allow');
  const known = knownGrants(program);
  for (const grant of grants) {
    if (known.includes(grant)) continue;
    const hint = suggest(grant, known);
    const more = hint === undefined ? '' : `; ${hint}`;
    throw new CrewError('USAGE', `\`--allow ${grant}\`: the crew has no such tool${more}`);
  }
  return values['approve-all'] === true ? [...grants, '*.*'] : grants;
}

/** What may be allowed in a crew and the crews inside it: each tool, and each toolset as a whole. Pure. */
export function knownGrants(program: Program): readonly string[] {
  const tools = toolNames(program);
  return [...tools, ...new Set(tools.map(name => `${name.slice(0, name.indexOf('.'))}.*`))];
}

function toolNames(program: Program): readonly string[] {
  const inside = Object.values(program.crews ?? {}).flatMap(toolNames);
  return [...new Set([...program.tools.map(({ name }) => name), ...inside])];
}
