import type { Crew, CrewWork, Phase, Role, Sop, ToolsetDeclaration } from '../model/crew.ts';
import { resolveSourcePath } from '../model/source.ts';
import type { ToolCatalog } from '../model/tool-spec.ts';
import { withTrialToolset } from '../model/trial-tool.ts';
import { includeSop } from './include-sop.ts';
import { type IncludeReader, refusedInclude } from './includes.ts';
import { lowerCrew } from './lower.ts';
import { lowerRules } from './lower-policy.ts';
import { lowerSopNode } from './lower-sop-node.ts';
import { parseSource } from './parse.ts';
import { mcpReader } from './read-mcp.ts';
import { moduleReader } from './read-module.ts';
import { quote } from './report.ts';
import { type ResolvedPrompts, resolvePrompts } from './resolve-prompts.ts';
import { checkRules } from './rules.ts';
import { validateShape } from './schema.ts';
import { createPlaces, type Places } from './source-map.ts';
import { entryOf, type NodePath, type SourceNode, toJsonObject } from './source-node.ts';
import { upgradeSource } from './upgrade.ts';
import { refuseWrongKind } from './wrong-kind.ts';

const DEEPEST_NESTING = 8;
const MOST_CREWS = 100;

/** What putting a crew together from its files needs; `count` bounds how many crews stand in one another. */
export interface Assembly {
  readonly reader: IncludeReader;
  readonly catalog: ToolCatalog;
  readonly failed: () => boolean;
  /** The crew and SOP files that are being put together, outermost first. */
  readonly stack: readonly string[];
  readonly count: { crews: number };
  /** Fills with the toolsets of every crew file. */
  readonly toolsets: PlacedToolset[];
}

/** A toolset with the crew file that declares it. */
export interface PlacedToolset extends ToolsetDeclaration {
  readonly file: string;
}

/** The crew that a phase stands in. */
interface Outer {
  readonly file: 'crew' | 'sop';
  readonly crew: Crew;
  readonly places: Places;
  readonly crewRoot: SourceNode;
  readonly sopRoot: SourceNode;
}

/**
 * Validates, lowers and checks a crew with its procedure and the crews that its phases name. Without a procedure, whose
 * absence is reported, the rest is still checked, and `sopRoot` is absent.
 */
export function assembleCrew(
  written: SourceNode,
  path: string,
  assembly: Assembly,
): { readonly crew: Crew; readonly crewRoot: SourceNode; readonly sopRoot?: SourceNode } {
  const { reader, catalog, failed } = assembly;
  const { report } = reader;
  validateShape('crew', written, report);
  const { crewRoot, sopRoot, prompts } = resolveBoth(written, includeSop(written, path, reader), reader);
  const places = createPlaces(crewRoot, sopRoot ?? crewRoot);
  const sop = sopRoot ? lowerSopNode(sopRoot, places, reader) : EMPTY_SOP;
  const policy = lowerRules(crewRoot, ['policy']);
  const lowered = {
    ...lowerCrew(toJsonObject(crewRoot), sop, {
      readModule: moduleReader(crewRoot, reader),
      readMcp: mcpReader(crewRoot, reader),
    }),
    ...(policy.length === 0 ? {} : { policy }),
    ...usedPrompts(prompts),
  };
  assembly.toolsets.push(...lowered.toolsets.map(toolset => ({ ...toolset, file: crewRoot.file.path })));
  const outer = { file: 'crew', crew: lowered, places, crewRoot, sopRoot: sopRoot ?? crewRoot } as const;
  const crew = attachCrews(lowered, outer, assembly);
  const roots = sopRoot && sopRoot !== crewRoot ? [crewRoot, sopRoot] : [crewRoot];
  checkRules({ file: 'crew', crew, places, catalog, report, failed, roots, prompts });
  return sopRoot ? { crew, crewRoot, sopRoot } : { crew, crewRoot };
}

/** The files of a crew with the texts of their prompt files in place; each looks for them beside itself. */
function resolveBoth(
  written: SourceNode,
  procedure: SourceNode | undefined,
  reader: IncludeReader,
): { readonly crewRoot: SourceNode; readonly sopRoot?: SourceNode; readonly prompts: ResolvedPrompts[] } {
  const inputs = inputNames(written) ?? [];
  const own = resolvePrompts(written, inputs, reader);
  if (procedure === undefined) return { crewRoot: own.root, prompts: [own] };
  if (procedure === written) return { crewRoot: own.root, sopRoot: own.root, prompts: [own] };
  const inside = resolvePrompts(procedure, inputNames(procedure) ?? inputs, reader);
  return { crewRoot: own.root, sopRoot: inside.root, prompts: [own, inside] };
}

/** The names of the inputs that a file declares; undefined when it says nothing of inputs. Pure. */
export function inputNames(root: SourceNode): readonly string[] | undefined {
  const inputs = entryOf(root, 'inputs')?.value;
  if (inputs === undefined) return undefined;
  const names = inputs.kind === 'map' ? inputs.entries.map(({ key }) => key) : [];
  return names.filter(name => !name.startsWith('x-'));
}

/** Which prompt stands where; nothing when there is none. Pure. */
function usedPrompts(prompts: readonly ResolvedPrompts[]): Pick<Crew, 'prompts'> {
  const used = prompts.flatMap(({ placed }) => placed.map(one => one.used));
  return used.length === 0 ? {} : { prompts: used };
}

const EMPTY_SOP: Sop = { name: '', start: '', roles: [], phases: [] };

/** Puts what the files of `crew` phases and branches hold in their places. What cannot be read is reported and absent. */
export function attachCrews(crew: Crew, outer: Outer, assembly: Assembly): Crew {
  const phases = crew.sop.phases.map(phase => attachPhase(phase, outer, assembly));
  return { ...crew, sop: { ...crew.sop, phases } };
}

function attachPhase(phase: Phase, outer: Outer, assembly: Assembly): Phase {
  const path: NodePath = ['phases', phase.name];
  if (phase.kind === 'crew') return { ...phase, ...contentOf(phase, [...path, 'crew'], outer, assembly) };
  if (phase.kind === 'each' && phase.work.kind === 'crew') {
    const content = contentOf(phase.work, [...path, 'do', 'crew'], outer, assembly);
    return { ...phase, work: { ...phase.work, ...content } };
  }
  if (phase.kind !== 'parallel') return phase;
  const branches = phase.branches.map(branch => {
    if (branch.kind !== 'crew') return branch;
    const at = [...path, 'parallel', branch.name, 'crew'];
    return { ...branch, ...contentOf(branch, at, outer, assembly) };
  });
  return { ...phase, branches };
}

type Content = Pick<CrewWork, 'file'> | Required<Pick<CrewWork, 'file' | 'holds' | 'crew'>>;

function contentOf(work: CrewWork, at: NodePath, outer: Outer, assembly: Assembly): Content {
  const { reader, stack, count } = assembly;
  const { report } = reader;
  const file = resolveSourcePath(outer.sopRoot.file.path, work.file);
  const refuse = (code: Parameters<typeof report>[0]['code'], message: string): Content => {
    report({ code, range: outer.places.at(at), message });
    return { file };
  };
  if (work.file === '') return { file };
  const refusal = refusedInclude(work.file);
  if (refusal !== undefined) return refuse('include-not-relative', refusal);
  const open = [...stack, outer.sopRoot.file.path];
  if (open.includes(file)) {
    const chain = [...new Set(open.slice(open.indexOf(file))), file].map(quote).join(' → ');
    return refuse('include-cycle', `The crew runs itself: ${chain}`);
  }
  count.crews += 1;
  if (open.length > 2 * DEEPEST_NESTING || count.crews > MOST_CREWS) {
    const limits = `${DEEPEST_NESTING} levels and ${MOST_CREWS} in all`;
    return refuse('too-deep', `Too many crews stand in one another; the limits are ${limits}`);
  }
  const text = reader.readSource(file)?.replace(/^\uFEFF/, '');
  if (text === undefined) return refuse('file-not-found', `The file ${quote(file)} does not exist`);
  reader.sources.set(file, text);
  const { root } = parseSource(file, text, report);
  if (!root) return { file };
  return readContent(work, { root: upgradeSource(root, report), file }, outer, { ...assembly, stack: open });
}

function readContent(
  work: CrewWork,
  { root, file }: { readonly root: SourceNode; readonly file: string },
  outer: Outer,
  assembly: Assembly,
): Content {
  const { report } = assembly.reader;
  const holds = entryOf(root, 'crew') || !entryOf(root, 'sop') ? 'crew' : 'sop';
  if (refuseWrongKind(holds, root, report)) return { file };
  const inner = { ...assembly, stack: [...assembly.stack, file] };
  if (holds === 'sop') return { file, holds, crew: assembleSop(work, root, outer, inner) };
  const { crew, sopRoot } = assembleCrew(root, file, inner);
  return sopRoot ? { file, holds, crew } : { file };
}

/** A procedure inside a crew is a crew of its own, with the models, tools and players of the one around it. */
function assembleSop(work: CrewWork, written: SourceNode, outer: Outer, assembly: Assembly): Crew {
  const { reader, catalog, failed } = assembly;
  validateShape('sop', written, reader.report);
  const prompts = resolvePrompts(written, inputNames(written) ?? inputNames(outer.crewRoot) ?? [], reader);
  const { root } = prompts;
  const places = createPlaces(outer.crewRoot, root);
  const sop = lowerSopNode(root, places, reader);
  const { goal, models, toolsets, memory } = outer.crew;
  const roles = sop.roles.map(name => playerOf(name, work.roles, outer.crew.roles));
  const inputs = sop.inputs ?? outer.crew.inputs;
  const used = usedPrompts([prompts]);
  const own = { name: sop.name, goal, inputs, models, roles, toolsets, budget: {}, sop, ...used };
  // What is remembered in a procedure of a crew is the crew's.
  const lowered = withTrialToolset(memory === undefined ? own : { ...own, memory });
  const crew = attachCrews(lowered, { ...outer, crew: lowered, places, sopRoot: root }, assembly);
  const roots = [outer.crewRoot, root];
  checkRules({
    file: outer.file,
    crew,
    places,
    catalog,
    report: reader.report,
    failed,
    roots,
    inner: true,
    prompts: [prompts],
  });
  return crew;
}

/** A role that nobody plays is reported where the procedure is named; a stand-in keeps that the only report. */
function playerOf(name: string, casting: CrewWork['roles'], roles: readonly Role[]): Role {
  const playedBy = (Object.hasOwn(casting, name) ? casting[name] : undefined) ?? name;
  const player = roles.find(role => role.name === playedBy);
  if (player === undefined) return { name, goal: '', model: 'default', tools: [] };
  return playedBy === name ? player : { ...player, name, playedBy };
}
