import { Writable } from 'node:stream';

/**
 * Takes stdout away from everybody else: only what is written to the returned stream comes out there, and what modules
 * and packages print goes to stderr. Once for a process.
 */
export function takeStdout(): Writable {
  const write = process.stdout.write.bind(process.stdout);
  const print = process.stderr.write.bind(process.stderr);
  process.stdout.write = print as typeof process.stdout.write;
  const taken = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      write(chunk, done);
    },
  });
  process.stdout.on('error', error => taken.destroy(error));
  return taken;
}
