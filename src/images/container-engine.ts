import { rmSync, statSync } from 'node:fs';
import { mkdtemp, open } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, messageOf } from '../lib/errors.ts';
import { createHttpClient, type HttpResponse, readBody } from '../lib/http.ts';
import type { Image } from './image.ts';
import type { OpenOptions } from './image-source.ts';
import { openArchive } from './sources/docker-archive.ts';

/** An engine that holds images and answers Docker's HTTP API on a Unix socket. */
export interface ContainerEngine {
  readonly title: string;
  /** The program that people use it with. */
  readonly program: string;
  /** The variable that names its socket. */
  readonly hostVariable: string;
  /** Where its socket is when the variable says nothing; the first that exists is used. */
  readonly sockets: (environment: NodeJS.ProcessEnv, home: string) => readonly string[];
  /** What to do when there is no socket. */
  readonly start: string;
}

/** An image and its layers as an archive; bounded so that an engine gone wild cannot fill a disk. */
const maxArchiveBytes = 64 * 2 ** 30;
/** Engines pack an image before they send its first byte. */
const packingMs = 5 * 60_000;

/**
 * Has the engine export an image (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageGet)
 * into a temporary file, which lives until the image is closed.
 */
export async function openFromEngine(engine: ContainerEngine, name: string, options: OpenOptions): Promise<Image> {
  assertName(name, engine);
  const socketPath = findSocket(engine, process.env, homedir());
  const directory = await mkdtemp(join(tmpdir(), 'breakwater-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const close = async () => {
    process.off('exit', remove);
    remove();
  };
  const path = join(directory, 'image.tar');
  try {
    await exportTo(path, engine, name, socketPath, options);
    const image = await openExported(path, `${engine.title}'s ${name}`, options);
    const { fileIdentity: _, ...rest } = image;
    return { ...rest, reference: name, close: () => image.close().finally(close) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openExported(path: string, title: string, options: OpenOptions): Promise<Image> {
  try {
    return await openArchive(path, options);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message.replaceAll(path, title), { cause: error });
  }
}

async function exportTo(
  path: string,
  engine: ContainerEngine,
  name: string,
  socketPath: string,
  options: OpenOptions,
): Promise<void> {
  const { signal } = options;
  const timeoutMs = Math.max(options.registry.timeoutMs, packingMs);
  const http = await createHttpClient({ socketPath, timeoutMs });
  try {
    const response = await http.send({ url: new URL(`http://localhost/images/${name}/get`), signal });
    if (response.status !== 200) throw await refusal(response, engine, name, timeoutMs);
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(bounded(response.body, engine, name)).finally(() => file.close());
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof AppError ? error : failure(error, engine, name, socketPath);
  } finally {
    await http.close();
  }
}

async function* bounded(body: AsyncIterable<Buffer>, engine: ContainerEngine, name: string): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxArchiveBytes) {
      throw new AppError(
        'LIMIT_EXCEEDED',
        `${engine.title} sent more than ${maxArchiveBytes} bytes for ${name}; it was given up.`,
      );
    }
    yield chunk;
  }
}

async function refusal(
  response: HttpResponse,
  engine: ContainerEngine,
  name: string,
  timeoutMs: number,
): Promise<AppError> {
  const said = messageIn(await readBody(response, 64 * 1024, timeoutMs));
  if (response.status === 404 || /no such image|not known|does not exist/i.test(said)) {
    return new AppError(
      'IMAGE_NOT_FOUND',
      `${engine.title} has no image ${name}. See "${engine.program} images"; an image in a registry is named registry:NAME.`,
    );
  }
  return new AppError(
    'INPUT_UNREADABLE',
    `${engine.title} could not export ${name}: ${response.status} ${said}. ${byHand(engine, name)}`,
  );
}

function messageIn(body: Buffer | undefined): string {
  try {
    const { message } = JSON.parse(body?.toString('utf8') ?? '') as { readonly message?: unknown };
    return typeof message === 'string' ? message.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, 300) : '';
  } catch {
    // The status alone has to do.
    return '';
  }
}

function failure(cause: unknown, engine: ContainerEngine, name: string, socketPath: string): AppError {
  const code = (cause as { readonly code?: unknown }).code;
  const reasons: Readonly<Record<string, string>> = {
    EACCES: `this user may not use ${socketPath}`,
    ECONNREFUSED: `nobody answers at ${socketPath}. ${engine.start}`,
    ENOSPC: `there is not enough room in ${tmpdir()}; set TMPDIR to a place that has it`,
    ETIMEDOUT: `nothing came from ${socketPath} for minutes`,
  };
  const reason = (typeof code === 'string' && reasons[code]) || messageOf(cause);
  const message = `Could not export ${name} from ${engine.title}: ${reason}. ${byHand(engine, name)}`;
  return new AppError('INPUT_UNREADABLE', message, { cause });
}

function byHand({ program }: ContainerEngine, name: string): string {
  return `Or export it by hand with "${program} save -o image.tar ${name}" and scan image.tar.`;
}

function assertName(name: string, engine: ContainerEngine): void {
  if (/^\w[\w.:@/-]{0,1023}$/.test(name) && !/(?:^|\/)\.{0,2}(?:\/|$)/.test(name)) return;
  throw new AppError(
    'USAGE',
    `${JSON.stringify(name.slice(0, 100))} is not the name or id of an image that ${engine.title} could hold.`,
  );
}

function findSocket(engine: ContainerEngine, environment: NodeJS.ProcessEnv, home: string): string {
  const host = environment[engine.hostVariable];
  const [, path] = /^(?:unix:\/\/)?(\/.*)$/.exec(host ?? '') ?? [];
  if (host && path === undefined) {
    const message = `${engine.hostVariable} is ${host}, and only Unix sockets are supported. ${byHand(engine, 'IMAGE')}`;
    throw new AppError('INPUT_UNREADABLE', message);
  }
  const candidates = path === undefined ? engine.sockets(environment, home) : [path];
  const found = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isSocket());
  if (found !== undefined) return found;
  throw new AppError('INPUT_UNREADABLE', `${engine.title} has no socket at ${candidates.join(', ')}. ${engine.start}.`);
}
