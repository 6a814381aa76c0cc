import { fileURLToPath } from 'node:url';
import type { Scenario } from './estate.ts';
import { startConsoleMock } from './mock-server.ts';

/** `tools/node web/dev/serve.ts [scenario] [port]`: the built console over made-up answers, also for `vite dev`'s proxy. */
const [scenario = 'many', port = '8443'] = process.argv.slice(2);
const directory = fileURLToPath(new URL('../../dist/web', import.meta.url));
const mock = await startConsoleMock({ scenario: scenario as Scenario, directory, port: Number(port) });
console.log(`${scenario}: ${mock.url}`);
