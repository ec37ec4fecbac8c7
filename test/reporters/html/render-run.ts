import { runReport } from '../../../src/cli/run-report.ts';
import { foldRun } from '../../../src/runtime/records/fold-run.ts';
import type { CrewRun } from '../../runtime/run-crew.ts';

/** A driven run as the page that `crew show --html` writes. `goal` stands in for the one of the test crews. */
export async function renderRun(run: CrewRun, goal = run.program.goal, env = {}): Promise<string> {
  const program = { ...run.program, goal };
  const steps = [...foldRun(program, run.facts)];
  const recorded = { runId: 'run1', program, facts: run.facts };
  return await runReport({ run: recorded, steps }, { version: '1.0.0', pid: undefined, env });
}
