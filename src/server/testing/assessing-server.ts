import { openVulnerabilities } from '../assessment/open-vulnerabilities.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';
import { openTestContext, type TestContext } from './test-context.ts';

/** A server that judges what is uploaded, with the database that is shipped. */
export interface AssessingServer {
  readonly server: TestServer;
  readonly store: TestContext['store'];
  readonly close: () => Promise<void>;
}

export async function openAssessingServer(): Promise<AssessingServer> {
  const { config, store, databaseUrl, log, now, close } = await openTestContext();
  const vulnerabilities = await openVulnerabilities({ config, store, url: databaseUrl, log, now });
  const server = await startTestServer({ parts: { vulnerabilities, store } });
  return {
    server,
    store,
    close: async () => {
      await server.close();
      await vulnerabilities.close();
      await close();
    },
  };
}
