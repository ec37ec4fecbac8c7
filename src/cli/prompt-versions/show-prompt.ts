import { CrewError } from '../../model/crew-error.ts';
import { sanitizeText } from '../../reporters/sanitize.ts';
import type { CommandCall } from '../command.ts';
import { onePositional } from '../positionals.ts';
import { loadVersionsText } from '../wire-views.ts';
import { findVersion } from './find-version.ts';
import { noHistoryText } from './no-history.ts';
import { parsePromptRef } from './prompt-ref.ts';
import { storeOf } from './prompt-store.ts';
import { momentOf, momentsOf } from './version-moments.ts';
import { versionText } from './version-text.ts';

/** `crew prompt show REF`: the text of one version; what it is goes to stderr, so that the text can be piped. */
export async function showPromptVersion({ positionals, values, terminal }: CommandCall): Promise<number> {
  const found = await findVersion(onePositional(positionals, 'a prompt: `crew prompt show REF`'), {
    values,
    terminal,
  });
  const [text, moment, history] = await Promise.all([
    versionText(found),
    momentOf(found),
    found.store.history(),
  ]);
  const noHistory = 'problem' in history ? history.problem : null;
  if (values.json === true) {
    const { partials } = found.prompt;
    const note = found.note === undefined ? {} : { note: found.note };
    const shown = { version: 1, name: found.ref.stem, noHistory, ...note, shown: moment, partials, text };
    terminal.stdout(`${JSON.stringify(shown, null, 2)}\n`);
    return 0;
  }
  const { versionLine } = await loadVersionsText();
  if (noHistory !== null) terminal.stderr(`! ${noHistoryText(noHistory)}\n`);
  if (found.note !== undefined) terminal.stderr(`! ${found.note}\n`);
  if (values.quiet !== true) {
    const line = noHistory === null ? versionLine(moment) : (moment.version ?? '');
    terminal.stderr(`${line}\n`);
  }
  const shown = terminal.stdoutIsTerminal ? sanitizeText(text) : text;
  terminal.stdout(shown.endsWith('\n') ? shown : `${shown}\n`);
  return 0;
}

/** `crew prompt log NAME`: the versions of a prompt, newest first, each with what runs made of it. */
export async function logPrompt({ positionals, values, terminal }: CommandCall): Promise<number> {
  const ref = parsePromptRef(onePositional(positionals, 'a prompt: `crew prompt log PROMPT`'));
  if (ref.version !== undefined || ref.back > 0) {
    throw new CrewError(
      'USAGE',
      `expected a prompt without a version, such as \`crew prompt log ${ref.stem}\``,
    );
  }
  const places = { values, terminal };
  const store = await storeOf(ref, places);
  const history = await store.history();
  const { moments, unreadRuns } = await momentsOf(store, ref, places);
  const noHistory = 'problem' in history ? history.problem : null;
  const isShallow = 'state' in history && history.state.shallow;
  if (values.json === true) {
    const about = { version: 1, name: ref.stem, folder: store.folder.shown, noHistory, isShallow };
    terminal.stdout(`${JSON.stringify({ ...about, unreadRuns, versions: moments }, null, 2)}\n`);
    return 0;
  }
  if (noHistory !== null) terminal.stderr(`! ${noHistoryText(noHistory)}\n`);
  if (isShallow)
    terminal.stderr('! this clone is shallow: what is older than its first commit is not known\n');
  if (unreadRuns > 0) terminal.stderr(`! ${unreadRuns} recorded runs cannot be read, and are left out\n`);
  const { formatPromptLog } = await loadVersionsText();
  const columns = terminal.stdoutIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  terminal.stdout(formatPromptLog(moments, { color: terminal.stdoutColor, columns }));
  return 0;
}
