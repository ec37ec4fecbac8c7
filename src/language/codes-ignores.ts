import { type CodeRow, GOOD_CREW } from './code-row.ts';

function comment(severity: CodeRow['severity'], meaning: string, text: string): CodeRow {
  return {
    severity,
    meaning,
    bad: GOOD_CREW.replace('goal: Write', () => `${text}\ngoal: Write`),
    good: GOOD_CREW,
  };
}

/** Codes about comments that silence other codes. */
export const IGNORE_CODES = {
  'ignore-without-reason': comment(
    'warning',
    'A comment that silences a code says why; without a reason it silences nothing.',
    '# crew-ignore: unused-role',
  ),
  'ignore-unknown-code': comment(
    'warning',
    'A comment silences a code that does not exist, so it silences nothing.',
    '# crew-ignore: unsed-role for later',
  ),
  'ignore-refused': comment(
    'warning',
    'A comment silences a mistake with which a crew could not run at all; only judgements can be silenced.',
    '# crew-ignore: unknown-phase it comes later',
  ),
  'unused-ignore': comment(
    'info',
    'A comment silences a code that is not reported on its line or the next one.',
    '# crew-ignore: unused-role for later',
  ),
} as const satisfies Record<string, CodeRow>;
