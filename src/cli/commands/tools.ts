import { CrewError } from '../../model/crew-error.ts';
import type { Command } from '../command.ts';
import { INPUT_FLAGS, RUN_FLAGS, TRUST_FLAG } from '../flags.ts';
import { acceptTools } from '../tools-accept.ts';
import { callCrewTool } from '../tools-call.ts';
import { doctorTools } from '../tools-doctor.ts';
import { listCrewTools } from '../tools-list.ts';

/** `crew tools list|accept|call|doctor FILE`: the tools of a crew, and what their servers say. */
export const toolsCommand: Command = {
  name: 'tools',
  usage: 'tools list|accept|call FILE',
  summary: 'see, accept and call tools; `doctor` examines servers',
  verbs: [
    {
      name: 'list',
      usage: 'tools list FILE',
      summary: 'every tool, from where, and whether it is called unasked',
    },
    {
      name: 'accept',
      usage: 'tools accept FILE [SERVER]',
      summary: 'start servers, keep what they say in crew.lock; trusts the crew file, as `crew trust`',
      flags: ['yes', 'no-input'],
    },
    {
      name: 'call',
      usage: 'tools call FILE TOOL [JSON]',
      summary: 'call one tool, with the same questions as a run',
      flags: ['input', 'allow', 'out', 'no-input', 'trust'],
    },
    {
      name: 'doctor',
      usage: 'tools doctor FILE',
      summary: 'start each server, and say how it does',
      flags: ['no-input', 'trust'],
    },
  ],
  flags: {
    yes: {
      type: 'boolean',
      short: 'y',
      help: 'accept: do not ask; start the servers, accept what they say, and trust the crew file as it is',
    },
    input: { ...INPUT_FLAGS.input, help: 'call: an argument of the tool' },
    allow: RUN_FLAGS.allow,
    out: RUN_FLAGS.out,
    'no-input': RUN_FLAGS['no-input'],
    ...TRUST_FLAG,
  },
  run: call => {
    const [verb, ...rest] = call.positionals;
    const inner = { ...call, positionals: rest };
    if (verb === 'list') return listCrewTools(inner);
    if (verb === 'accept') return acceptTools(inner);
    if (verb === 'call') return callCrewTool(inner);
    if (verb === 'doctor') return doctorTools(inner);
    throw new CrewError(
      'USAGE',
      'expected `crew tools list FILE`, `accept FILE [SERVER]`, `call FILE TOOL [JSON]` or `doctor FILE`',
    );
  },
};
