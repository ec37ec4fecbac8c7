import type { Chart } from '../model/chart.ts';
import type { Budget } from '../model/crew.ts';
import type { Plan } from '../model/plan.ts';
import type { Program } from '../model/program.ts';
import type { ViewSetup } from '../tui/view.ts';
import { loadCharts } from './wire-views.ts';

/** What the dashboard knows of a run before its first event: its procedure, its roles, its ceilings. */
export async function viewSetup(options: {
  readonly program: Program;
  readonly budget: Budget;
  readonly plan?: Plan | undefined;
  readonly flags: string;
}): Promise<ViewSetup> {
  const { program, budget, plan, flags } = options;
  const { chartOf } = await loadCharts();
  const crews = new Map<string, Chart>();
  const roles = new Map<string, string>();
  const visit = (inner: Program, inside: string): void => {
    for (const { name, model } of inner.roles) if (!roles.has(name)) roles.set(name, model);
    for (const [path, crew] of Object.entries(inner.crews ?? {})) {
      crews.set(inside + path, chartOf(crew));
      visit(crew, `${inside}${path}/`);
    }
  };
  visit(program, '');
  return {
    chart: chartOf(program),
    crews,
    roles: [...roles].map(([name, model]) => ({ name, model })),
    budget,
    ...(plan === undefined ? {} : { plan: plan.most }),
    flags,
  };
}
