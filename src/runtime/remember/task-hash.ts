import { hashJson } from '../../policy/hash-json.ts';

/**
 * What tells a task from others across runs: the sha256, in hex, of its crew, its phase and its text, without the id of the
 * run and with equal blanks. Pure.
 */
export function taskHash(task: {
  readonly crew: string;
  readonly phase: string;
  readonly text: string;
  readonly runId: string;
}): string {
  const { crew, phase, runId } = task;
  const text = (runId === '' ? task.text : task.text.replaceAll(runId, '')).replaceAll(/\s+/g, ' ').trim();
  return hashJson([crew, phase, text.toWellFormed()]);
}
