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
  const tools = toolNames(program);
  const known = [...tools, ...new Set(tools.map(name => `${name.slice(0, name.indexOf('.'))}.*`))];
  for (const grant of grants) {
    if (known.includes(grant)) continue;
    const hint = suggest(grant, known);
    const more = hint === undefined ? '' : `; ${hint}`;
    throw new CrewError('USAGE', `\`--allow ${grant}\`: the crew has no such tool${more}`);
  }
  return values['approve-all'] === true ? [...grants, '*.*'] : grants;
}

function toolNames(program: Program): readonly string[] {
  const inside = Object.values(program.crews ?? {}).flatMap(toolNames);
  return [...new Set([...program.tools.map(({ name }) => name), ...inside])];
}
