import { parseArgs } from 'node:util';
import { suggest } from '../language/closest.ts';
import { CrewError } from '../model/crew-error.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { Command, Flags, FlagValues, Terminal, Verb } from './command.ts';
import { COMMAND_GROUPS, COMMANDS } from './commands.ts';
import { reportCrash } from './crash-report.ts';
import { GLOBAL_FLAGS } from './flags.ts';
import { commandHelp, programHelp } from './help.ts';
import { openTerminal } from './terminal.ts';

/** Runs one command line and returns its exit code. Coded errors are told in one block; our own bugs end in 70. */
export async function main(argv: readonly string[], version: string): Promise<number> {
  const opened = openTerminal(version);
  let isTold = false;
  const stdout = (text: string): void => {
    isTold = true;
    opened.stdout(text);
  };
  const terminal = { ...opened, stdout };
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    if (!(error instanceof CrewError)) return reportCrash(error, argv, terminal);
    const message = sanitizeText(error.message, { keepNewlines: true });
    if (!isTold && failsInJson(argv)) stdout(failureDocument(error));
    terminal.stderr(`error[${error.code}]: ${message}\n  ${hintOf(error, argv)}\n`);
    return error.exitCode;
  }
}

/** Whether a script waits for a document on standard output, and is to be told there why it gets another one. */
function failsInJson(argv: readonly string[]): boolean {
  const flags = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  return (
    findCommand(argv)?.failsInJson === true && flags.lastIndexOf('--json') > flags.lastIndexOf('--no-json')
  );
}

function failureDocument({ code, message }: CrewError): string {
  return `${JSON.stringify({ version: 1, error: { code, message } }, null, 2)}\n`;
}

/** What is wrong on a command line is told by the message; the help of that command is what may help beside it. */
function hintOf(error: CrewError, argv: readonly string[]): string {
  const command = error.code === 'USAGE' ? findCommand(argv) : undefined;
  return command === undefined ? error.hint : `\`crew ${command.name} --help\` shows what it takes.`;
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const command = findCommand(argv);
  const { values, positionals } = readArguments(argv, { ...GLOBAL_FLAGS, ...command?.flags });
  if (values.version === true) {
    terminal.stdout(`${terminal.version}\n`);
    return 0;
  }
  if (command === undefined) {
    const [word, topic, subtopic] = positionals;
    if (word !== undefined && word !== 'help') throw unknownCommand(word);
    const asked = values.help === true || word === 'help';
    const about = COMMANDS.find(({ name }) => name === topic);
    if (word === 'help' && topic !== undefined && about === undefined) throw unknownCommand(topic);
    const help = about ? commandHelp(about, verbOf(about, subtopic)) : programHelp(COMMAND_GROUPS);
    (asked ? terminal.stdout : terminal.stderr)(help);
    return asked ? 0 : 2;
  }
  if (values.help === true) {
    const named = command.verbs?.find(({ name }) => name === positionals[1]);
    terminal.stdout(commandHelp(command, named));
    return 0;
  }
  refuseOtherVerbs(command, positionals[1], values);
  return command.run({ values, positionals: positionals.slice(1), terminal, commands: COMMANDS });
}

/** Fails with USAGE for a verb that the command has not, and for a flag that only other verbs of it take. */
function refuseOtherVerbs(
  { name, verbs, flags }: Command,
  word: string | undefined,
  values: FlagValues,
): void {
  if (verbs === undefined || word === undefined) return;
  const verb = verbs.find(one => one.name === word);
  if (verb === undefined) {
    const names = verbs.map(one => one.name);
    throw new CrewError('USAGE', `there is no command \`${name} ${word}\`${suggestion(word, names)}`);
  }
  const taken = verb.flags ?? [];
  const strange = Object.keys(flags).find(flag => Object.hasOwn(values, flag) && !taken.includes(flag));
  if (strange === undefined) return;
  const others = verbs.filter(one => one.flags?.includes(strange) === true);
  const named = others.map(one => `\`crew ${name} ${one.name}\``).join(', ');
  throw new CrewError(
    'USAGE',
    `\`crew ${name} ${word}\` has no flag \`--${strange}\`; it is one of ${named}`,
  );
}

/** The verb that help is asked of by its name. Fails with USAGE where the command has none of that name. */
function verbOf({ name, verbs = [] }: Command, word: string | undefined): Verb | undefined {
  if (word === undefined) return undefined;
  const found = verbs.find(verb => verb.name === word);
  if (found !== undefined) return found;
  const names = verbs.map(verb => verb.name);
  throw new CrewError('USAGE', `there is no command \`${name} ${word}\`${suggestion(word, names)}`);
}

/** The first word that is neither a flag nor the value of one. */
function findCommand(argv: readonly string[]): Command | undefined {
  const { positionals } = parseArgs({
    args: [...argv],
    options: Object.assign({}, GLOBAL_FLAGS, ...COMMANDS.map(command => command.flags)),
    allowPositionals: true,
    strict: false,
  });
  return COMMANDS.find(command => command.name === positionals[0]);
}

function readArguments(
  argv: readonly string[],
  flags: Flags,
): { readonly values: FlagValues; readonly positionals: readonly string[] } {
  try {
    const options = { ...negationsOf(flags), ...flags };
    const parsed = parseArgs({ args: withWords(argv, flags), options, allowPositionals: true, tokens: true });
    const values: { [name: string]: FlagValues[string] } = { ...parsed.values };
    for (const token of parsed.tokens) {
      if (token.kind === 'option') setSwitch(values, token.name, flags);
    }
    return { values, positionals: parsed.positionals };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !code.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new CrewError('USAGE', flagProblem(code, message, flags));
  }
}

/** `--x=Y` as `--x Y` for switches that take a word; behind `--` words are words. */
function withWords(argv: readonly string[], flags: Flags): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return argv.flatMap((word, index) => {
    const [, name = '', value = ''] = /^--([a-z-]+)=(.+)$/s.exec(word) ?? [];
    if (index > end || !Object.hasOwn(flags, name) || flags[name]?.takesWord !== true) return [word];
    return [`--${name}`, value];
  });
}

/**
 * `--no-x` for each switch `x`. The `allowNegative` of `parseArgs` would take the flag `--no-input`, which is one of its
 * own, for a negated `--input`.
 */
function negationsOf(flags: Flags): { readonly [name: string]: { readonly type: 'boolean' } } {
  const switches = Object.keys(flags).filter(name => flags[name]?.type === 'boolean');
  return Object.fromEntries(switches.map(name => [`no-${name}`, { type: 'boolean' }]));
}

/** The last word on a switch counts. */
function setSwitch(values: { [name: string]: FlagValues[string] }, name: string, flags: Flags): void {
  if (Object.hasOwn(flags, name)) {
    if (flags[name]?.type === 'boolean') values[name] = true;
    return;
  }
  delete values[name];
  values[name.slice('no-'.length)] = false;
}

/** Says in our words what `parseArgs` found wrong; its messages are for programmers. */
function flagProblem(code: string, message: string, flags: Flags): string {
  const [, dashes = '', name = ''] = /'(?:-\w, )?(--?)([^' ]+)/.exec(message) ?? [];
  const flag = `\`${dashes}${name}\``;
  if (name === '') return message.split('. ')[0] ?? message;
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    return `there is no flag ${flag}${dashes === '-' ? '' : suggestion(name, Object.keys(flags), '--')}`;
  }
  const value = Object.hasOwn(flags, name) ? flags[name]?.value : undefined;
  if (value === undefined) return `${flag} takes no value`;
  const dashed = code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && message.includes('ambiguous');
  const hint = dashed ? `; a value that starts with a dash is written \`--${name}=-…\`` : '';
  return `${flag} needs a value: \`--${name} ${value}\`${hint}`;
}

function unknownCommand(word: string): CrewError {
  if (/\.ya?ml$/.test(word)) {
    return new CrewError('USAGE', `there is no command \`${word}\`; did you mean \`crew run ${word}\`?`);
  }
  const names = COMMANDS.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  return new CrewError('USAGE', `there is no command \`${word}\`${suggestion(word, names)}`);
}

function suggestion(word: string, candidates: readonly string[], prefix = ''): string {
  const found = suggest(word, candidates);
  return found === undefined ? '' : `; ${found.replaceAll(/`([^`]+)`/g, `\`${prefix}$1\``)}`;
}
