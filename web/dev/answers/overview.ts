import type { MockAnswer } from '../mock-answer.ts';

export const overviewAnswers: readonly MockAnswer[] = [];
