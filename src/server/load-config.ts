import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { AppError, messageOf } from '../lib/errors.ts';
import { parseYamlDocuments } from '../lib/yaml.ts';
import { isLoopback, listenAddress, type ServerConfig, serverConfig } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** One thing that can be set, under its three names. */
export interface Setting {
  readonly path: readonly string[];
  /** `signIn.sessionHours` in the file. */
  readonly key: string;
  /** `BREAKWATER_SIGN_IN_SESSION_HOURS` */
  readonly variable: string;
  /** `--sign-in-session-hours` */
  readonly flag: string;
  readonly type: string;
  readonly standard: unknown;
  readonly description: string;
}

const maxConfigBytes = 1024 * 1024;

/**
 * Reads what is set: defaults, then the file (`--config FILE` or BREAKWATER_CONFIG, YAML), then the environment, then
 * flags. Throws `AppError` CONFIG_INVALID that names the key, or USAGE for a flag that does not exist.
 */
export function loadConfig(args: readonly string[], environment: Environment): ServerConfig {
  const flags = readFlags(args);
  const file = flags.get('--config') ?? environment.BREAKWATER_CONFIG;
  const found = file === undefined ? {} : readConfigFile(file);
  const source = new Map<string, string>();
  for (const setting of settings) {
    const fromFlag = flags.get(setting.flag);
    const value = fromFlag ?? (environment[setting.variable] || undefined);
    if (value === undefined) continue;
    source.set(setting.key, fromFlag === undefined ? setting.variable : setting.flag);
    put(found, setting.path, readValue(value, setting));
  }
  found.dataDir ??= standardDataDirectory(environment);
  const parsed = serverConfig.safeParse(found);
  if (!parsed.success) throw invalid(parsed.error, source, file);
  assertSafe(parsed.data);
  return parsed.data;
}

/** All that can be set, as the schema says; for the documentation too. */
export const settings: readonly Setting[] = settingsOf(z.toJSONSchema(serverConfig, { io: 'input' }), []);

function settingsOf(schema: z.core.JSONSchema._JSONSchema, path: readonly string[]): Setting[] {
  if (typeof schema === 'boolean') return [];
  if (schema.properties === undefined || schema.type !== 'object') {
    const words = path.flatMap((part) => part.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(' '));
    const type = schema.enum?.join(' | ') ?? (typeof schema.type === 'string' ? schema.type : 'boolean');
    const key = path.join('.');
    const variable = `BREAKWATER_${words.join('_').toUpperCase()}`;
    const flag = `--${words.join('-')}`;
    return [{ path, key, variable, flag, type, standard: schema.default, description: schema.description ?? '' }];
  }
  return Object.entries(schema.properties).flatMap(([name, inner]) => settingsOf(inner, [...path, name]));
}

function readFlags(args: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const [flag = '', given] = split(args[at] ?? '');
    const setting = settings.find((one) => one.flag === flag);
    if (!setting && flag !== '--config') throw new AppError('USAGE', `there is no option "${flag}"; see --help`);
    const next = args[at + 1];
    if (given !== undefined) found.set(flag, given);
    else if (setting?.type === 'boolean' && (next === undefined || next.startsWith('--'))) found.set(flag, 'true');
    else if (next === undefined) throw new AppError('USAGE', `${flag} needs a value`);
    else {
      found.set(flag, next);
      at++;
    }
  }
  return found;
}

function split(argument: string): readonly [string, string | undefined] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

function readConfigFile(path: string): Record<string, unknown> {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > maxConfigBytes) throw new Error('it is larger than 1 MiB');
    const parsed = parseYamlDocuments(text)[0] ?? {};
    if (typeof parsed !== 'object' || Array.isArray(parsed)) throw new Error('it is no list of keys and values');
    return { ...parsed } as Record<string, unknown>;
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `The configuration file ${path} cannot be used: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

/** Lists and maps come as JSON, lists of words also with commas between. */
function readValue(text: string, { type, key }: Setting): unknown {
  if (type !== 'array' && type !== 'object') return text;
  if (type === 'array' && !text.trimStart().startsWith('[')) return text.split(',').map((part) => part.trim());
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `${key} should be a list in JSON: ${messageOf(cause)}.`, { cause });
  }
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const next = typeof inner === 'object' && inner !== null ? { ...inner } : {};
  target[first] = next;
  put(next as Record<string, unknown>, rest, value);
}

/** A home that is closed to others is no place for a database that another user than root runs. */
function standardDataDirectory(environment: Environment): string {
  if (environment.XDG_DATA_HOME) return join(environment.XDG_DATA_HOME, 'breakwater', 'server');
  if (process.getuid?.() === 0) return '/var/lib/breakwater';
  return join(homedir(), '.local', 'share', 'breakwater', 'server');
}

function invalid(error: z.ZodError, source: ReadonlyMap<string, string>, file: string | undefined): AppError {
  const lines = error.issues.map((issue) => {
    const key = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') return `${[...issue.path, issue.keys.join(', ')].join('.')}: no such key`;
    return `${key} (from ${sourceOf(key, source) ?? file ?? 'nothing'}): ${issue.message}`;
  });
  return new AppError('CONFIG_INVALID', `The configuration cannot be used: ${lines.join('; ')}.`);
}

/** Of `network.allow.0`, too, which came with `network.allow`. */
function sourceOf(key: string, source: ReadonlyMap<string, string>): string | undefined {
  return [...source].find(([set]) => key === set || key.startsWith(`${set}.`))?.[1];
}

function assertSafe(config: ServerConfig): void {
  const { host, port } = listenAddress(config);
  if (port > 65_535) throw new AppError('CONFIG_INVALID', `listen: there is no port ${port}.`);
  if (config.tls.mode === 'off' && !isLoopback(host))
    throw new AppError(
      'CONFIG_INVALID',
      `tls.mode: "off" is for loopback addresses only, and listen is ${config.listen}; leave it at "auto" or give certificate files.`,
    );
  if (config.tls.mode === 'files' && !(config.tls.certFile && config.tls.keyFile))
    throw new AppError('CONFIG_INVALID', 'tls.mode: "files" needs tls.certFile and tls.keyFile.');
}
