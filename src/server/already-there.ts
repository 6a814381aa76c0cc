import { AppError } from '../lib/errors.ts';

/** What was asked for is there already; the client is told which one it is. */
export class AlreadyThere extends AppError {
  readonly existing: string;

  constructor(message: string, existing: string) {
    super('CONFLICT', message);
    this.existing = existing;
  }
}
