import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { AppError, messageOf } from '../lib/errors.ts';
import { createHttpClient, readBody } from '../lib/http.ts';
import type { Report } from '../model/report.ts';
import type { Terminal } from './command.ts';

export interface UploadTarget {
  /** Address of the server: `https://breakwater.example`. */
  readonly url: string;
  /** Name under which the image shall stand there; as it was scanned when not said. */
  readonly name: string | undefined;
  /** PEM file with additional certificate authorities. */
  readonly caFile: string | undefined;
}

const answerShape = z.object({ name: z.string(), path: z.string() });
const problemShape = z.object({ detail: z.optional(z.string()), code: z.optional(z.string()) });
const timeoutMs = 60_000;
const maxAnswerBytes = 1024 * 1024;

/**
 * Sends what a scan found to a server (`POST /api/v1/scans`) with the token in BREAKWATER_TOKEN; answers the page it is
 * shown on. Packages travel as our own CycloneDX document, which says every fact of them. Throws `AppError`
 * UPLOAD_FAILED or USAGE, with the next step.
 */
export async function uploadScan(
  report: Report,
  document: string,
  target: UploadTarget,
  environment: Terminal['environment'],
): Promise<string> {
  const base = URL.parse(target.url);
  if (!base || !/^https?:$/.test(base.protocol))
    throw new AppError('USAGE', `--upload takes the address of a server, https://HOST, not "${target.url}".`);
  const token = environment.BREAKWATER_TOKEN;
  if (!token)
    throw new AppError(
      'USAGE',
      '--upload needs a token in BREAKWATER_TOKEN; make one in the console under Users and tokens.',
    );
  if (base.protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(base.hostname))
    throw new AppError('USAGE', `A token is not sent in the clear: use https:// for ${base.host}.`);
  const name = target.name ?? report.image.reference;
  const body = JSON.stringify({ name, document, problems: report.problems });
  const answer = await send(new URL('/api/v1/scans', base), body, token, target, environment);
  return new URL(answer.path, base).href;
}

async function send(
  url: URL,
  body: string,
  token: string,
  { caFile }: UploadTarget,
  environment: Terminal['environment'],
): Promise<z.infer<typeof answerShape>> {
  const client = await createHttpClient({
    timeoutMs,
    proxyVariables: environment,
    ...(caFile !== undefined && { certificateAuthorities: readAuthorities(caFile) }),
  });
  try {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json',
    };
    const response = await client.send({ url, method: 'POST', headers, body });
    const content = (await readBody(response, maxAnswerBytes, timeoutMs))?.toString('utf8') ?? '';
    if (response.status < 300) return answerShape.parse(JSON.parse(content));
    throw new AppError('UPLOAD_FAILED', `${url.host} did not take the scan: ${reasonOf(response.status, content)}`);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('UPLOAD_FAILED', `The scan could not be sent to ${url.host}: ${messageOf(cause)}`, { cause });
  } finally {
    await client.close();
  }
}

function readAuthorities(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('INPUT_UNREADABLE', `The certificates in ${path} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function reasonOf(status: number, content: string): string {
  try {
    const { detail, code } = problemShape.parse(JSON.parse(content));
    return `${detail ?? 'no reason given'} (${status}${code ? `, ${code}` : ''})`;
  } catch {
    return `it answered ${status}; is this the address of a Breakwater server?`;
  }
}
