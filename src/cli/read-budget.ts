import { readDurationMs, readMicroUsd, readTokens } from '../language/amounts.ts';
import type { BudgetChange } from '../model/change-budget.ts';
import { CrewError } from '../model/crew-error.ts';
import { type FlagValues, textFlag } from './command.ts';

/**
 * Reads `--max-calls`, `--max-tool-calls`, `--max-tokens`, `--max-usd` and `--max-time` as a crew file writes them, or `none`. Fails with
 * USAGE. Pure.
 */
export function readBudgetFlags(values: FlagValues): BudgetChange {
  const calls = readFlag(values, { name: 'max-calls', read: readTokens, example: '60' });
  const toolCalls = readFlag(values, { name: 'max-tool-calls', read: readTokens, example: '100' });
  const tokens = readFlag(values, { name: 'max-tokens', read: readTokens, example: '300k' });
  const costMicroUsd = readFlag(values, { name: 'max-usd', read: readUsd, example: '2.50' });
  const timeMs = readFlag(values, { name: 'max-time', read: readDurationMs, example: '15m' });
  return {
    ...(calls === undefined ? {} : { calls }),
    ...(toolCalls === undefined ? {} : { toolCalls }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(costMicroUsd === undefined ? {} : { costMicroUsd }),
    ...(timeMs === undefined ? {} : { timeMs }),
  };
}

interface AmountFlag {
  readonly name: string;
  readonly read: (text: string) => number | undefined;
  readonly example: string;
}

function readFlag(values: FlagValues, { name, read, example }: AmountFlag): number | null | undefined {
  const text = textFlag(values, name);
  if (text === undefined) return undefined;
  if (text === 'none') return null;
  const amount = read(text);
  if (amount !== undefined) return amount;
  throw new CrewError(
    'USAGE',
    `\`--${name} ${text}\` cannot be read; write an amount such as ${example}, or none`,
  );
}

function readUsd(text: string): number | undefined {
  return text.trim() === '' ? undefined : readMicroUsd(Number(text));
}
