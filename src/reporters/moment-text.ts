/** A moment on the clock of people, in UTC to the second: `2026-11-22 17:12:25`. Pure. */
export function momentText(at: number): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return 'unknown time       ';
  return moment.toISOString().replace('T', ' ').slice(0, 19);
}
