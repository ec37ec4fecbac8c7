import { readdirSync, readFileSync } from 'node:fs';

/** The variable by which the descendants of a test's servers are found. */
export const MARK = 'CREW_TEST_MARK';

/** The ids of processes that have this mark; none where processes do not show their environment. */
export function orphans(mark: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter(pid => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${MARK}=${mark}`);
    } catch {
      return false;
    }
  });
}
