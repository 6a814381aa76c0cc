import { after, afterEach, before, beforeEach } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Scenario } from '../../web/dev/estate.ts';
import { type ConsoleMock, startConsoleMock } from '../../web/dev/mock-server.ts';
import {
  buildConsole,
  consoleDirectory,
  launchBrowser,
  type OpenedPage,
  openContext,
  openPage,
  type View,
} from './browser.ts';

export interface ConsoleOptions {
  readonly scenario?: Scenario;
  readonly signedIn?: boolean;
  /** Undoes what a test changed before the next one. */
  readonly anew?: boolean;
}

export interface OpenConsole {
  /** Opens a page, in a browser context of its own that ends with the test. */
  readonly open: (path: string, view?: View) => Promise<OpenedPage>;
  /** Sends an event to every open page. */
  readonly tell: ConsoleMock['tell'];
}

/** For the suite that calls it: the built console in a browser, over answers made up. */
export function useConsole({ scenario = 'many', signedIn = true, anew = false }: ConsoleOptions = {}): OpenConsole {
  let browser: Browser;
  let mock: ConsoleMock;
  const start = async () => {
    await mock?.close();
    mock = await startConsoleMock({ scenario, signedIn, directory: consoleDirectory });
  };
  before(async () => {
    buildConsole();
    browser = await launchBrowser();
    if (!anew) await start();
  });
  if (anew) beforeEach(start);
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  after(async () => {
    await browser?.close();
    await mock?.close();
  });
  return {
    open: async (path, view) => openPage(await openContext(browser, mock.url, view), path),
    tell: (event) => mock.tell(event),
  };
}
