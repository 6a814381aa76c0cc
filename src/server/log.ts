import { type DestinationStream, type Logger, pino } from 'pino';
import type { ServerConfig } from './config.ts';

/** Where secrets stand in what is logged, whatever it is: never written. */
const secretPaths = [
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
  'headers.authorization',
  'headers.cookie',
  'req.headers.authorization',
  'req.headers.cookie',
  '*.password',
  '*.clientSecret',
  '*.secretAccessKey',
  '*.serviceAccountKey',
  '*.token',
];

/** One JSON object a line: `level`, `time`, `msg` (static), and fields. */
export function createLog({ log }: Pick<ServerConfig, 'log'>, destination?: DestinationStream): Logger {
  const options = {
    level: log.level,
    base: { app: 'breakwater' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: described, error: described },
    redact: { paths: secretPaths, censor: '[secret]' },
  };
  return destination ? pino(options, destination) : pino(options, pino.destination({ fd: 2, sync: true }));
}

/** What helps to find the fault, and not the connections and requests that libraries hang on their errors. */
function described(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, message, code, stack, ...(cause !== undefined && { cause: described(cause) }) };
}
