import type { Problem } from '../model/problem.ts';

/** Collects problems, but not without end: an archive made for it could cause millions. */
export interface ProblemList {
  readonly add: (problem: Problem) => void;
  /** What was added, and a last problem that says how many were not kept. */
  readonly all: () => readonly Problem[];
}

const maxProblems = 1000;

export function createProblemList(where: string): ProblemList {
  const kept: Problem[] = [];
  let omitted = 0;
  const add = (problem: Problem) => {
    if (kept.length < maxProblems) kept.push(problem);
    else omitted += 1;
  };
  const rest = () => ({
    code: 'problems-omitted',
    where,
    message: `${omitted} further problems of ${where} are not listed: it was hardly made in good faith.`,
  });
  return { add, all: () => (omitted > 0 ? [...kept, rest()] : kept) };
}
