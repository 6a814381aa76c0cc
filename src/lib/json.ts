import { AppError } from './errors.ts';
import { firstLineOf } from './first-line.ts';

/** Parses JSON. Throws `AppError` with FILE_INVALID that tells where the text stops being JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('FILE_INVALID', `not valid JSON: ${firstLineOf(error)}`, { cause: error });
  }
}
