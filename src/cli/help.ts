import type { Command, CommandGroup, Flags, Verb } from './command.ts';
import { GLOBAL_FLAGS } from './flags.ts';

/** The help of the program: its commands in groups, and the flags that all of them know. Pure. */
export function programHelp(groups: readonly CommandGroup[]): string {
  const width = Math.max(...groups.flatMap(({ commands }) => commands.map(({ usage }) => usage.length)));
  const rows = groups.flatMap(({ title, commands }) => [
    `${title}:`,
    ...commands.map(({ usage, summary }) => `  crew ${usage.padEnd(width)}  ${summary}`),
    '',
  ]);
  return [
    'Runs crews of AI agents from YAML: checked first, recorded fact by fact, resumable.',
    '',
    ...rows,
    'Flags of every command, before or after its name:',
    ...flagRows(GLOBAL_FLAGS),
    '',
    '`crew COMMAND --help` shows the flags of a command.',
    '',
  ].join('\n');
}

/** The help of one command, or of one of its verbs, which shows the flags of that verb alone. Pure. */
export function commandHelp(command: Command, verb?: Verb): string {
  const own = verb === undefined ? command.flags : flagsOf(command, verb);
  const flags = Object.keys(own).length > 0 ? ['', 'Flags:', ...flagRows(own)] : [];
  return [
    `crew ${verb?.usage ?? command.usage}`,
    '',
    `  ${verb?.summary ?? command.summary}`,
    ...(verb === undefined ? verbRows(command.verbs ?? []) : []),
    ...flags,
    '',
    'Flags of every command:',
    ...flagRows(GLOBAL_FLAGS),
    '',
  ].join('\n');
}

function verbRows(verbs: readonly Verb[]): readonly string[] {
  if (verbs.length === 0) return [];
  const width = Math.max(...verbs.map(({ usage }) => usage.length));
  return ['', ...verbs.map(({ usage, summary }) => `  crew ${usage.padEnd(width)}  ${summary}`)];
}

/** What a flag says of its verbs need not be said where only one is shown. */
function flagsOf({ flags, verbs = [] }: Command, verb: Verb): Flags {
  const names = verbs.map(({ name }) => name).join('|');
  const ofVerbs = new RegExp(`^(?:${names})(?:, (?:${names}))*: `);
  const taken = Object.entries(flags).filter(([name]) => verb.flags?.includes(name) === true);
  return Object.fromEntries(
    taken.map(([name, flag]) => [
      name,
      { ...flag, help: verb.help?.[name] ?? flag.help.replace(ofVerbs, '') },
    ]),
  );
}

function flagRows(flags: Flags): string[] {
  const shown = Object.entries(flags).filter(([, flag]) => flag.hidden !== true);
  const names = shown.map(([name, flag]) => {
    const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
    const value = flag.value === undefined ? '' : ` ${flag.value}`;
    return { name: `${short}--${name}${value}`, help: flag.help };
  });
  const width = Math.max(...names.map(row => row.name.length));
  return names.map(row => `  ${row.name.padEnd(width)}  ${row.help}`);
}
