import type { MockAnswer } from '../mock-answer.ts';

export const vulnerabilityAnswers: readonly MockAnswer[] = [];
