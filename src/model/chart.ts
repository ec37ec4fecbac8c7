/** A box of a drawn procedure: a phase with what it does, and its parts if it has any. */
export interface ChartNode {
  readonly id: string;
  readonly kind: string;
  /** What works there: a role, a tool, the outcome of an end. */
  readonly detail: string;
  readonly outcome?: 'success' | 'failure';
  readonly parts: readonly ChartPart[];
  /** Ways between the parts, such as who may speak after whom; empty where the parts work at once or in order. */
  readonly partWays: readonly { readonly from: string; readonly to: string }[];
  /** How the parts stand to each other. */
  readonly order: 'at-once' | 'one-by-one' | 'free';
}

/** A part of a phase: a branch, a speaker, a step, a worker. A speaker that is a conversation has parts inside. */
export interface ChartPart {
  readonly id: string;
  readonly detail: string;
  readonly inside?: Pick<ChartNode, 'parts' | 'partWays' | 'order'>;
}

/** A way between two phases; `label` is its condition or what it is taken for. */
export interface ChartEdge {
  readonly from: string;
  readonly to: string;
  readonly via: 'next' | 'on_error' | 'on_limit' | 'subscribe';
  readonly label: string;
}

/** A procedure as it is drawn, whatever the format. */
export interface Chart {
  readonly name: string;
  readonly start: string;
  readonly nodes: readonly ChartNode[];
  readonly edges: readonly ChartEdge[];
}
