import { accessAnswers } from './answers/access.ts';
import { exceptionAnswers } from './answers/exceptions.ts';
import { imageAnswers } from './answers/images.ts';
import { operationAnswers } from './answers/operation.ts';
import { overviewAnswers } from './answers/overview.ts';
import { recommendationAnswers } from './answers/recommendations.ts';
import { registryAnswers } from './answers/registries.ts';
import { sessionAnswers } from './answers/session.ts';
import { vulnerabilityAnswers } from './answers/vulnerabilities.ts';
import type { Estate } from './estate.ts';
import { type MockAnswer, MockProblem } from './mock-answer.ts';
import { estateWithin, takesScope } from './scoped-estate.ts';

const answers: readonly MockAnswer[] = [
  ...sessionAnswers,
  ...overviewAnswers,
  ...imageAnswers,
  ...vulnerabilityAnswers,
  ...recommendationAnswers,
  ...exceptionAnswers,
  ...registryAnswers,
  ...operationAnswers,
  ...accessAnswers,
];

interface Question {
  readonly method: string;
  readonly path: string;
  readonly url: URL;
  readonly body: unknown;
  readonly estate: Estate;
  readonly session: { isSignedIn: boolean };
}

/** Finds who answers; refuses what the contract does not know, in the question as in the answer. */
export function matchAnswer(question: Question): { readonly status: number; readonly content: unknown } {
  for (const answer of answers) {
    const params = answer.method === question.method ? matchPath(answer.path, question.path) : undefined;
    if (!params) continue;
    if (!answer.isPublic && !question.session.isSignedIn) throw new MockProblem(401, 'Sign in first.');
    const { scope, ...query } = readQuery(answer, question.url);
    const estate = scope === undefined ? question.estate : estateWithin(question.estate, String(scope));
    const body = answer.body ? answer.body.parse(question.body) : question.body;
    const content = answer.answer({ ...question, estate, params, query: query as never, body });
    return { status: answer.status ?? 200, content: answer.schema ? answer.schema.parse(content) : content };
  }
  throw new MockProblem(404, `The mock has no answer for ${question.method} ${question.path}.`);
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}

function readQuery({ method, path, query }: MockAnswer, url: URL): Readonly<Record<string, unknown>> {
  const raw: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name);
    raw[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  const { scope, ...asked } = raw;
  const rest = takesScope(method, path) ? asked : raw;
  const unknown = Object.keys(rest).filter((name) => !query || !(name in query.shape));
  if (unknown.length > 0) throw new MockProblem(400, `The contract has no parameter ${unknown.join(', ')} here.`);
  return { ...query?.parse(rest), ...(scope !== undefined && { scope }) };
}
