import { AppError } from '../lib/errors.ts';

/** Somebody is not let through. */
export class Refusal extends AppError {
  /** Whose request it was, when that was known. */
  readonly who: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: AppError['code'], message: string, who?: string, retryAfter?: number) {
    super(code, message);
    this.who = who;
    this.retryAfter = retryAfter;
  }
}
