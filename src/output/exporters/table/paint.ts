import { styleText } from 'node:util';
import type { Severity } from '../../../model/severity.ts';

export type Format = Parameters<typeof styleText>[0];

/** Colours a text that is safe to show already, or leaves it as it is. Nothing is ever told by colour alone. */
export type Paint = (format: Format, text: string) => string;

export function createPaint(colour: boolean): Paint {
  return colour ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}

export const severityFormat: Readonly<Record<Severity, Format>> = {
  critical: ['bold', 'red'],
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  negligible: 'dim',
  unknown: 'magenta',
};

export const exploitedFormat: Format = ['bold', 'red'];
