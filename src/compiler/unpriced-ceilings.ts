import { firstModelKey } from '../model/fallback-key.ts';
import type { PlanExcess, PlanNote, PlannedModel } from '../model/plan.ts';
import type { Program } from '../model/program.ts';

/**
 * The ceilings of money under which no call can be made, because nobody knows what it may cost: of the run, its phases and its roles.
 * A model that is tried after another one counts for nothing here, nor does one that no phase asks. Pure.
 */
export function unpricedCeilings(options: {
  readonly program: Program;
  readonly models: readonly PlannedModel[];
  readonly notes: readonly PlanNote[];
}): readonly PlanExcess[] {
  const { program, models, notes } = options;
  const dark = models.filter(
    ({ alias, languageModel, priceKnown }) => languageModel && !priceKnown && firstModelKey(alias) === alias,
  );
  const places = notes.filter(({ code }) => code === 'price-unknown').map(({ place }) => place);
  if (dark.length === 0 || places.length === 0) return [];
  const excess = (place: string, budget: number | undefined, of: readonly PlannedModel[]) => {
    if (budget === undefined || of.length === 0) return [];
    const unpriced = [...new Set(of.map(({ use }) => use))];
    return [
      { what: 'costMicroUsd', bound: Number.POSITIVE_INFINITY, budget, refused: true, place, unpriced },
    ] as const;
  };
  const phases = Object.values(program.phases).flatMap(phase => {
    const isDark = places.some(place => place === phase.name || /^[./]/.test(after(place, phase.name)));
    return phase.kind === 'end' || !isDark
      ? []
      : excess(`phases.${phase.name}.`, phase.budget?.costMicroUsd, dark);
  });
  const roles = program.roles.flatMap(({ name, model, budget }) => {
    const own = models.some(({ alias }) => alias === `role:${name}`) ? `role:${name}` : model;
    const asked = dark.filter(({ alias }) => alias === own);
    return excess(`roles.${name}.`, budget?.costMicroUsd, asked);
  });
  return [...excess('', program.budget.costMicroUsd, dark), ...phases, ...roles];
}

/** What stands behind a beginning; '' without it. */
function after(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : '';
}
