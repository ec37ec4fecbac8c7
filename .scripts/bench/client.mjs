// One measurement in a process of its own: `client.mjs MODE CLIENT WORKLOAD`, with the rest in the environment. Writes
// one line of JSON on stdout.
import { crewWorkloads } from './crew-client.mjs';
import { fetchAsk, plainWorkloads, sdkAsk } from './plain-client.mjs';
import { STREAMS, WORKLOADS } from './workloads.mjs';

/** Compilers need a thousand calls before they are done; the slow are not waited for for ever. */
const WARM_CALLS = 1000;
const LONGEST_WARM_MS = 3000;
const MEASURED_MS = 700;
const [mode, client, workload] = process.argv.slice(2);
const { BENCH_URL: baseUrl, BENCH_FOLDER: folder, BENCH_LIBRARY: library, BENCH_COUNT } = process.env;
const count = Number(BENCH_COUNT);

async function workloadsOf() {
  if (client === 'crew') return crewWorkloads({ baseUrl, folder, library });
  return plainWorkloads(client === 'sdk' ? await sdkAsk(baseUrl) : fetchAsk(baseUrl));
}

async function warmUp(run, calls) {
  const end = performance.now() + LONGEST_WARM_MS;
  for (let done = 0; done < WARM_CALLS && performance.now() < end; done += calls) await run();
}

/** CPU time of this process per run, all threads, after warm-up. */
async function cpu(run) {
  await warmUp(run, { ...WORKLOADS, ...STREAMS }[workload].calls);
  const before = process.cpuUsage();
  const end = performance.now() + MEASURED_MS;
  let runs = 0;
  for (; runs < 2 || performance.now() < end; runs += 1) await run();
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000 / runs, runs };
}

/** Many runs at once; one lone run goes before, as any server has had one. */
async function concurrent(run) {
  await run();
  const start = performance.now();
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: count }, run));
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, cpuMs: (user + system) / 1000, rssMb: process.resourceUsage().maxRSS / 1024 };
}

const workloads = await workloadsOf();
const run = workloads[workload];
const MODES = {
  cpu: () => cpu(run),
  concurrent: () => concurrent(run),
  once: async () => ({ result: await run(folder, count) }),
};
process.stdout.write(`${JSON.stringify(await MODES[mode]())}\n`);
process.exit();
