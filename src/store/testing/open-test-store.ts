import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { type Connection, connect } from '../connect.ts';
import { silentLog } from '../store-log.ts';
import { startTestServer, type TestContent, type TestServer } from './test-server.ts';

export interface TestStore extends Connection {
  readonly url: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/**
 * An empty, migrated database of its own for a test: `await using { store } = …`, or `close()` in an `after`. It costs
 * about 50 ms; the first one of a process some 300 ms more, for the PostgreSQL that all tests of the process share and
 * that ends with them. `BREAKWATER_TEST_DATABASE_URL` names one that runs already.
 */
export function openTestStore(): Promise<TestStore> {
  return openTestDatabase('migrated');
}

/** The same without a schema. */
export function openEmptyTestDatabase(): Promise<TestStore> {
  return openTestDatabase('empty');
}

let server: Promise<TestServer> | undefined;

after(async () => {
  await (await server)?.stop();
});

async function openTestDatabase(content: TestContent): Promise<TestStore> {
  server ??= startTestServer(process.env.BREAKWATER_TEST_DATABASE_URL);
  const { createDatabase, dropDatabase } = await server;
  const name = `test_${process.pid}_${randomUUID().slice(0, 8)}`;
  const url = await createDatabase(name, content);
  const connection = connect({ url, log: silentLog });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= connection.close().then(() => dropDatabase(name));
    return closing;
  };
  return { ...connection, url, close, [Symbol.asyncDispose]: close };
}
