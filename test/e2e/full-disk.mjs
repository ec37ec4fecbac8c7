// Loaded into a process of the product by `node --import`: the disk has no room for more than CREW_PAGES pages of a journal.
import { DatabaseSync } from 'node:sqlite';

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function limited(sql) {
  const result = exec.call(this, sql);
  if (/journal_mode/.test(sql)) exec.call(this, `PRAGMA max_page_count = ${process.env.CREW_PAGES}`);
  return result;
};
