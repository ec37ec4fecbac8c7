/** The flags that raise a ceiling, by its key in `budget`. */
const CEILING_FLAGS = new Map([
  ['calls', '--max-calls N'],
  ['tool_calls', '--max-tool-calls N'],
  ['tokens', '--max-tokens N'],
  ['usd', '--max-usd USD'],
  ['time', '--max-time TIME'],
]);

const NEEDS_PRICE = 'A ceiling of money needs a model whose price is known (`crew models` lists them).';

/** What to do about a ceiling of money that the message of a PLAN_OVER_BUDGET names; undefined where it names none. Pure. */
export function unpricedHint(message: string): string | undefined {
  const [, place] = /`([^`\s]*?)budget\.usd` is [^,;]*, but the price/.exec(message) ?? [];
  if (place === undefined) return undefined;
  const lift =
    place === ''
      ? 'give `--max-usd none`, or take `usd` out of `budget` in the crew file'
      : `take \`usd\` out of \`${place}budget\` in the crew file`;
  return `${NEEDS_PRICE} For others, ${lift}, and bound \`--max-calls\` or \`--max-tokens\` in its place.`;
}

/**
 * What to do about the one ceiling that the message of a BUDGET_EXCEEDED names, as ``the ceiling `phases.a.budget.calls` ``;
 * undefined where it names none. Pure.
 */
export function budgetHint(message: string): string | undefined {
  const [, place = '', key = ''] = /`([^`\s]*?)budget\.(\w+)` is/.exec(message) ?? [];
  const flag = CEILING_FLAGS.get(key);
  if (flag === undefined) return undefined;
  if (key === 'usd' && message.includes('not known')) {
    return `${NEEDS_PRICE} \`crew resume RUN --max-usd none\` goes on without it; bound \`--max-calls\` or \`--max-tokens\` in its place.`;
  }
  const [name] = flag.split(' ');
  // A flag is the ceiling of a whole run, and a new run has those inside it as the file says.
  const later =
    place === '' ? `give \`${name}\`, or raise \`budget.${key}\`` : `raise \`${place}budget.${key}\``;
  return `Go on with a higher ceiling: \`crew resume RUN ${flag}\`; for new runs, ${later} in the crew file.`;
}
