import type { Command, CommandGroup, Flags } from './command.ts';
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

/** The help of one command. Pure. */
export function commandHelp(command: Command): string {
  const flags = Object.keys(command.flags).length > 0 ? ['', 'Flags:', ...flagRows(command.flags)] : [];
  return [
    `crew ${command.usage}`,
    '',
    `  ${command.summary}`,
    ...flags,
    '',
    'Flags of every command:',
    ...flagRows(GLOBAL_FLAGS),
    '',
  ].join('\n');
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
