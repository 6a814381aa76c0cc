import type { Pace } from '../../images/registry/pace.ts';
import { AppError, type ErrorCode, messageOf } from '../../lib/errors.ts';

/** What a worker says to the server about its registry: it has no way to the store, where the pace is kept. */
export type TurnQuestion =
  | { readonly kind: 'turn'; readonly id: number }
  /** The registry asked to be left alone. */
  | { readonly kind: 'rest'; readonly ms: number };

export interface TurnAnswer {
  readonly kind: 'turn';
  readonly id: number;
  readonly refused?: { readonly code: ErrorCode; readonly message: string };
}

export interface AskedPace {
  readonly pace: Pace;
  readonly hear: (answer: TurnAnswer) => void;
}

/** The worker's side: a pace whose turns are asked for. */
export function askForTurns(ask: (question: TurnQuestion) => void): AskedPace {
  const waiting = new Map<number, (answer: TurnAnswer) => void>();
  let asked = 0;
  return {
    pace: {
      turn: (signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          asked += 1;
          const id = asked;
          const stop = () => {
            waiting.delete(id);
            reject(signal?.reason);
          };
          signal?.addEventListener('abort', stop, { once: true });
          waiting.set(id, ({ refused }) => {
            signal?.removeEventListener('abort', stop);
            if (refused) reject(new AppError(refused.code, refused.message));
            else resolve();
          });
          ask({ kind: 'turn', id });
        }),
      rest: (ms) => ask({ kind: 'rest', ms }),
    },
    hear: (answer) => {
      const heard = waiting.get(answer.id);
      waiting.delete(answer.id);
      heard?.(answer);
    },
  };
}

/** A scan has a few requests at once; who asks for so many turns is no scan any more. */
const mostAtOnce = 100;

/** The server's side, for one scan: answers questions until it ends. False for a question that no scan asks. */
export function answerTurns(
  pace: Pace | undefined,
  signal: AbortSignal,
  answer: (answer: TurnAnswer) => void,
): (question: TurnQuestion) => boolean {
  let open = 0;
  return (question) => {
    if (question.kind === 'rest') {
      if (question.ms > 0) pace?.rest(question.ms);
      return true;
    }
    if (open >= mostAtOnce) return false;
    open += 1;
    const { id } = question;
    Promise.resolve(pace?.turn(signal))
      .then(
        () => answer({ kind: 'turn', id }),
        (error: unknown) => {
          const code = error instanceof AppError ? error.code : 'REGISTRY_FAILED';
          if (!signal.aborted) answer({ kind: 'turn', id, refused: { code, message: messageOf(error) } });
        },
      )
      .finally(() => {
        open -= 1;
      });
    return true;
  };
}
