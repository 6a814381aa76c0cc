import type { VulnerabilityDatabase } from '../../vulnerability/database.ts';
import type { Judge } from '../../vulnerability/judge.ts';

/** The vulnerability database that this server judges with, as of now: it is replaced while the server runs. */
export interface Vulnerabilities {
  readonly current: () => CurrentDatabase;
  /** Looks whether another replica installed a newer one, and takes it. */
  readonly refresh: () => Promise<CurrentDatabase>;
}

export interface CurrentDatabase {
  /** Row of `build`. */
  readonly build: number;
  readonly path: string;
  readonly database: VulnerabilityDatabase;
  readonly judge: Judge;
}
