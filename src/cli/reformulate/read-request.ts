import { CrewError } from '../../model/crew-error.ts';
import type { Program } from '../../model/program.ts';
import { type FlagValues, type Terminal, textFlag, textFlags } from '../command.ts';
import { readQuestion } from '../read-question.ts';
import { mainInput } from './main-input.ts';

const MAX_QUOTED = 60;

/**
 * The flags with a request that stands behind the crew file as the input that it goes into: words, `-` for stdin, `@FILE`.
 * Fails with USAGE when it is not clear which input that is, or when it was given one already.
 */
export async function readRequest(
  program: Program,
  words: string | undefined,
  { values, terminal }: { readonly values: FlagValues; readonly terminal: Terminal },
): Promise<FlagValues> {
  if (words === undefined) return values;
  const input = mainInput(program.inputs, textFlag(values, 'reformulate-input'));
  if ('problem' in input) {
    throw new CrewError(
      'USAGE',
      `${quoted(words)} behind the crew file is a request, and which input it is for is not clear: ${input.problem}; or give it as \`-i NAME=VALUE\``,
    );
  }
  const pairs = textFlags(values, 'input');
  if (pairs.some(pair => pair.startsWith(`${input.name}=`))) {
    throw new CrewError(
      'USAGE',
      `\`-i ${input.name}=…\` and the words behind the crew file are both the request`,
    );
  }
  return { ...values, input: [...pairs, `${input.name}=${await readQuestion([words], terminal)}`] };
}

/** A request may be long, and its beginning says which it is. */
function quoted(words: string): string {
  return words.length > MAX_QUOTED ? `\`${words.slice(0, MAX_QUOTED).toWellFormed()}…\`` : `\`${words}\``;
}
