import type { CrewTestResult } from '../model/crewtest.ts';
import { formatDuration } from './amounts.ts';
import { paint } from './paint.ts';
import { sanitizeText } from './sanitize.ts';

/** One test for people: a line, and under it what is wrong. Pure. */
export function formatCrewTest(
  { name, problems, ms }: CrewTestResult,
  { color }: { readonly color: boolean },
): string {
  const passed = problems.length === 0;
  const sign = paint(passed ? '✓' : '✗', passed ? 'green' : 'red', color);
  const rows = problems.flatMap(problem => sanitizeText(problem, { keepNewlines: true }).split('\n'));
  const head = `  ${sign} ${sanitizeText(name)}  ${paint(formatDuration(ms), 'dim', color)}\n`;
  return head + rows.map(row => (row === '' ? '\n' : `      ${row}\n`)).join('');
}

/** The last line of a run of tests. Pure. */
export function formatCrewTestTotal(
  results: readonly CrewTestResult[],
  { ms, color }: { readonly ms: number; readonly color: boolean },
): string {
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  const counts = [`${results.length - failed} passed`, ...(failed === 0 ? [] : [`${failed} failed`])].join(
    ', ',
  );
  const tests = results.length === 1 ? '1 test' : `${results.length} tests`;
  return `${tests}: ${paint(counts, failed === 0 ? 'green' : 'red', color)} in ${formatDuration(ms)}\n`;
}

/** The document of `crew test --json`. Pure. */
export function crewTestDocument(results: readonly CrewTestResult[], ms: number): object {
  const tests = results.map(result => ({ ...result, passed: result.problems.length === 0 }));
  const failed = tests.filter(({ passed }) => !passed).length;
  return { version: 1, tests: tests.length, passed: tests.length - failed, failed, ms, results: tests };
}
