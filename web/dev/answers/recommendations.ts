import type { MockAnswer } from '../mock-answer.ts';

export const recommendationAnswers: readonly MockAnswer[] = [];
