import { homedir } from 'node:os';
import { join } from 'node:path';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { RegistryOptions } from '../image-source.ts';
import { askCredentialHelper } from './credential-helper.ts';
import { entryFor, helperFor, readDockerConfig, type StoredEntry, serverAddress } from './docker-config.ts';
import type { RegistryReference } from './reference.ts';

/** Who we are to a registry. */
export type Credentials = StoredEntry & {
  /** Where they were found, for messages: a file's path, a helper's name. */
  readonly from: string;
};

/** Finds the credentials for a repository. Registries that sign in their own way are one more function of this kind. */
export type CredentialFinder = (reference: RegistryReference, signal?: AbortSignal) => Promise<FoundCredentials>;

export interface FoundCredentials {
  readonly credentials?: Credentials;
  /** Places that should have been asked and could not be; shown when the registry refuses us. */
  readonly notes: readonly string[];
  /** What to do when the registry wants a sign-in and there is none; how to give one to a command when not said. */
  readonly advice?: string;
}

/**
 * Looks where Docker and Podman keep them: the options; `REGISTRY_AUTH_FILE`; Docker's `config.json`; Podman's
 * `auth.json`. The first place that knows the registry decides. A place that fails is noted and passed over, because
 * public images need no credentials.
 */
export function credentialFinder(
  options: RegistryOptions,
  environment: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): CredentialFinder {
  const { username, password } = options;
  if ((username === undefined) !== (password === undefined)) {
    const message = '--username needs the password in BREAKWATER_REGISTRY_PASSWORD, and a password needs --username.';
    throw new AppError('USAGE', message);
  }
  if (username !== undefined && password !== undefined) {
    const credentials: Credentials = { kind: 'password', username, password, from: 'the command line' };
    return async () => ({ credentials, notes: [] });
  }
  const paths = configPaths(options, environment, home);
  return async (reference, signal) => {
    const notes: string[] = [];
    for (const path of paths) {
      const credentials = await fromConfig(path, reference, notes, environment, signal);
      if (credentials) return { credentials, notes };
    }
    return { notes };
  };
}

function configPaths(options: RegistryOptions, environment: NodeJS.ProcessEnv, home: string): string[] {
  if (options.dockerConfigDirectory !== undefined) return [join(options.dockerConfigDirectory, 'config.json')];
  const { REGISTRY_AUTH_FILE, DOCKER_CONFIG, XDG_RUNTIME_DIR, XDG_CONFIG_HOME } = environment;
  return [
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    join(DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
    join(
      XDG_RUNTIME_DIR || `/run/containers/${process.getuid?.() ?? 0}`,
      XDG_RUNTIME_DIR ? 'containers' : '',
      'auth.json',
    ),
    join(XDG_CONFIG_HOME || join(home, '.config'), 'containers', 'auth.json'),
  ];
}

async function fromConfig(
  path: string,
  reference: RegistryReference,
  notes: string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Credentials | undefined> {
  try {
    const config = readDockerConfig(path);
    if (!config) return undefined;
    const helper = helperFor(config, reference);
    const helped = helper && (await fromHelper(helper, reference, notes, environment, signal));
    if (helped) return helped;
    const entry = entryFor(config, reference);
    return entry && { ...entry, from: path };
  } catch (error) {
    signal?.throwIfAborted();
    notes.push(messageOf(error));
    return undefined;
  }
}

async function fromHelper(
  helper: string,
  reference: RegistryReference,
  notes: string[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Credentials | undefined> {
  try {
    const answer = await askCredentialHelper(helper, serverAddress(reference.registry), environment, signal);
    if (!answer) return undefined;
    const { username, secret } = answer;
    const from = `docker-credential-${helper}`;
    // How a helper says that the secret is an identity token.
    if (username === '<token>') return { kind: 'identity-token', token: secret, from };
    return { kind: 'password', username, password: secret, from };
  } catch (error) {
    signal?.throwIfAborted();
    notes.push(messageOf(error));
    return undefined;
  }
}
