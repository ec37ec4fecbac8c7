import { CrewError } from '../../model/crew-error.ts';
import type { Command } from '../command.ts';
import { renderVerb } from '../prompt-render.ts';
import type { PromptVerb } from '../prompt-verb.ts';
import { VERSION_VERBS } from '../prompt-version-verbs.ts';

/** The verbs as help shows them, one row each. */
const VERBS: readonly PromptVerb[] = [renderVerb, ...VERSION_VERBS];

/** `crew prompt VERB …`: prompts as they are sent, and their versions. */
export const promptCommand: Command = {
  name: 'prompt',
  usage: 'prompt VERB',
  summary: 'what a phase would be sent; versions of prompts',
  verbs: VERBS.map(({ name, usage, summary, flags }) => ({
    name,
    usage,
    summary,
    flags: Object.keys(flags),
  })),
  failsInJson: true,
  flags: Object.assign({}, ...VERBS.map(({ flags }) => flags)),
  run: call => {
    const [wanted, ...rest] = call.positionals;
    const verb = VERBS.find(({ name }) => name === wanted);
    if (verb !== undefined) return verb.run({ ...call, positionals: rest });
    const usages = VERBS.map(({ usage }) => `\`crew ${usage}\``).join(' or ');
    throw new CrewError('USAGE', `expected ${usages}`);
  },
};
