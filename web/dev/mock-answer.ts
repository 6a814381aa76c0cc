import type * as z from 'zod';
import type { Estate } from './estate.ts';

export class MockProblem extends Error {
  readonly status: number;
  readonly existing: string | undefined;

  constructor(status: number, message: string, existing?: string) {
    super(message);
    this.status = status;
    this.existing = existing;
  }
}

export interface MockRequest<Query = unknown> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: unknown;
  readonly estate: Estate;
  readonly session: { isSignedIn: boolean };
}

/** An operation of the API as the mock answers it; query and answer are held to the contract. */
export interface MockAnswer {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/images/{digest}` */
  readonly path: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly schema?: z.ZodType;
  readonly isPublic?: boolean;
  readonly status?: number;
  readonly answer: (request: MockRequest<never>) => unknown;
}

export function mock<Query extends z.ZodObject>(
  definition: Omit<MockAnswer, 'query' | 'answer'> & {
    readonly query?: Query;
    readonly answer: (request: MockRequest<z.output<Query>>) => unknown;
  },
): MockAnswer {
  return definition as MockAnswer;
}

/** A keyset page whose cursor is simply where to go on. */
export function pageOfRows<Row>(rows: readonly Row[], query: { cursor?: string | undefined; limit: number }) {
  const start = Number(query.cursor ?? 0);
  const items = rows.slice(start, start + query.limit);
  const end = start + items.length;
  return { items, total: Math.min(rows.length, 100_000), ...(end < rows.length && { next: String(end) }) };
}
