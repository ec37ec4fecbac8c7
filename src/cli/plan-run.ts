import { CrewError } from '../model/crew-error.ts';
import type { ModelTerms, ResolvedModel } from '../model/fact.ts';
import type { JsonObject } from '../model/json.ts';
import type { Plan, PlanExcess } from '../model/plan.ts';
import type { Program } from '../model/program.ts';
import type { FlagValues, Terminal } from './command.ts';
import { loadPlanner } from './wire.ts';

/** Bounds a run of a program with the models that were chosen for it. */
export async function planRun(options: {
  readonly program: Program;
  readonly models: { readonly [alias: string]: ResolvedModel };
  readonly terms: { readonly [alias: string]: ModelTerms };
  readonly inputs?: JsonObject;
  readonly knownOnly?: boolean;
}): Promise<Plan> {
  const { program, models, terms, inputs, knownOnly = false } = options;
  const { planCrew, measurePrompt } = await loadPlanner();
  const planned = Object.entries(models).flatMap(([alias, { use, reason }]) => {
    const row = terms[alias];
    if (row === undefined) return [];
    const { languageModel, maxTokens, contextTokens, declaredContextTokens: declared, price } = row;
    return [
      {
        alias,
        use,
        reason,
        languageModel,
        maxTokens,
        contextTokens: contextTokens ?? null,
        ...(declared === undefined ? {} : { declaredContextTokens: declared }),
        priceKnown: price !== null,
      },
    ];
  });
  const byUse = Object.entries(models).map(([alias, { use }]) => [use, terms[alias]] as const);
  const known = [...byUse, ...Object.entries(terms)].flatMap(([name, row]) =>
    row === undefined ? [] : [[name, row] as const],
  );
  return planCrew({
    program,
    models: planned,
    terms: new Map(known),
    measurePrompt,
    knownOnly,
    ...(inputs === undefined ? {} : { inputs }),
  });
}

/**
 * Keeps a run from starting that may need more calls than its budget has, or that has a ceiling of money and a model whose price
 * nobody knows: fails with PLAN_OVER_BUDGET unless `--allow-over-plan` was given. Ceilings of tokens and money are kept; they are told when what is known before the run, such as
 * the words of the crew and the most that its models may answer, does not fit under them. Returns the plan.
 */
export async function refuseOverPlan(
  options: Parameters<typeof planRun>[0] & { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<Plan> {
  const { values, terminal } = options;
  const plan = await planRun(options);
  const { excess } = plan;
  const { excessLine } = await loadPlanner();
  const refused = excess.filter(each => each.refused);
  if (refused.length > 0 && values['allow-over-plan'] !== true) {
    const needs = refused.filter(({ unpriced }) => unpriced === undefined).map(excessLine);
    const dark = refused.filter(({ unpriced }) => unpriced !== undefined).map(excessLine);
    const most = needs.length === 0 ? [] : [`the run may need ${needs.join('; ')}`];
    throw new CrewError('PLAN_OVER_BUDGET', [...most, ...dark].join('; '));
  }
  if (values.quiet === true) return plan;
  // Timeouts and context windows lie far above what a run takes, so what follows from them is told by `crew plan` alone.
  const told = excess.filter(({ what, unpriced }) => what !== 'timeMs' && unpriced === undefined);
  if (told.length === 0) return plan;
  const known = await planRun({ ...options, knownOnly: true });
  const isKnown = ({ what }: PlanExcess): boolean => known.excess.some(each => each.what === what);
  for (const each of told.filter(isKnown)) terminal.stderr(`plan: ${excessLine(each)}\n`);
  return plan;
}
