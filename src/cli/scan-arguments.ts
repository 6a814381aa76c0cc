import { parseArgs } from 'node:util';
import type { OpenOptions } from '../images/image-source.ts';
import { defaultLimits, type Limits } from '../images/limits.ts';
import { hostPlatform, parsePlatform } from '../images/platform.ts';
import { AppError, messageOf } from '../lib/errors.ts';
import type { Terminal } from './command.ts';
import { cacheDirectory } from './places.ts';
import type { UploadTarget } from './upload.ts';

/** The options that `scan` and `explain` share. */
export interface ScanArguments {
  readonly reference: string;
  readonly format: string;
  readonly output: string | undefined;
  readonly database: string | undefined;
  readonly failOn: readonly string[];
  readonly ignoreUnknown: boolean;
  readonly ignoreFile: string | undefined;
  readonly quiet: boolean;
  readonly cacheDirectory: string | undefined;
  readonly cacheBytes: number;
  readonly limits: Limits;
  readonly open: OpenOptions;
  /** Said on the command line: then an image of another platform is the wrong one. */
  readonly platformStated: boolean;
  /** Where to send the report besides. */
  readonly upload: UploadTarget | undefined;
  /** What else stood on the line, in order. */
  readonly rest: readonly string[];
}

const defaultCacheMiB = 2048;

export const scanOptionsHelp = `  --platform OS/ARCH[/VARIANT]   which image of an index; default: linux and this machine's architecture
  --db FILE                      vulnerability database; default: BREAKWATER_DB, one built here, the one that comes along
  --no-cache                     analyse every layer anew
  --cache-dir DIR                where analysed layers are kept; default: BREAKWATER_CACHE_DIR or the user's cache
  --cache-size MIB               default: ${defaultCacheMiB}
  --max-layer-size GIB           uncompressed bytes of one layer; default: 128
  --max-layer-entries NUMBER     files, directories and links of one layer; default: ${defaultLimits.layerEntries}
  --timeout MINUTES              time to read an image in; default: 30
  --plain-http                   speak HTTP to the registry
  --ca-file FILE                 additional certificate authorities, PEM
  --username NAME                with the password in BREAKWATER_REGISTRY_PASSWORD; default: the Docker configuration
  --quiet                        no progress`;

export function parseScanArguments(args: readonly string[], terminal: Terminal): ScanArguments {
  const { values, positionals } = parse(args);
  const [reference, ...rest] = positionals;
  if (!reference)
    throw new AppError('USAGE', 'Name what to scan: an archive, a directory, an image in a registry, or an SBOM.');
  const { environment } = terminal;
  return {
    reference,
    rest,
    format: values.format ?? 'table',
    output: values.output,
    database: values.db,
    failOn: values['fail-on'] ?? [],
    ignoreUnknown: values['ignore-unknown'] ?? false,
    ignoreFile: values['ignore-file'],
    quiet: values.quiet ?? false,
    cacheDirectory: values['no-cache'] ? undefined : (values['cache-dir'] ?? cacheDirectory(environment)),
    cacheBytes: number(values['cache-size'], 'cache-size', defaultCacheMiB) * 2 ** 20,
    limits: {
      ...defaultLimits,
      layerBytes: number(values['max-layer-size'], 'max-layer-size', defaultLimits.layerBytes / 2 ** 30) * 2 ** 30,
      layerEntries: number(values['max-layer-entries'], 'max-layer-entries', defaultLimits.layerEntries),
      imageMs: number(values.timeout, 'timeout', defaultLimits.imageMs / 60_000) * 60_000,
    },
    open: openOptions(values, environment),
    platformStated: values.platform !== undefined,
    upload:
      values.upload === undefined
        ? undefined
        : { url: values.upload, name: values['upload-as'], caFile: values['ca-file'] },
  };
}

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        format: { ...text, short: 'f' },
        output: { ...text, short: 'o' },
        db: text,
        'fail-on': { ...text, multiple: true },
        'ignore-unknown': flag,
        'ignore-file': text,
        platform: text,
        'no-cache': flag,
        'cache-dir': text,
        'cache-size': text,
        'max-layer-size': text,
        'max-layer-entries': text,
        timeout: text,
        'plain-http': flag,
        'ca-file': text,
        username: text,
        upload: text,
        'upload-as': text,
        quiet: { ...flag, short: 'q' },
      },
    });
  } catch (error) {
    throw new AppError('USAGE', `${messageOf(error)}; see "breakwater help scan".`);
  }
}

function openOptions(values: Values, environment: Terminal['environment']): OpenOptions {
  const password = environment.BREAKWATER_REGISTRY_PASSWORD;
  return {
    platform: values.platform === undefined ? hostPlatform() : parsePlatform(values.platform),
    registry: {
      plainHttp: values['plain-http'] ?? false,
      timeoutMs: 30_000,
      retries: 5,
      ...(values['ca-file'] && { caFile: values['ca-file'] }),
      ...(values.username && { username: values.username }),
      ...(values.username && password && { password }),
    },
  };
}

function number(text: string | undefined, name: string, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new AppError('USAGE', `--${name} takes a positive number, not "${text}".`);
  return value;
}
