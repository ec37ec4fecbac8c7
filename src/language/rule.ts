import type { Crew } from '../model/crew.ts';
import type { ToolCatalog } from '../model/tool-spec.ts';
import type { CrewTypes } from './crew-types.ts';
import type { PhaseGraph } from './phase-graph.ts';
import type { Report } from './report.ts';
import type { ResolvedPrompts } from './resolve-prompts.ts';
import type { Places } from './source-map.ts';
import type { NodePath, SourceNode } from './source-node.ts';
import type { TemplateSite } from './template-sites.ts';

/** What a check is given. The crew may have holes: an empty text stands for something that was reported already. */
export interface RuleInput {
  /** A `sop` is checked alone: its roles are placeholders, its toolsets and inputs are not known. */
  readonly file: 'crew' | 'sop';
  readonly crew: Crew;
  readonly places: Places;
  readonly catalog: ToolCatalog;
  readonly report: Report;
  /** Says whether an error has been reported so far. */
  readonly failed: () => boolean;
  /** The YAML files that the crew is made of: the crew's own first, then the SOP's when it is another one. */
  readonly roots: readonly SourceNode[];
  /** What stands in these files for prompt files. */
  readonly prompts?: readonly ResolvedPrompts[];
  /** True for a procedure that stands in a phase of the crew: who plays its roles is checked there. */
  readonly inner?: boolean;
}

/** What every rule sees: the file, its phases as a graph, and its templates. */
export interface RuleContext extends RuleInput {
  readonly graph: PhaseGraph;
  readonly templates: readonly TemplateSite[];
  readonly types: CrewTypes;
}

/** Says whether a part of the crew is absent or of its right kind; what is named in a malformed part is not known. */
export function isReadable({ places }: RuleContext, path: NodePath, kind: 'map' | 'list'): boolean {
  const node = places.node(path);
  return node === undefined || node.kind === kind;
}

/** Reports the mistakes of one family; looks at nothing but its context. */
export type Rule = (context: RuleContext) => void;
